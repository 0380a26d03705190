import Testing
import XAICSVList
import XAICore
import XAIDatasets
import XAITesting

/// The layouts of Hugging Face's `imagefolder`, as its documentation gives them.
@Suite struct MetadataTests {
  let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  private func addImages(_ names: String...) throws {
    for name in names { try folder.addImage(name) }
  }

  /// What a user gets who names the folder.
  private func open() throws -> any Dataset { try Registry(plugins: builtInDatasets).dataset(folder.path) }

  @Test("images straight in the splits, with the classes that metadata.csv gives them")
  func splits() throws {
    try addImages("train/0.png", "train/1.png", "Valid/a/2.png", "train/not-listed.png")
    try folder.add(text: "file_name,label\n0.png,ring\n1.png,heart\n", to: "train/metadata.csv")
    try folder.add(text: "file_name,label\na/2.png,ring\n", to: "Valid/metadata.csv")
    let dataset = try open()
    #expect(dataset.classNames == ["heart", "ring"] && dataset.splitNames == ["train", "validation"])
    #expect(try dataset.split("train").identifiers == ["train/0.png", "train/1.png"])
    #expect(try dataset.split("train").labels == [1, 0])
    #expect(try dataset.split("validation").identifiers == ["Valid/a/2.png"])
    #expect(try dataset.split("validation").sample(0).label == 1)
    #expect(!dataset.hasObjects)
    #expect(
      dataset.notes == [
        "\(folder.path)/train: 1 image that metadata.csv doesn't list is left out: not-listed.png"
      ])
  }

  @Test("one list for the whole folder, the splits by the folders of its images")
  func oneList() throws {
    try addImages("train/0.png", "test/1.png")
    try folder.add(
      text: """
        {"file_name": "train/0.png", "label": 3}
        {"file_name": "test/1.png", "label": 0.0, "text": "a \\"ring\\""}

        """, to: "metadata.jsonl")
    let dataset = try open()
    #expect(dataset.splitNames == ["train", "test"] && dataset.classes.map(\.index) == [0, 1, 2, 3])
    #expect(try dataset.split("train").labels == [3] && dataset.split("test").labels == [0])
  }

  @Test("boxes of objects: left, upper, width and height")
  func objects() throws {
    try addImages("0.png", "1.png")
    try folder.add(
      text: #"""
        {"file_name": "0.png", "objects": {"bbox": [[1, 0.5, 2, 3], [4, 1, 2, 2]], "categories": ["cat", "dog"]}}
        {"file_name": "1.png", "objects": {"bbox": [], "categories": []}, "label": null}
        """#, to: "metadata.jsonl")
    let dataset = try open()
    let all = try dataset.split("all")
    #expect(dataset.classNames == ["cat", "dog"] && dataset.hasObjects && all.labels == [nil, nil])
    #expect(
      try all.sample(0).objects == [
        SampleObject(classIndex: 0, box: BoundingBox(x: 1, y: 0.5, width: 2, height: 3)),
        SampleObject(classIndex: 1, box: BoundingBox(x: 4, y: 1, width: 2, height: 2)),
      ])
    #expect(try all.sample(1).objects.isEmpty)
  }

  @Test("a list that gives no classes leaves the folders to say them")
  func listsOfOtherThings() throws {
    try addImages("cat/0.png", "dog/1.png")
    try folder.add(text: "id,breed\n0,x\n", to: "labels.csv")
    #expect(try open().classNames == ["cat", "dog"])
    try folder.add(text: "file_name,text\n0.png,a cat\n", to: "metadata.csv")
    #expect(try open().classNames == ["cat", "dog"])
    try folder.add(text: #"{"file_name": "cat/0.png", "text": "a cat"}"#, to: "metadata.jsonl")
    #expect(try open().descriptor.id == "image-folder")
  }

  @Test("images straight in a folder have no class")
  func noClasses() throws {
    try addImages("0.png", "1.png")
    #expect(try open().classNames.isEmpty)
    try folder.add(text: "file_name,text\n0.png,a cat\n", to: "metadata.csv")
    #expect(try open().classNames.isEmpty)
  }

  @Test func twoLists() throws {
    try addImages("0.png")
    try folder.add(text: "file_name,label\n0.png,a\n", to: "metadata.csv")
    try folder.add(text: "file,label\n0.png,a\n", to: "labels.csv")
    expectError("there are several lists, labels.csv, metadata.csv") { try open() }
    #expect(try Registry(plugins: builtInDatasets).dataset(folder.path("labels.csv")).classNames == ["a"])
  }

  @Test(
    "lines that can't be are named",
    arguments: [
      ("{\"file_name\": \"0.png\"", "this is no JSON object"), ("[1]", "this is no JSON object"),
      ("{\"file_name\": \"a\", \"file_name\": \"b\"}", "the key 'file_name' is there twice"),
      ("{\"label\": 1}", "there is no text file, path, image, filename, file_name"),
      ("{\"file_name\": 1}", "there is no text file"),
      ("{\"file_name\": \"a\", \"file\": \"b\"}", "say the same"),
      ("{\"file_name\": \"a\", \"label\": [1, 2]}", "'label' is neither a text nor a number"),
      ("{\"file_name\": \"a\", \"objects\": {\"bbox\": [[1, 2, 3]], \"categories\": [0]}}", "four numbers"),
      ("{\"file_name\": \"a\", \"objects\": {\"bbox\": [[1, 2, 3, 4]]}}", "needs a list 'categories'"),
    ])
  func malformed(line: String, reason: String) throws {
    try folder.add(text: "{\"file_name\": \"0.png\", \"label\": 1}\n\n\(line)\n", to: "list.jsonl")
    for text in ["list.jsonl, line 3: ", reason] {
      expectError(text) { try CSVList(options: CSVListOptions(path: folder.path("list.jsonl"))) }
    }
  }
}

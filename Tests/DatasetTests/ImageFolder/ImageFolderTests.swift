import Testing
import XAICore
import XAIImage
import XAIImageFolder
import XAITesting

@Suite struct ImageFolderTests {
  let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  private func dataset(validation: Double = 0, seed: Int = 0) throws -> ImageFolder {
    try ImageFolder(options: ImageFolderOptions(path: folder.path, validation: validation, seed: seed))
  }

  private func addImages(_ names: String...) throws {
    for name in names { try folder.addImage(name) }
  }

  @Test("classes are the folders by their bytes; images of any case and depth, none that is hidden")
  func classes() throws {
    try addImages("b/2.png", "b/deep/er/1.JPG", "b/10.jpeg", "É/1.png", "Z/1.PNG", "a/.hidden.png")
    try addImages("a/1.png", ".cache/x.png", "loose.png")
    try folder.add(text: "notes", to: "b/notes.txt")
    let dataset = try dataset()
    #expect(dataset.classNames == ["Z", "a", "b", "É"])
    #expect(dataset.splitNames == ["train"])
    let train = try dataset.split("train")
    #expect(
      train.identifiers == ["Z/1.PNG", "a/1.png", "b/10.jpeg", "b/2.png", "b/deep/er/1.JPG", "É/1.png"])
    #expect(train.labels == [0, 1, 2, 2, 2, 3])
    for index in 0..<train.count {
      let sample = try train.sample(index)
      #expect(sample.image.width == 8 && sample.label == train.label(index) && sample.objects.isEmpty)
    }
  }

  @Test("folders of splits: the classes are those of the training split, and others may lack some")
  func splits() throws {
    try addImages("train/cat/1.png", "train/dog/1.png", "val/dog/2.png", "test/cat/3.png", "extra/1.png")
    let dataset = try dataset(validation: 0.5)
    #expect(dataset.classNames == ["cat", "dog"])
    #expect(dataset.splitNames == ["train", "validation", "test"])
    #expect(try dataset.split("validation").identifiers == ["val/dog/2.png"])
    #expect(try dataset.split("validation").labels == [1])
    #expect(try dataset.split("test").labels == [0])
    #expect(dataset.notes == ["\(folder.path): the folder extra beside the splits is left out"])
  }

  @Test(
    "splits by all their words, in any case",
    arguments: [
      ("train", "valid", "test"), ("Train", "Val", "Test"), ("training", "dev", "testing"),
      ("TRAIN", "VALIDATION", "eval"), ("train", "validation", "evaluation"),
    ])
  func splitWords(train: String, validation: String, test: String) throws {
    try addImages(
      "\(train)/cat/1.png", "\(train)/dog/1.png", "\(validation)/dog/2.png", "\(test)/cat/3.png")
    let dataset = try dataset()
    #expect(dataset.classNames == ["cat", "dog"] && dataset.notes.isEmpty)
    #expect(dataset.splitNames == ["train", "validation", "test"])
    #expect(try dataset.split("validation").identifiers == ["\(validation)/dog/2.png"])
    #expect(try dataset.split("test").labels == [0])
  }

  @Test("images straight in the folders of splits have no class")
  func splitsWithoutClasses() throws {
    try addImages("train/0.png", "train/1.png")
    let dataset = try dataset()
    #expect(dataset.classNames.isEmpty && dataset.splitNames == ["train"])
    #expect(try dataset.split("train").labels == [nil, nil])
    try addImages("valid/2.png")
    #expect(try self.dataset().splitNames == ["train", "validation"])
  }

  @Test("splits in the only folder, and in the folders of classes")
  func nestedSplits() throws {
    try addImages("photos/train/cat/1.png", "photos/train/dog/1.png", "photos/val/dog/2.png")
    let dataset = try dataset()
    #expect(dataset.classNames == ["cat", "dog"] && dataset.splitNames == ["train", "validation"])
    #expect(try dataset.split("validation").identifiers == ["photos/val/dog/2.png"])
    try folder.remove("photos")
    try addImages("cat/train/1.png", "dog/train/1.png", "dog/val/2.png")
    let other = try self.dataset()
    #expect(other.classNames == ["cat", "dog"] && other.splitNames == ["train", "validation"])
    #expect(try other.split("train").identifiers == ["cat/train/1.png", "dog/train/1.png"])
    #expect(try other.split("train").labels == [0, 1] && other.split("validation").labels == [1])
  }

  @Test("images next to the folders of classes are left out, and named")
  func looseImages() throws {
    try addImages("cat/1.png", "dog/1.png", "loose.png", "other.jpg")
    let note = "\(folder.path): left out: 2 images outside of the class folders (loose.png, other.jpg)"
    #expect(try dataset().notes == [note])
  }

  @Test("a split other than the first may have no classes")
  func unlabelledSplit() throws {
    try addImages("val/cat/1.png", "test/1.png", "test/2.png")
    let dataset = try dataset()
    #expect(dataset.classNames == ["cat"] && dataset.splitNames == ["validation", "test"])
    #expect(try dataset.split("test").labels == [nil, nil])
  }

  @Test("a class that is called train is a class")
  func classCalledTrain() throws {
    try addImages("train/1.png", "car/1.png", "val/1.png")
    #expect(try dataset().classNames == ["car", "train", "val"])
  }

  @Test("a folder without folders is one split without classes")
  func unlabelled() throws {
    try addImages("b.png", "a.jpg")
    let dataset = try dataset(validation: 0.5)
    #expect(dataset.classNames.isEmpty && dataset.splitNames == ["all"])
    #expect(try dataset.split("all").identifiers == ["a.jpg", "b.png"])
    #expect(try dataset.split("all").sample(0).label == nil)
  }

  @Test("every image is held out by itself: another seed holds out others, another image moves none")
  func holdOut() throws {
    let names = (0..<400).map { "\($0 % 2 == 0 ? "even" : "odd")/\($0).png" }
    for name in names { try folder.add([1], to: name) }
    let dataset = try dataset(validation: 0.25)
    let (train, validation) = (try dataset.split("train"), try dataset.split("validation"))
    #expect(Set(train.identifiers + validation.identifiers) == Set(names))
    // Binomial with 400 draws: deviation 8.7, so that 35 off would be four of them.
    #expect(abs(validation.count - 100) < 35)
    #expect(try self.dataset(validation: 0.25).split("validation").identifiers == validation.identifiers)
    let other = try self.dataset(validation: 0.25, seed: 1).split("validation").identifiers
    #expect(Set(other) != Set(validation.identifiers))
    try folder.add([1], to: "odd/new.png")
    let after = try self.dataset(validation: 0.25).split("validation").identifiers
    #expect(Set(after).subtracting(["odd/new.png"]) == Set(validation.identifiers))
    // A greater share holds out more, and everything that the smaller one did.
    #expect(
      Set(try self.dataset(validation: 0.5).split("validation").identifiers).isSuperset(
        of: validation.identifiers))
  }

  @Test("a class always keeps an image to learn from")
  func keepsOne() throws {
    for name in (0..<20).flatMap({ ["c\($0)/1.png", "c\($0)/2.png"] }) { try folder.add([1], to: name) }
    let train = try dataset(validation: 0.99).split("train")
    #expect(Set(train.labels) == Set(0..<20))
    #expect(train.count < 25)
  }

  @Test("links are followed once, and those that lead in circles end", .timeLimit(.minutes(1)))
  func links() throws {
    try addImages("a/1.png", "b/1.png")
    try folder.addLink("a/up", to: "..")
    try folder.addLink("a/self", to: ".")
    try folder.addLink("a/other", to: "../b")
    try folder.addLink("b/other", to: "../a")
    try folder.addLink("c", to: "a")
    try folder.addLink("b/gone.png", to: "nowhere")
    let train = try dataset().split("train")
    #expect(
      train.identifiers == [
        "a/1.png", "a/other/1.png", "b/1.png", "b/other/1.png", "c/1.png", "c/other/1.png",
      ])
  }
}

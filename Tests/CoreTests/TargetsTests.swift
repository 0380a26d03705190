import Testing
import XAICore
import XAITensor

@Suite struct TargetsTests {
  private let logits = Tensor([2, 4], [1, 3, 3, 0, 0.5, -1, 2, 2])
  private let labels = ["tench, Tinca tinca", "great white shark", "tiger shark, Galeocerdo", "shark"]

  private func resolve(_ text: String) throws -> [[Int]] {
    try TargetSelection(parsing: text).resolve(logits: logits, labels: labels).classes
  }

  @Test("the highest logits, equal ones by index")
  func top() throws {
    #expect(try resolve("predicted") == [[1], [2]])
    #expect(try resolve("top:1") == [[1], [2]])
    #expect(try resolve("top:3") == [[1, 2, 0], [2, 3, 0]])
    #expect(try resolve("top:4").map { $0.sorted() } == [[0, 1, 2, 3], [0, 1, 2, 3]])
  }

  @Test func indices() throws {
    #expect(try resolve("3") == [[3], [3]])
    #expect(
      try TargetSelection.classes([2, 0]).resolve(logits: logits, labels: labels).classes == [
        [2, 0], [2, 0],
      ])
  }

  @Test("a class of its own for each image, by literals too")
  func each() throws {
    func resolve(_ selection: TargetSelection) throws -> [[Int]] {
      try selection.resolve(logits: logits, labels: labels).classes
    }
    #expect(try resolve(.each(["great white shark", 0])) == [[1], [0]])
    #expect(try resolve(.each([.top(2), .classes([3, 0])])) == [[1, 2], [3, 0]])
    #expect(try resolve(.several([.each([3, .predicted]), .each([0, 1])])) == [[3, 0], [2, 1]])
    #expect(throws: TargetError.otherCount(1, images: 2)) { try resolve(.each([0])) }
    #expect(throws: TargetError.unequalCounts([1, 2])) { try resolve(.each([0, .top(2)])) }
    #expect(throws: TargetError.unknownIndex(4, classCount: 4, called: nil)) { try resolve(.each([0, 4])) }
    let read = try TargetSelection.each(["Tinca tinca", .predicted]).reading(labels: labels)
    #expect(read.selection == .each([.classes([0]), .predicted]) && read.notes.count == 1)
  }

  @Test("a backbone is said to have no classes")
  func backbone() {
    let error = #expect(throws: TargetError.unknownIndex(0, classCount: 0, called: nil)) {
      try TargetSelection.classes([0]).resolve(logits: Tensor([1, 0], []), labels: [])
    }
    #expect(error?.description.contains("backbone without a classifier") == true)
  }

  @Test(
    "asking about nothing is an error, not a result without maps",
    arguments: [TargetSelection.top(0), .classes([]), .several([]), .each([])])
  func nothing(_ selection: TargetSelection) {
    #expect(throws: TargetError.none) { try selection.resolve(logits: logits, labels: labels) }
  }

  private func notes(_ text: String, labels: [String]? = nil) throws -> [String] {
    try TargetSelection(parsing: text).reading(labels: labels ?? self.labels).notes
  }

  @Test("a whole label goes before a name, and a name before words; what is taken for another text is said")
  func labelText() throws {
    #expect(try resolve("shark") == [[3], [3]])
    #expect(try resolve("Tinca-tinca") == [[0], [0]])
    #expect(try resolve("Tiger Shark") == [[2], [2]])
    #expect(try resolve("great") == [[1], [1]])
    #expect(try resolve("white_shark") == [[1], [1]])
    #expect(try resolve("name:great white shark") == [[1], [1]])
    for text in ["shark", "Great_White Shark", "tench, tinca tinca", "predicted", "top:2", "3"] {
      #expect(try notes(text).isEmpty, "\(text)")
    }
    #expect(
      try notes("tiger shark")
        == ["'tiger shark' is taken for class 2, 'tiger shark, Galeocerdo', by one of its names"])
    #expect(
      try notes("great") == [
        "'great' is taken for class 1, 'great white shark', by words of its label, the only one that has them"
      ])
  }

  @Test("part of a word is no name: deer is not Scottish deerhound")
  func partsOfWords() throws {
    let labels = ["Scottish deerhound, deerhound", "ring", "disc"]
    for (text, near) in [("deer", "scottish deerhound"), ("rin", "ring"), ("hound", "deerhound")] {
      let error = #expect(throws: TargetError.self) { try notes(text, labels: labels) }
      let message = error?.description ?? ""
      #expect(message.contains("no class is labelled '\(text)'") && message.contains(near), "\(message)")
    }
  }

  @Test("a number is an index, also where another class is called so; name: and index: say which is meant")
  func numbersThatAreLabels() throws {
    let labels = ["1", "2", "3", "10"]
    func index(_ text: String) throws -> [Int] {
      try TargetSelection(parsing: text).resolve(logits: logits, labels: labels).classes[0]
    }
    #expect(try index("3") == [3] && index("index:3") == [3] && index("name:3") == [2])
    #expect(try index("name:10") == [3])
    #expect(
      try notes("3", labels: labels)
        == ["3 is taken for an index, that of '10'; class 2 is called so: name:3"])
    let error = #expect(throws: TargetError.self) { try index("10") }
    #expect(
      error?.description
        == "there is no class 10: the model has classes 0 to 3; class 3 is called so: ask for it by its label or its index"
    )
    #expect(try notes("1", labels: ["0", "1", "2"]).isEmpty)
    #expect(throws: TargetError.self) { try TargetSelection(parsing: "index:ring") }
  }

  @Test("WordNet ids and ImageNet's names are targets, and a name of two classes is none")
  func imageNet() throws {
    func index(_ text: String, _ labels: [String]) throws -> Int? {
      guard case .classes(let indices) = try TargetSelection(parsing: text).reading(labels: labels).selection
      else { return nil }
      return indices[0]
    }
    for labels in [ImageNet.labels, ImageNet.wordNetIDs] {
      #expect(try index("n01443537", labels) == 1)
      #expect(try index("white shark", labels) == 2)
      let error = #expect(throws: TargetError.self) { try index("crane", labels) }
      #expect(error?.description.contains("134 (") == true && error?.description.contains("517 (") == true)
    }
    #expect(try index("maillot", ImageNet.labels) == 638)
    #expect(
      try notes("maillot", labels: ImageNet.labels) == [
        "'maillot' is taken for class 638, 'maillot', by its label; class 639, 'maillot, tank suit', is called so too"
      ])
    #expect(throws: TargetError.self) { try index("deer", ImageNet.labels) }
  }

  @Test("a label that several classes have lists them")
  func ambiguous() {
    let labels = ["sea lion", "mountain lion", "lion-tailed monkey"]
    let error = #expect(throws: TargetError.self) { try notes("Lion", labels: labels) }
    #expect(
      error?.description
        == "'Lion' may be any of 3 classes; write one of their indices: 0 (sea lion), 1 (mountain lion), 2 (lion-tailed monkey)"
    )
  }

  @Test("the list of an ambiguous label ends after twelve")
  func manyCandidates() {
    let labels = (0..<30).map { "dog \($0)" }
    let error = #expect(throws: TargetError.self) {
      try TargetSelection.label("dog").resolve(logits: Tensor(repeating: 0, [1, 30]), labels: labels)
    }
    #expect(error?.description.contains("11 (dog 11), …") == true)
    #expect(error?.description.contains("dog 12") == false)
  }

  @Test("what is not there is refused, with what is near")
  func unknown() {
    for (text, message) in [
      ("4", "classes 0 to 3"), ("-1", "there is no class -1"),
      ("top:5", "the 5 likeliest classes are asked for, and the model has 4"),
      ("top:0", "N at least 1"), ("top:x", "N at least 1"), ("tensh", "did you mean 'tench'?"),
      ("elephant", "no class is labelled 'elephant'"),
    ] {
      let error = #expect(throws: TargetError.self) { try resolve(text) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("rows are target-major")
  func rows() throws {
    let targets = try Targets([[0, 2], [1, 3], [2, 0]])
    #expect(targets.imageCount == 3 && targets.countPerImage == 2)
    #expect(targets.row(image: 1, target: 1) == 4)
    let cotangent = try targets.cotangent(classCount: 4)
    #expect(cotangent.shape == [6, 4])
    let classes = (0..<6).map { cotangent[$0].elements.firstIndex(of: 1) }
    #expect(classes == [0, 1, 2, 2, 3, 0])
    #expect(cotangent.elements.reduce(0, +) == 6)
    #expect(targets.map { "\($0)\($1)\($2)" } == [["000", "012"], ["101", "113"], ["202", "210"]])
  }
}

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

  @Test("a whole label goes before a name, and a name before a part")
  func labelText() throws {
    #expect(try resolve("shark") == [[3], [3]])
    #expect(try resolve("Tiger Shark") == [[2], [2]])
    #expect(try resolve("tinca tinca") == [[0], [0]])
    #expect(try resolve("great") == [[1], [1]])
  }

  @Test("a label that several classes have lists them")
  func ambiguous() {
    let error = #expect(throws: TargetError.self) { try resolve("ger") == [] || resolve("har") == [] }
    #expect(
      error?.description
        == "'har' is in 3 labels; write one of their indices: 1 (great white shark), 2 (tiger shark, Galeocerdo), 3 (shark)"
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
      ("4", "classes 0 to 3"), ("-1", "there is no class -1"), ("top:5", "more than the model's 4 classes"),
      ("top:0", "N at least 1"), ("top:x", "N at least 1"), ("tensh", "did you mean 'tench'?"),
      ("elephant", "no class is labelled 'elephant'"),
    ] {
      let error = #expect(throws: TargetError.self) { try resolve(text) }
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("rows are target-major")
  func rows() {
    let targets = Targets([[0, 2], [1, 3], [2, 0]])
    #expect(targets.imageCount == 3 && targets.countPerImage == 2)
    #expect(targets.row(image: 1, target: 1) == 4)
    let cotangent = targets.cotangent(classCount: 4)
    #expect(cotangent.shape == [6, 4])
    let classes = (0..<6).map { cotangent[$0].elements.firstIndex(of: 1) }
    #expect(classes == [0, 1, 2, 2, 3, 0])
    #expect(cotangent.elements.reduce(0, +) == 6)
    #expect(targets.map { "\($0)\($1)\($2)" } == [["000", "012"], ["101", "113"], ["202", "210"]])
  }
}

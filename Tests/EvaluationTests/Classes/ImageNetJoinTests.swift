import Testing
import XAICore

@testable import XAIEvaluation

/// The facts about ImageNet, and joins by them.
///
/// Indices and ids of single classes are from the files of ILSVRC 2012: n01440764 is tench, 0, and n15075141 is toilet
/// tissue, 999; n02012849 and n03126707 are both called crane.
@Suite struct ImageNetJoinTests {
  private func match(
    _ name: String, id: String? = nil, to labels: [String], with others: [String] = []
  ) -> ClassJoin.Match {
    let classes = [DatasetClass(name, wordNetID: id)] + others.map { DatasetClass($0) }
    return ClassJoin(classes, to: labels).matches[0]
  }

  /// As torchvision calls the classes: the first name, with two exceptions.
  private var shortLabels: [String] {
    ImageNet.labels.indices.map { index in
      switch index {
      case 134: "crane bird"
      case 639: "maillot tank suit"
      default: String(ImageNet.labels[index].prefix { $0 != "," })
      }
    }
  }

  @Test("a thousand ids in the order of their digits, a label each")
  func table() {
    #expect(ImageNet.wordNetIDs.count == 1000 && ImageNet.labels.count == 1000)
    #expect(ImageNet.wordNetIDs == ImageNet.wordNetIDs.sorted() && Set(ImageNet.wordNetIDs).count == 1000)
    #expect(ImageNet.wordNetIDs[0] == "n01440764" && ImageNet.labels[0] == "tench, Tinca tinca")
    #expect(ImageNet.wordNetIDs[999] == "n15075141")
    #expect(ImageNet.labels[999] == "toilet tissue, toilet paper, bathroom tissue")
    #expect(ImageNet.index(ofWordNetID: "n02951358") == 472 && ImageNet.labels[472] == "canoe")
    #expect(ImageNet.index(ofWordNetID: "n00000000") == nil)
    #expect(ImageNet.labels[134] == "crane" && ImageNet.labels[517] == "crane")
    #expect(ImageNet.labels[639] == "maillot, tank suit")
  }

  @Test("folders of WordNet ids find labels of names, and folders of names find labels of ids")
  func ids() {
    for labels in [ImageNet.labels, shortLabels] {
      let join = ClassJoin(ImageNet.wordNetIDs.map { DatasetClass($0) }, to: labels)
      #expect(join.matches == (0..<1000).map { .found($0, by: .wordNetID) })
    }
    #expect(match("white shark", to: ImageNet.wordNetIDs) == .found(2, by: .synonym))
    #expect(match("tench, Tinca tinca", to: ImageNet.wordNetIDs) == .found(0, by: .wordNetID))
    let both = zip(ImageNet.wordNetIDs, ImageNet.labels).map { "\($0) \($1)" }
    #expect(match("n02012849", to: both) == .found(134, by: .wordNetID))
    #expect(match("goldfish", to: both) == .found(1, by: .synonym))
    #expect(match("n02085620-Chihuahua", to: ImageNet.labels) == .found(151, by: .wordNetID))
    #expect(match("n02085620_Chihuahua", to: ["dog", "chihuahua"]) == .found(1, by: .spelling))
  }

  @Test("a WordNet id goes to a model of few of ImageNet's classes by names that no other class has")
  func fewClasses() {
    let labels = ["cassette player", "church", "French horn", "goldfish"]
    #expect(match("n01443537", to: labels) == .found(3, by: .wordNetID))
    #expect(match("n03028079", to: labels) == .found(1, by: .wordNetID))
    #expect(match("n02012849", to: ["crane", "my own dog"]) == .absent)
    #expect(match("n01440764", to: labels) == .absent)
  }

  @Test("names that two classes have are refused, an id says which is meant")
  func ambiguous() {
    for labels in [ImageNet.labels, ImageNet.wordNetIDs] {
      #expect(match("crane", to: labels) == .ambiguous([134, 517]))
      #expect(match("crane", id: "n03126707", to: labels) == .found(517, by: .wordNetID))
      #expect(match("n02012849", to: labels).index == 134)
    }
    for labels in [ImageNet.labels, ImageNet.wordNetIDs, shortLabels] {
      #expect(match("maillot", to: labels) == .ambiguous([638, 639]))
      #expect(match("maillot, tank suit", to: labels).index == 639)
      #expect(match("tank suit", to: labels).index == 639)
    }
    // Who has the other label too means each by its own.
    #expect(match("maillot", to: ImageNet.labels, with: ["maillot, tank suit"]) == .found(638, by: .label))
    #expect(match("maillot", to: shortLabels, with: ["maillot tank suit"]) == .found(638, by: .label))
    #expect(ClassJoin(ImageNet.labels.map { DatasetClass($0) }, to: ImageNet.labels).hasSameNames)
  }

  @Test("a model without labels, where it is said that its classes are ImageNet's")
  func unnamed() throws {
    let classes = ["n01443537", "toilet paper", "crane"].map { DatasetClass($0) }
    let labels = (0..<1000).map { "class \($0)" }
    let auto = ClassJoin(classes, to: labels)
    #expect(auto.matches == [.absent, .absent, .absent])
    let error = #expect(throws: ClassJoinError.self) { try auto.check(among: 0..<3) }
    #expect(error?.description.contains("if they are ImageNet's, say so") == true)
    let join = ClassJoin(classes, to: labels, by: .imageNet)
    #expect(join.matches == [.found(1, by: .wordNetID), .found(999, by: .synonym), .ambiguous([134, 517])])
    let other = ClassJoin(classes, to: ["a", "b"], by: .imageNet)
    let refusal = #expect(throws: ClassJoinError.self) { try other.check(among: 0..<3) }
    #expect(refusal?.description.contains("2 classes, so that they are not ImageNet's") == true)
  }

  @Test("ImageNet says nothing about a model of other classes")
  func otherModel() {
    // `hook` and `claw` are names of one class of ImageNet.
    #expect(match("claw", to: ["hook", "my own dog", "bolt and nut"]) == .absent)
    #expect(match("claw", to: ["hook", "goldfish"]) == .found(0, by: .synonym))
  }

  @Test("a class before the thousand, for the background")
  func background() {
    let labels = ["background"] + shortLabels.filter { !$0.contains("crane") && !$0.contains("maillot") }
    #expect(match("n01443537", to: labels) == .found(2, by: .wordNetID))
  }
}

extension ClassJoin.Match {
  fileprivate var index: Int? {
    guard case .found(let index, _) = self else { return nil }
    return index
  }
}

import Testing
import XAICore

@testable import XAIEvaluation

/// The model's class of each class of the data, or why it has none; expected values are written by hand from the labels.
@Suite struct ClassJoinTests {
  private func join(
    _ names: [String], to labels: [String], by matching: ClassMatching = .auto
  ) -> ClassJoin {
    ClassJoin(names.map { DatasetClass($0) }, to: labels, by: matching)
  }

  private func indices(_ join: ClassJoin) -> [Int?] { join.classes.indices.map(join.index) }

  private func refusal(_ join: ClassJoin) -> String {
    do {
      try join.check(among: join.classes.indices)
      return ""
    } catch { return error.description }
  }

  private let shapes = ["disc", "square", "triangle", "star", "cross", "ring", "heart", "crescent"]
  private let sharks = ["tench, Tinca tinca", "great white shark, white shark, man-eater", "tiger shark"]

  @Test("folders in the order of their bytes find a model's classes in another order")
  func anotherOrder() {
    let join = join(shapes.sorted(), to: shapes)
    // crescent, cross, disc, heart, ring, square, star, triangle
    #expect(indices(join) == [7, 4, 0, 6, 5, 1, 3, 2])
    #expect(join.summary(among: 0..<8) == "8 by label")
    #expect(!join.isIdentity && refusal(join).isEmpty)
    #expect(self.join(shapes, to: shapes).hasSameNames)
  }

  @Test func subset() {
    let join = join(["star", "heart", "ring"], to: shapes)
    #expect(indices(join) == [3, 6, 5] && refusal(join).isEmpty)
  }

  @Test("what is not found is listed, and nothing takes its place")
  func unmatched() {
    let join = join(shapes.map { $0 == "cross" ? "plus" : $0 }, to: shapes)
    #expect(indices(join)[4] == nil && join.unmatched(among: 0..<8) == [4])
    #expect(refusal(join).contains("1 of the 8 classes of the data is not among the model's 8: 'plus'."))
    let many = self.join((0..<20).map { "class-of-mine \($0)" }, to: shapes)
    #expect(refusal(many).contains("20 of the 20 classes") && refusal(many).contains("…, 20 in all"))
    #expect(refusal(self.join(["hart", "ring"], to: shapes)).contains("Did you mean 'heart' by 'hart'?"))
  }

  @Test(
    "case, spaces, underscores, hyphens, and how accents are composed",
    arguments: [
      ("Great_White-Shark,_white_shark,  MAN_EATER", 1), ("TIGER-SHARK", 2), ("tiger_shark", 2),
      ("tench,Tinca  tinca", 0),
    ])
  func spelling(name: String, index: Int) {
    let join = join([name], to: sharks)
    #expect(join.matches == [.found(index, by: .spelling)])
    #expect(self.join(["cafe\u{301}"], to: ["tea", "café"]).matches == [.found(1, by: .spelling)])
  }

  @Test(
    "each of the names that a label has",
    arguments: [("white shark", 1), ("White_Shark", 1), ("Tinca tinca", 0), ("tench", 0), ("man eater", 1)])
  func synonyms(name: String, index: Int) {
    let join = join([name], to: sharks)
    #expect(join.matches == [.found(index, by: .synonym)])
    #expect(join.summary(among: [0]) == "1 by one of several names ('\(name)' is '\(sharks[index])')")
  }

  @Test("part of a name is no name")
  func parts() {
    for name in ["shark", "eater", "great", "ten", ""] {
      #expect(join([name], to: sharks).matches == [.absent], "\(name)")
    }
  }

  @Test("two classes of the data that are one of the model's are refused by name")
  func twofold() {
    for names in [["Ring", "ring"], ["white shark", "man-eater"]] {
      let join = join(names, to: shapes + sharks)
      let text = refusal(join)
      #expect(text.contains("'\(names[0])' and '\(names[1])'") && text.contains("are both class"), "\(text)")
      #expect(throws: Never.self) { try join.checkIsOneToOne(among: [1]) }
    }
  }

  @Test("classes that differ in case alone are two where model and data have both")
  func cases() {
    #expect(indices(join(["a", "A"], to: ["A", "a"])) == [1, 0])
    #expect(indices(join(["a"], to: ["A", "a"])) == [1])
  }

  @Test("a label that looks like another one's joins neither, unless the data have both")
  func lookAlike() {
    let labels = ["café", "cafe\u{301}"]
    #expect(join(["café"], to: labels).matches == [.ambiguous([0, 1])])
    #expect(indices(join(["cafe\u{301}", "café"], to: labels)) == [1, 0])
  }

  // MARK: - Numbers

  @Test("a number that a list states is an index, whatever the classes are called")
  func statedIndices() {
    let classes = (0..<6).map { (index: Int) in DatasetClass("class \(index)", index: index) }
    let join = ClassJoin(classes, to: shapes)
    #expect(join.matches == (0..<6).map { .found($0, by: .index) })
    #expect(join.summary(among: [0, 2, 5]) == "3 by index")
    let beyond = ClassJoin(classes, to: Array(shapes.prefix(3)))
    #expect(beyond.unmatched(among: [0, 2, 5]) == [5])
  }

  @Test("folders that are called by whole numbers are indices where no label is one")
  func numberedFolders() {
    #expect(indices(join(["0", "10", "2"], to: (0..<11).map { "c\($0)" })) == [0, 10, 2])
    #expect(indices(join(["00", "02"], to: shapes)) == [0, 2])
    #expect(indices(join(["1", "2", "8"], to: shapes)) == [1, 2, nil])
    // A name among them makes names of all.
    #expect(indices(join(["1", "2", "ring"], to: shapes)) == [nil, nil, 5])
  }

  @Test("labels that are numbers go before indices; some of both are refused")
  func numberedLabels() {
    let labels = ["1", "2", "3", "10", "11", "20", "21", "30"]
    let names = labels.sorted()
    #expect(names == ["1", "10", "11", "2", "20", "21", "3", "30"])
    #expect(indices(join(names, to: labels)) == [0, 3, 4, 1, 5, 6, 2, 7])
    let mixed = join(["3", "7"], to: ["disc", "square", "triangle", "star", "cross", "ring", "heart", "3"])
    #expect(mixed.matches == [.ambiguous([3, 7]), .found(7, by: .index)])
    #expect(refusal(mixed).contains("'3' may be 3 (star), 7 (3)"))
    #expect(refusal(mixed).contains("whether numbers are indices or names"))
    let stated = ClassJoin([DatasetClass("class 3", index: 3)], to: labels)
    #expect(stated.matches == [.ambiguous([2, 3])])
    #expect(ClassJoin(stated.classes, to: labels, by: .index).matches == [.found(3, by: .index)])
    #expect(ClassJoin(stated.classes, to: labels, by: .names).matches == [.found(2, by: .label)])
    let digits = (0..<10).map(String.init)
    #expect(ClassJoin([DatasetClass("class 3", index: 3)], to: digits).matches == [.found(3, by: .index)])
  }

  @Test func byIndex() {
    #expect(indices(join(["7", "0"], to: shapes, by: .index)) == [7, 0])
    #expect(indices(join(["8", "ring"], to: shapes, by: .index)) == [nil, nil])
  }

  @Test("by order where that is asked for, and the numbers of classes are equal")
  func byOrder() {
    let join = join(shapes.sorted(), to: shapes, by: .order)
    #expect(join.matches == (0..<8).map { .found($0, by: .order) } && join.isIdentity && !join.hasSameNames)
    let subset = self.join(["a", "b"], to: shapes, by: .order)
    #expect(indices(subset) == [nil, nil])
    #expect(refusal(subset).contains("2 classes and the model has 8"))
  }

  @Test("whole numbers with and without the point of floating-point tables")
  func wholeNumbers() {
    for (text, number) in [
      ("3", 3), ("03", 3), ("3.0", 3), ("10.000", 10), ("3.", 3), ("0", 0), ("-1", nil), ("+1", nil),
      ("1.5", nil), ("", nil), (".0", nil), ("1e3", nil), ("3 ", nil), ("٣", nil), ("1.0.0", nil),
      ("99999999999999999999", nil),
    ] as [(String, Int?)] {
      #expect(DatasetClass.wholeNumber(text) == number, "\(text)")
    }
  }
}

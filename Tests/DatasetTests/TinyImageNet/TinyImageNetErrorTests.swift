import Testing
import XAICore
import XAITesting
import XAITinyImageNet

@Suite struct TinyImageNetErrorTests {
  let tiny: TinyFolder

  init() throws { tiny = try TinyFolder() }

  private func open() throws -> TinyImageNet {
    try TinyImageNet(options: TinyImageNetOptions(path: tiny.path))
  }

  @Test(
    "what is missing is named",
    arguments: ["wnids.txt", "words.txt", "val/val_annotations.txt", "train/n01/images"])
  func missing(_ name: String) throws {
    try tiny.folder.remove(name)
    #expect {
      try open()
    } throws: { error in
      guard case .missing(tiny.folder.path(name), _)? = error as? DatasetError else { return false }
      return true
    }
  }

  @Test func noPath() {
    expectError("tiny-imagenet: path is missing. Write tiny-imagenet:path=FOLDER") {
      try TinyImageNet(options: TinyImageNetOptions())
    }
  }

  @Test func emptyClass() throws {
    try tiny.folder.remove("train/n01/images")
    try tiny.folder.add(folder: "train/n01/images")
    #expect(
      throws: DatasetError.emptyClass(
        name: "goldfish, Carassius auratus", place: tiny.folder.path("train/n01"))
    ) { try open() }
  }

  @Test func labelOutsideTheList() throws {
    try tiny.folder.add(
      text: "val_0.JPEG\tn01\t0\t0\t1\t1\nval_1.JPEG\tn03\t0\t0\t1\t1\n", to: "val/val_annotations.txt")
    #expect(
      throws: DatasetError.unknownLabel(
        file: tiny.folder.path("val/val_annotations.txt"), line: 2, label: "n03", known: "n02, n01")
    ) { try open() }
  }

  @Test(
    "lines that can't be are named",
    arguments: [
      ("wnids.txt", "n01\nn01\n", 2, "'n01' is no WordNet id, or is there twice"),
      ("wnids.txt", "../n01\n", 1, "is no WordNet id"),
      ("wnids.txt", "n01\n\nn02\n", 2, "is no WordNet id"),
      (
        "val/val_annotations.txt", "val_0.JPEG\tn01\t0\t0\t1\n", 1,
        "this is not file, WordNet id and x0, y0, x1, y1"
      ),
      ("val/val_annotations.txt", "val_0.JPEG n01 0 0 1 1\n", 1, "with tabs between"),
      ("train/n01/n01_boxes.txt", "a\t0\t0\t1\t1\nb\t0\t0\t64\t1\n", 2, "from 0 to 63"),
      ("train/n01/n01_boxes.txt", "a\t2\t0\t1\t1\n", 1, "from 0 to 63"),
      ("train/n01/n01_boxes.txt", "a\t-1\t0\t1\t1\n", 1, "from 0 to 63"),
    ] as [(String, String, Int, String)])
  func malformed(file: String, text: String, line: Int, reason: String) throws {
    try tiny.folder.add(text: text, to: file)
    expectError("\(tiny.folder.path(file)), line \(line): ") { try open() }
    expectError(reason) { try open() }
  }

  @Test func classWithoutAName() throws {
    try tiny.folder.add(text: "n01\tgoldfish\n", to: "words.txt")
    expectError("words.txt: 'n02' has no name") { try open() }
  }

  @Test func listsWithoutAnything() throws {
    try tiny.folder.add(text: "\n\n", to: "val/val_annotations.txt")
    #expect(throws: DatasetError.empty(place: tiny.folder.path("val/val_annotations.txt"))) { try open() }
    try tiny.folder.add(text: "", to: "wnids.txt")
    expectError("wnids.txt: there are no classes") { try open() }
  }

  @Test func missingImage() throws {
    try tiny.folder.remove("val/images/val_0.JPEG")
    let validation = try open().split("validation")
    expectError("\(tiny.folder.path("val/images/val_0.JPEG")): can't be read") { try validation.sample(1) }
  }
}

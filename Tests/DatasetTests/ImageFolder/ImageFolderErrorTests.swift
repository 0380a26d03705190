import Foundation
import Testing
import XAICore
import XAIImageFolder
import XAITesting

@Suite struct ImageFolderErrorTests {
  let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  private func open() throws -> ImageFolder {
    try ImageFolder(options: ImageFolderOptions(path: folder.path, validation: 0))
  }

  @Test func noPath() {
    #expect(
      throws: DatasetError.invalidOptions(
        dataset: "image-folder",
        reason: "path is missing. Write image-folder:path=FOLDER, or the folder alone.")
    ) { try ImageFolder(options: ImageFolderOptions()) }
  }

  @Test func missing() throws {
    try folder.addImage("file.png")
    for path in [folder.path("nowhere"), folder.path("file.png")] {
      expectError("\(path): there is no such folder of images") {
        try ImageFolder(options: ImageFolderOptions(path: path))
      }
    }
  }

  @Test func empty() throws {
    #expect(throws: DatasetError.empty(place: folder.path)) { try open() }
  }

  @Test("classes of the training split without images are none, and validation may not have them")
  func emptyClassOfTheTrainingSplit() throws {
    try folder.addImage("train/cat/1.png")
    try folder.add(folder: "train/dog")
    try folder.addImage("val/dog/1.png")
    #expect(
      throws: DatasetError.malformed(
        file: folder.path("val/dog"), line: nil,
        reason: "the class 'dog' is not among those for training (cat)")
    ) { try open() }
  }

  @Test func classThatIsOnlyInValidation() throws {
    try folder.addImage("train/cat/1.png")
    try folder.addImage("validation/dog/1.png")
    #expect(
      throws: DatasetError.malformed(
        file: folder.path("validation/dog"), line: nil,
        reason: "the class 'dog' is not among those for training (cat)")
    ) { try open() }
  }

  @Test func twoValidationSplits() throws {
    for name in ["train/cat/1.png", "validation/cat/1.png", "val/cat/1.png"] { try folder.addImage(name) }
    expectError("there are folders 'val' and 'validation', both for validation") { try open() }
  }

  @Test("two classes that look alike are refused by name: one accent is a character, the other two")
  func lookAlike() throws {
    for place in ["", "train/"] {
      for name in ["\(place)café/1.png", "\(place)cafe\u{301}/1.png"] { try folder.addImage(name) }
      expectError("two classes look alike, 'café'") { try open() }
      try folder.remove("\(place)café")
      #expect(try open().classNames.count == 1)
      try folder.remove(place.isEmpty ? "cafe\u{301}" : "train")
    }
  }

  @Test func noSuchSplit() throws {
    try folder.addImage("cat/1.png")
    let dataset = try open()
    #expect(throws: DatasetError.noSplit(name: "test", dataset: "image-folder", known: ["train"])) {
      try dataset.split("test")
    }
  }

  @Test func damagedImages() throws {
    try folder.add([], to: "cat/1.png")
    try folder.add(text: "text", to: "cat/2.png")
    let split = try open().split("train")
    expectError("\(folder.path("cat/1.png")): the file is empty") { try split.sample(0) }
    expectError("\(folder.path("cat/2.png")): not an image of a format that is read") { try split.sample(1) }
  }

  @Test("a pipe is no image, and nobody waits for its writer", .timeLimit(.minutes(1)))
  func pipe() throws {
    try folder.addImage("cat/1.png")
    #expect(mkfifo(folder.path("cat/2.png"), 0o600) == 0)
    #expect(try open().split("train").count == 1)
  }

}

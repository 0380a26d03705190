import Foundation
import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIImageFolder
import XAITesting

/// What lies in folders beside images: said, and never in the way.
@Suite struct FolderContentTests {
  let folder: TemporaryImages

  init() throws { folder = try TemporaryImages() }

  private func open() throws -> ImageFolder {
    try ImageFolder(options: ImageFolderOptions(path: folder.path, validation: 0))
  }

  private func identifiers(_ dataset: ImageFolder) throws -> [String] {
    let split = try dataset.split("train")
    return (0..<split.count).map(split.identifier)
  }

  @Test("litter of systems and archives is no content, and nothing is said about it")
  func litter() throws {
    for name in [
      "ring/0.png", "heart/0.png", "__MACOSX/heart/._0.png", "heart/@eaDir/0.png/SYNOFILE_THUMB_M.jpg",
      ".ipynb_checkpoints/a.png", "heart/._0.png",
    ] { try folder.addImage(name) }
    for name in ["Thumbs.db", ".DS_Store", "heart/Thumbs.db", "ring/desktop.ini"] {
      try folder.add(text: "x", to: name)
    }
    let dataset = try open()
    #expect(dataset.classNames == ["heart", "ring"])
    #expect(try identifiers(dataset) == ["heart/0.png", "ring/0.png"])
    #expect(dataset.notes.isEmpty)
  }

  @Test("what is left out is counted and named once")
  func leftOut() throws {
    for name in ["ring/0.png", "heart/e.jfif", "heart/f.jpe", "stray.png"] { try folder.addImage(name) }
    for name in ["heart/b.bmp", "heart/c.TIFF", "heart/e.heic", "heart/g.svg", "ring/notes.txt"] {
      try folder.add(text: "x", to: name)
    }
    try folder.addLink("ring/gone.png", to: "nowhere.png")
    #expect(mkfifo(folder.path("ring/pipe.png"), 0o600) == 0)
    try folder.add(folder: "empty/deep")
    let dataset = try open()
    #expect(dataset.classNames == ["heart", "ring"])
    #expect(try identifiers(dataset) == ["heart/e.jfif", "heart/f.jpe", "ring/0.png"])
    #expect(
      dataset.notes == [
        "\(folder.path): left out: 4 images of formats that this build doesn't read; convert them to PNG or JPEG "
          + "(heart/b.bmp, heart/c.TIFF, heart/e.heic, …); 1 file that is no image by its name (ring/notes.txt); "
          + "1 image outside of the class folders (stray.png); 1 link that leads nowhere (ring/gone.png); "
          + "1 pipe, device or socket (ring/pipe.png)",
        "\(folder.path): no classes, since they have no images that are read: empty",
      ])
    #expect(try dataset.split("train").sample(0).image.width == 8)
  }

  @Test("names of any bytes are read, and identifiers are valid and differ")
  func anyBytes() throws {
    let names = [
      [0x63, 0x61, 0x66, 0xE9], Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("a\nb".utf8),
      Array("a\\nb".utf8),
    ].map { FileName.text($0 + Array(".png".utf8)) }
    for name in names { try folder.addImage("cat/\(name)") }
    try folder.add(text: "x", to: "cat/r\(FileName.text([0xE9]))sum.txt")
    let dataset = try open()
    let split = try dataset.split("train")
    let identifiers = try identifiers(dataset)
    #expect(Set(identifiers.map { Array($0.utf8) }).count == 5)
    #expect(identifiers.contains("cat/caf\\xE9.png") && identifiers.contains("cat/a\\nb.png"))
    #expect(identifiers.contains("cat/a\\\\nb.png"))
    // The colour of an image comes from its name.
    #expect(Set(try identifiers.indices.map { try split.sample($0).image }).count == 5)
    #expect(
      dataset.notes == ["\(folder.path): left out: 1 file that is no image by its name (cat/r\\xE9sum.txt)"])
  }

  @Test("a class folder whose name is not UTF-8 has a name that is")
  func foreignClass() throws {
    try folder.addImage("\(FileName.text([0xE9]))tang/1.png")
    try folder.addImage("cat/1.png")
    let dataset = try open()
    #expect(dataset.classNames == ["cat", "\\xE9tang"])
    #expect(try dataset.split("train").sample(1).image.width == 8)
  }

  @Test("images are upright, or raw where that is asked for, and the split says which are turned")
  func orientation() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/images").path
    for tag in [1, 3, 6] {
      let bytes = try FileContents.read("\(fixtures)/oriented\(tag).jpg")
      try folder.add(bytes, to: "ring/oriented\(tag).jpg")
    }
    try folder.addImage("heart/0.png")
    let split = try open().split("train")
    #expect((0..<4).map(split.isTurned) == [false, false, true, true])
    for (index, tag) in [1, 3, 6].enumerated() {
      let upright = try RGBImage(contentsOf: "\(fixtures)/oriented\(tag).jpg")
      #expect(try split.sample(index + 1).image == upright)
    }
    var options = ImageFolderOptions(path: folder.path, validation: 0)
    options.exif = .raw
    let raw = try ImageFolder(options: options).split("train")
    #expect(!(0..<4).contains(where: raw.isTurned))
    #expect(try raw.sample(3).image == RGBImage(contentsOf: "\(fixtures)/oriented6.jpg", orientation: .raw))
  }
}

import Foundation
import Testing
import XAIFoundation

@Suite struct FileNameTests {
  /// Names of every kind: text, accents in both forms, control characters, bytes that are not UTF-8, scalars that stand for
  /// bytes.
  static let names: [[UInt8]] = [
    Array("photo.png".utf8), Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("\u{301}x".utf8),
    [0x63, 0x61, 0x66, 0xE9], [0xFF, 0xFE], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xF4, 0x8F, 0xB8, 0x80],
    [0xF4, 0x8F, 0xBB, 0xBF], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80], Array("a\nb".utf8),
    Array("a\u{1B}[31m".utf8),
    Array("a\\nb".utf8), Array("\u{7F}".utf8), Array("日本 🦊".utf8), Array("a\u{202E}b".utf8),
    [0x0A, 0xE9, 0x5C],
  ]

  @Test("Bytes come back as they were", arguments: names)
  func roundTrip(bytes: [UInt8]) {
    let text = FileName.text(bytes)
    #expect(FileName.bytes(text) == bytes)
    #expect(
      FileName.withCString(text) {
        Array(UnsafeBufferPointer(start: $0, count: strlen($0)).map { UInt8(truncatingIfNeeded: $0) })
      } == bytes)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
  }

  @Test("Any two bytes come back as they were")
  func allPairs() {
    for first in 1...UInt8.max {
      for second in 1...UInt8.max {
        #expect(FileName.bytes(FileName.text([first, second])) == [first, second])
      }
    }
  }

  @Test("Different names look different, on one line")
  func shown() {
    let texts = Self.names.map { FileName.shown(FileName.text($0)) }
    #expect(Set(texts.map { Array($0.utf8) }).count == texts.count)
    #expect(
      texts.allSatisfy { text in
        !text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
      })
    #expect(FileName.shown(FileName.text([0x63, 0xE9])) == "c\\xE9")
    #expect(FileName.shown("a\nb\\c\u{1B}\u{202E}") == "a\\nb\\\\c\\x1B\\u{202E}")
    #expect(FileName.shown("caf\u{E9} 日本") == "caf\u{E9} 日本")
  }

  @Test("A message keeps its lines and shows names escaped")
  func printable() {
    #expect(FileName.printable("a\tb\nc\\d") == "a\tb\nc\\d")
    #expect(
      FileName.printable("one\n\(FileName.text(Array("a\nb".utf8) + [0xE9]))\u{1B}[0m\r\n")
        == "one\na\\nb\\xE9\\x1B[0m\\r\n")
  }

  @Test("JSON of names is JSON, and of names in UTF-8 the names themselves", arguments: names)
  func json(bytes: [UInt8]) throws {
    let encoder = JSONEncoder()
    let encoded = String(decoding: try encoder.encode([FileName.text(bytes)]), as: UTF8.self)
    let decoded = try JSONDecoder().decode([String].self, from: Data(FileName.json(encoded).utf8))[0]
    if let text = String(validating: bytes, as: UTF8.self), !bytes.starts(with: [0xF4, 0x8F]) {
      #expect(Array(decoded.utf8) == Array(text.utf8))
    } else {
      #expect(decoded.contains("\\x"))
    }
  }

  @Test("Names that are made after others can be typed")
  func portable() {
    #expect(FileName.portable(FileName.text(Array("a\nb".utf8) + [0xE9])) == "a%0Ab%E9")
    #expect(FileName.portable("caf\u{E9}") == "caf\u{E9}")
  }
}

@Suite final class FileSystemTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
    .path

  init() throws { try FileSystem.makeFolder(folder) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ name: String) -> String { FileSystem.path(folder, name) }

  @Test("Files of names of any bytes are written, listed, told apart and read")
  func anyBytes() throws {
    let names = FileNameTests.names.map { FileName.text($0) }
    for (index, name) in names.enumerated() { try AtomicFile.write([UInt8(index)], to: path(name)) }
    let entries = try FileSystem.entries(of: folder)
    #expect(entries.count == names.count)
    #expect(Set(entries.map { Array($0.name.utf8) }) == Set(names.map { Array($0.utf8) }))
    for (index, name) in names.enumerated() {
      #expect(FileSystem.kind(of: path(name)) == .file)
      #expect(try FileContents.read(path(name)) == [UInt8(index)])
      #expect(try FileBytes(mapping: path(name)).withBytes(Array.init) == [UInt8(index)])
    }
  }

  @Test("Hidden files and what systems leave are no content")
  func litter() throws {
    for name in ["__MACOSX", "@eaDir", ".hidden"] { try FileSystem.makeFolder(path(name)) }
    for name in [".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "a.png"] {
      try AtomicFile.write([1], to: path(name))
    }
    #expect(try FileSystem.entries(of: folder).map(\.name) == ["a.png"])
  }

  @Test("Links that lead nowhere or in circles are said to")
  func links() throws {
    try FileManager.default.createSymbolicLink(atPath: path("nowhere"), withDestinationPath: "gone")
    try FileManager.default.createSymbolicLink(atPath: path("circle"), withDestinationPath: "circle")
    try AtomicFile.write([1], to: path("file"))
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "file")
    let kinds = try FileSystem.entries(of: folder).map { "\($0.name) \($0.kind)" }
    #expect(kinds == ["circle brokenLink", "file file", "link file", "nowhere brokenLink"])
  }

  @Test("A pipe without a writer is empty, and a device is refused", .timeLimit(.minutes(1)))
  func pipes() throws {
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    #expect(try FileContents.read(path("pipe")).isEmpty)
    #expect(throws: ReadFailure(reason: "it is a device or socket, not a file")) {
      try FileContents.read("/dev/zero")
    }
  }

  @Test("A pipe with a writer is read to its end", .timeLimit(.minutes(1)))
  func pipeWithWriter() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let bytes = [UInt8](repeating: 7, count: 200_000)
    let writer = ends[1]
    Thread.detachNewThread {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(writer, $0.baseAddress, min($0.count, 5_000)) }
        if count <= 0 { break }
        rest = rest.dropFirst(count)
      }
      close(writer)
    }
    #expect(try FileContents.read("/dev/fd/\(ends[0])") == bytes)
  }

  @Test("Folders are made with those above, and a file in the way is named")
  func folders() throws {
    try FileSystem.makeFolder(path("a/b//c/"))
    #expect(FileSystem.kind(of: path("a/b/c")) == .folder)
    try FileSystem.makeFolder(path("a/b/c"))
    try AtomicFile.write([1], to: path("file"))
    for (name, message) in [
      ("file", "this is a file, not a folder"), ("file/x/y", "\(path("file")) is a file, not a folder"),
    ] {
      let error = #expect(throws: FileError.self) { try FileSystem.makeFolder(path(name)) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }

  @Test("A name of the full length is written")
  func longName() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write([3], to: path(name))
    #expect(try FileContents.read(path(name)) == [3])
    #expect(throws: FileError.self) { try AtomicFile.write([3], to: path(name + "n")) }
  }

  @Test("Paths are taken apart by bytes")
  func parts() {
    for (path, folder, name) in [
      ("a/b", "a", "b"), ("/b", "/", "b"), ("b", ".", "b"), ("a//b/", "a", "b"), ("/", "/", "/"),
      ("a/\u{301}x.png", "a", "\u{301}x.png"),
    ] {
      #expect(FileSystem.folder(of: path).utf8.elementsEqual(folder.utf8), "\(path)")
      #expect(FileSystem.name(of: path).utf8.elementsEqual(name.utf8), "\(path)")
    }
    for (name, stem, fileExtension) in [
      ("a.png", "a", "png"), ("a.tar.gz", "a.tar", "gz"), (".png", ".png", ""), ("..png", "..png", ""),
      ("a.", "a", ""), ("a", "a", ""),
    ] {
      #expect(FileSystem.parts(ofName: name) == (stem, fileExtension), "\(name)")
    }
    #expect(FileSystem.path("a/", "\u{301}x") == "a/\u{301}x")
  }
}

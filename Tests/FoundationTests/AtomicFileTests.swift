import Foundation
import Testing

@testable import XAIFoundation

@Suite final class AtomicFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "atomic-\(UUID().uuidString)")
    .path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  @Test("A written file holds the bytes, and nothing stands beside it")
  func write() throws {
    try AtomicFile.write([1, 2, 3] as [UInt8], to: folder + "/a")
    try AtomicFile.write(Data([4, 5]), to: folder + "/b")
    try AtomicFile.write([UInt8](), to: folder + "/c")
    #expect(FileManager.default.contents(atPath: folder + "/a") == Data([1, 2, 3]))
    #expect(FileManager.default.contents(atPath: folder + "/b") == Data([4, 5]))
    #expect(FileManager.default.contents(atPath: folder + "/c") == Data())
    #expect(try names == ["a", "b", "c"])
  }

  @Test("A file in the place of a folder is named")
  func obstacle() throws {
    try AtomicFile.write([1] as [UInt8], to: folder + "/a")
    for path in ["/a/x.html", "/a/b/x.html"] {
      let reason = "\(folder)/a is a file, not a folder"
      #expect(throws: FileError.notCreatable(path: folder + path, reason: reason)) {
        try AtomicFile.write([2] as [UInt8], to: folder + path)
      }
    }
  }

  @Test("Writing replaces a file and keeps its permissions")
  func replace() throws {
    let path = folder + "/a"
    try AtomicFile.write([1] as [UInt8], to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write([2, 2] as [UInt8], to: path)
    #expect(FileManager.default.contents(atPath: path) == Data([2, 2]))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
  }

  @Test("A file that isn't committed leaves no trace")
  func abandon() throws {
    try AtomicFile.write([1] as [UInt8], to: folder + "/a")
    do {
      let file = try AtomicFile(at: folder + "/a")
      try file.append([9, 9, 9] as [UInt8])
      #expect(try names.count == 2)
    }
    #expect(try names == ["a"])
    #expect(FileManager.default.contents(atPath: folder + "/a") == Data([1]))
  }

  @Test("A file is built from pieces")
  func pieces() throws {
    let file = try AtomicFile(at: folder + "/a")
    for piece in 0..<100 { try file.append(repeatElement(UInt8(piece), count: 1000)) }
    try file.commit()
    #expect(FileManager.default.contents(atPath: folder + "/a")?.count == 100_000)
    #expect(FileManager.default.contents(atPath: folder + "/a")?.last == 99)
  }

  @Test("A link stays a link and its file is replaced")
  func link() throws {
    try AtomicFile.write([1] as [UInt8], to: folder + "/a")
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a")
    try AtomicFile.write([2] as [UInt8], to: folder + "/link")
    #expect(FileManager.default.contents(atPath: folder + "/a") == Data([2]))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "a")
  }

  @Test("Folders, devices and missing folders are refused")
  func refuse() throws {
    let folder = folder
    #expect(throws: FileError.notAPlainFile(path: folder)) {
      try AtomicFile.write([1] as [UInt8], to: folder)
    }
    #expect(throws: FileError.notAPlainFile(path: "/dev/null")) {
      try AtomicFile.write([1] as [UInt8], to: "/dev/null")
    }
    #expect(throws: FileError.notCreatable(path: folder + "/no/a", reason: "No such file or directory")) {
      try AtomicFile.write([1] as [UInt8], to: folder + "/no/a")
    }
    #expect(try names == [])
  }

  @Test(
    "A full disk is an error with its reason, and the temporary file is removed",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func fullDisk() throws {
    let temporary = folder + "/a.part"
    #expect(FileManager.default.createFile(atPath: temporary, contents: nil))
    let descriptor = open("/dev/full", O_WRONLY)
    try #require(descriptor >= 0)
    let path = folder + "/a"
    #expect(throws: FileError.notWritable(path: path, reason: "No space left on device")) {
      let file = AtomicFile(path: path, target: path, temporary: temporary, descriptor: descriptor)
      try file.append([UInt8](repeating: 1, count: 100_000))
      try file.commit()
    }
    #expect(try names == [])
  }
}

import XAIFoundation
import XAIImage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder of made files for tests of data sets, removed with its content when nothing holds it any more.
public final class TemporaryImages: Sendable {
  /// Where it lies.
  public let path: String

  /// Makes an empty folder among the temporary files.
  public init() throws {
    path = FileManager.default.temporaryDirectory.path + "/xai-images-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of something in the folder.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a folder, and those above it.
  public func add(folder name: String) throws { try FileSystem.makeFolder(path(name)) }

  /// Writes bytes to a file, in folders that are made.
  public func add(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try FileSystem.makeFolder(FileSystem.folder(of: path(name)))
    try AtomicFile.write(Array(bytes), to: path(name))
  }

  /// Writes a text to a file.
  public func add(text: String, to name: String) throws { try add(text.utf8, to: name) }

  /// Writes an image of one colour of its own, as JPEG or PNG by its name.
  public func addImage(_ name: String, width: Int = 8, height: Int = 6) throws {
    // The colour comes from the name, so that a test sees when it gets another image.
    let sum = name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFFFF }
    let colour = Colour(UInt8(sum & 255), UInt8(sum >> 8 & 255), UInt8(sum >> 16))
    let image = RGBImage(width: width, height: height, filledWith: colour)
    try add(ImageFormat(extensionOf: name) == .png ? image.png() : image.jpeg(), to: name)
  }

  /// Removes a file, or a folder with its content.
  public func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

  /// Makes a symbolic link.
  public func addLink(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: destination)
  }
}

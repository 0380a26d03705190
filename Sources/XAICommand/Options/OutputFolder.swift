#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The folder that a user names for files.
enum OutputFolder {
  /// The path of a file in it.
  static func path(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// Makes it and the ones above it, where they are not there.
  static func make(_ path: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cantCreate, "\(path): the output folder can't be made. Check the path and that you may write there.")
    }
  }
}

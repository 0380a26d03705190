import XAIFoundation
import XAIImage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An image that a user named, or that lies in a folder that a user named.
struct ImageFile: Hashable, Sendable {
  let path: String
  /// What the names of its results begin with; no two images of a run have the same.
  let stem: String

  /// Whether it can be read twice: a file can, a pipe can't.
  var canBeReadAgain: Bool { FileSystem.kind(of: path) == .file }

  /// Finds the images of files and folders, in the order of the arguments, those of a folder sorted.
  ///
  /// - Throws: for all paths that aren't there, and for a folder without images.
  static func collect(_ arguments: [String]) throws(Failure) -> [ImageFile] {
    var missing: [String] = []
    var paths: [String] = []
    var seen: Set<String> = []
    for argument in arguments {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
        missing.append(argument)
        continue
      }
      paths += (isFolder ? try pictures(in: argument) : [argument]).filter { seen.insert($0).inserted }
    }
    guard missing.isEmpty else {
      throw Failure(.noInput, "there is no \(missing.joined(separator: ", no ")). Check the path.")
    }
    return zip(paths, stems(of: paths)).map { ImageFile(path: $0, stem: $1) }
  }

  /// The JPEG and PNG files of a folder, by their extension; hidden files and subfolders are left out.
  private static func pictures(in folder: String) throws(Failure) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw Failure(.noInput, "\(folder): the folder can't be read. Check its permissions.")
    }
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let pictures = names.filter { !$0.hasPrefix(".") && ImageFormat(extensionOf: $0) != nil }.map {
      base + $0
    }
    .filter { path in
      var isFolder = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
    }
    guard !pictures.isEmpty else {
      throw Failure(
        .noInput,
        "\(folder): the folder has no pictures (.jpg, .jpeg, .png). Subfolders aren't searched: name them instead."
      )
    }
    return pictures
  }

  /// A stem for each path; equal ones get the name of their folder, and what is equal then a number.
  private static func stems(of paths: [String]) -> [String] {
    let plain = paths.map { path in
      let parts = path.split(separator: "/")
      let name = parts.last.map(String.init) ?? path
      let stem = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? String(name[..<$0]) : nil } ?? name
      return (stem: shortened(stem), folder: parts.dropLast().last.map(String.init))
    }
    let counts = plain.reduce(into: [String: Int]()) { $0[$1.stem, default: 0] += 1 }
    var taken: Set<String> = []
    return plain.map { entry in
      let base =
        counts[entry.stem] == 1 ? entry.stem : (entry.folder.map { shortened($0) + "_" } ?? "") + entry.stem
      var (stem, number) = (base, 2)
      while !taken.insert(stem).inserted { (stem, number) = ("\(base)-\(number)", number + 1) }
      return stem
    }
  }

  /// Names with explainer and kind behind them stay under the 255 bytes that file systems take.
  private static func shortened(_ text: String) -> String {
    var text = text
    while text.utf8.count > 60 { text.removeLast() }
    return text
  }
}

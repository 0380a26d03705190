import XAICore
import XAIFoundation
import XAIImage

/// An image that a user named, or that lies in a folder that a user named.
struct ImageFile: Hashable, Sendable {
  let path: String
  /// What the names of its results begin with; no two images of a run have the same.
  let stem: String

  /// Whether it can be read twice: a file can, a pipe can't.
  var canBeReadAgain: Bool { FileSystem.kind(of: path) == .file }
  /// The extensions of images, for shell completions.
  static let extensions = ["jpg", "jpeg", "JPG", "JPEG", "jfif", "png", "PNG", "webp", "gif"]

  /// The path as people read it.
  var shownPath: String { FileName.shown(path) }

  /// What is said of an image that was turned.
  var turnedNote: String {
    "\(shownPath) is stored turned, and is turned upright as its EXIF orientation says; --exif raw takes images as they are stored."
  }
}

/// The images that a user named, and what was left out of folders.
struct ImageFiles: Sendable {
  /// What was left out of a folder, for programs.
  struct LeftOut: Encodable, Sendable {
    let folder: String
    let leftOut: Int
    /// The first names of each kind.
    let names: [String]
    let note: String
  }

  let files: [ImageFile]
  let leftOut: [LeftOut]

  /// Finds the images of files and folders, in the order of the arguments, those of a folder sorted.
  ///
  /// - Parameters:
  ///   - arguments: paths, as `FileName` writes them.
  ///   - suffixLength: bytes that names of results have behind their stem.
  /// - Throws: for all paths that aren't there, and for a folder without images.
  init(_ arguments: [String], suffixLength: Int) throws(Failure) {
    var (missing, paths, leftOut): ([String], [String], [LeftOut]) = ([], [], [])
    // By bytes: names that look alike may be different files.
    var seen: Set<[UInt8]> = []
    for argument in arguments {
      guard let kind = FileSystem.kind(of: argument) else {
        missing.append(FileName.shown(argument))
        continue
      }
      let found = kind == .folder ? try Self.images(in: argument, &leftOut) : [argument]
      paths += found.filter { seen.insert(Array($0.utf8)).inserted }
    }
    guard missing.isEmpty else {
      throw Failure(.noInput, "there is no \(missing.joined(separator: ", no ")). Check the path.")
    }
    let stems = ResultNames.stems(of: paths, suffixLength: suffixLength)
    files = zip(paths, stems).map { ImageFile(path: $0, stem: $1) }
    self.leftOut = leftOut
  }

  /// The images of a folder, by their extension; subfolders are left out.
  private static func images(in folder: String, _ leftOut: inout [LeftOut]) throws(Failure) -> [String] {
    var rest = LeftOutFiles()
    let entries: [FileSystem.Entry]
    do throws(ReadFailure) {
      entries = try FileSystem.entries(of: folder)
    } catch {
      throw Failure(
        .noInput,
        "\(FileName.shown(folder)): the folder can't be read: \(error.reason). Check its permissions.")
    }
    let images = entries.filter { rest.takes($0) }.map { FileSystem.path(folder, $0.name) }
    guard !images.isEmpty else {
      throw Failure(
        .noInput,
        "\(FileName.shown(folder)): the folder has no images of a format that is read (\(ImageFormat.readableText))"
          + (rest.note.map { "; \($0)" } ?? "") + ". Subfolders aren't searched: name them instead.")
    }
    if let note = rest.note {
      leftOut.append(
        LeftOut(folder: FileName.shown(folder), leftOut: rest.count, names: rest.names, note: note))
    }
    return images
  }
}

/// The names of result files.
enum ResultNames {
  /// The most bytes of a name that file systems take.
  private static let limit = 255

  /// A stem for each path, no two the same: the name without its extension; equal ones get the name of their folder, and
  /// what is equal then a number.
  ///
  /// Stems are visible, and have nothing that can't be typed. One that is too long is cut and gets a hash of the whole
  /// name, the same in every run.
  static func stems(of paths: [String], suffixLength: Int) -> [String] {
    let most = max(limit - suffixLength - 8, 32)
    let plain = paths.map { FileSystem.parts(ofName: FileSystem.name(of: $0)).stem }
    let counts = plain.reduce(into: [[UInt8]: Int]()) { $0[Array($1.utf8), default: 0] += 1 }
    var taken: Set<[UInt8]> = []
    return zip(paths, plain).map { path, name in
      let full = counts[Array(name.utf8)] == 1 ? name : "\(folderName(of: path))_\(name)"
      let base = fitted(visible(FileName.portable(full)), to: most)
      var (stem, number) = (base, 2)
      while !taken.insert(Array(stem.utf8)).inserted { (stem, number) = ("\(base)-\(number)", number + 1) }
      return stem
    }
  }

  /// A name of at most `count` bytes: one that is longer is cut, with a hash of the whole behind.
  static func fitted(_ name: String, to count: Int) -> String {
    guard name.utf8.count > count else { return name }
    var start = name
    let hash = "~\(FNV1a(name).text.prefix(8))"
    while start.utf8.count > count - hash.utf8.count { start.unicodeScalars.removeLast() }
    return start + hash
  }

  /// The name of the folder that a file lies in, also where the path says `.` or `..`.
  private static func folderName(of path: String) -> String {
    let folder = FileSystem.folder(of: path)
    let name = FileSystem.name(of: FileSystem.realPath(folder) ?? folder)
    return name == "/" ? "root" : name
  }

  /// A name that is not hidden, and no option of another program.
  private static func visible(_ name: String) -> String {
    name.utf8.first.map { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") } ?? true ? "_" + name : name
  }
}

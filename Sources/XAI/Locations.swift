// Files by URL, and on Apple's systems by FilePath, beside paths as text. A program that only explains links no Foundation, so
// they come with XAI. Elsewhere a FilePath of swift-system is given as `path.string`.
public import Foundation
public import XAICore
public import XAIEvaluation
public import XAIFigures
import XAIFoundation
public import XAIImage
public import XAITensor
public import XAIWeights

#if XAI_DATABASE
public import XAIResults
#endif

#if canImport(System)
public import System
#endif

/// Loads a model from the URL of its directory, as with a path.
public func loadModel(
  _ model: URL, classes: ClassSource? = nil, on kernels: (any Kernels)? = nil
) throws -> any Model {
  try loadModel(model.checkedPath(), classes: classes, on: kernels)
}

extension RGBImage {
  /// Reads and decodes an image file, as with a path.
  public init(
    contentsOf file: URL, pixelLimit: Int = defaultPixelLimit, orientation: Orientation = .upright
  ) throws {
    try self.init(contentsOf: file.checkedPath(), pixelLimit: pixelLimit, orientation: orientation)
  }

  /// Decodes an image held in `Data`: the whole content of a JPEG, PNG, WebP or GIF file.
  public init(
    decoding bytes: Data, file: String = "image", pixelLimit: Int = defaultPixelLimit,
    orientation: Orientation = .upright
  ) throws(ImageError) {
    try self.init(decoding: [UInt8](bytes), file: file, pixelLimit: pixelLimit, orientation: orientation)
  }

  /// Writes the image to a file in the format of its extension, as with a path.
  public func write(to file: URL) throws { try write(to: file.checkedPath()) }
}

extension ModelDirectory {
  /// Opens the directory of a model, as with a path.
  public init(_ directory: URL) throws { try self.init(directory.checkedPath()) }
}

extension Drawing {
  /// Draws the figure into a file, as with a path.
  @discardableResult
  public func write(to file: URL, resolution: Double = Figure.defaultResolution) throws -> [String] {
    try write(to: file.checkedPath(), resolution: resolution)
  }
}

extension ClassVectors {
  /// Reads vectors from a file, as with a path.
  public init(contentsOf file: URL, scale: Float? = nil) throws {
    try self.init(contentsOf: file.checkedPath(), scale: scale)
  }
}

extension ExternalMaps {
  /// Takes the maps of a safetensors file, as with a path.
  public init(_ name: String, scores: ScoreMeaning, contentsOf file: URL) throws {
    try self.init(name, scores: scores, contentsOf: file.checkedPath())
  }
}

#if XAI_DATABASE
extension ResultStore {
  /// Opens or makes the store of an experiment, as with a path.
  public convenience init(at file: URL, experiment: Experiment, shard: String? = nil) throws {
    try self.init(at: file.checkedPath(), experiment: experiment, shard: shard)
  }

  /// The results in a file, as with a path.
  public static func results(at file: URL) throws -> EvaluationResults {
    try results(at: file.checkedPath())
  }
}
#endif

extension URL {
  /// The path of a file; throws `FileError` for an address of the network.
  func checkedPath() throws(FileError) -> String {
    guard isFileURL else { throw .notAFile(address: absoluteString) }
    // By bytes: a name on Linux may be no Unicode.
    return withUnsafeFileSystemRepresentation { bytes in
      bytes.map { FileName.text(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    } ?? path(percentEncoded: false)
  }
}

#if canImport(System)
/// Loads a model from the path of its directory, as with a path.
public func loadModel(
  _ model: FilePath, classes: ClassSource? = nil, on kernels: (any Kernels)? = nil
) throws -> any Model {
  try loadModel(model.string, classes: classes, on: kernels)
}

extension RGBImage {
  /// Reads and decodes an image file, as with a path.
  public init(
    contentsOf file: FilePath, pixelLimit: Int = defaultPixelLimit, orientation: Orientation = .upright
  ) throws(ImageError) {
    try self.init(contentsOf: file.string, pixelLimit: pixelLimit, orientation: orientation)
  }

  /// Writes the image to a file in the format of its extension, as with a path.
  public func write(to file: FilePath) throws { try write(to: file.string) }
}
#endif

package import XAIFoundation
import XAITensor
import XAIWeights

extension ClassVectors {
  /// Reads vectors and their names from files.
  ///
  /// - Parameters:
  ///   - path: a `.npy` file of [classes, elements], or a `.safetensors` file of one such tensor or of one vector for each class,
  ///     named after it. The names of the rows of a matrix are the lines of the `.txt` file of the same name.
  ///   - scale: what cosines are multiplied by to be logits; nil for the family's own.
  /// - Throws: `NumPyError`, `SafetensorsError`, `LoadError.unusableVectors`.
  public init(contentsOf path: String, scale: Float? = nil) throws {
    guard !path.hasSuffix(".npy") else {
      try self.init(NumPyArray(path: path).tensor, names: Self.names(besideFile: path), scale: scale)
      return
    }
    let file = try SafetensorsFile(path: path)
    let tensors = file.tensors.sorted { $0.name < $1.name }
    if tensors.count == 1, tensors[0].shape.rank == 2 {
      try self.init(file.tensor(tensors[0].name), names: Self.names(besideFile: path), scale: scale)
      return
    }
    let width = tensors.first?.shape.count ?? 0
    guard let first = tensors.first, tensors.allSatisfy({ $0.shape == first.shape }), first.shape.rank == 1
    else {
      throw LoadError.unusableVectors(
        "\(path) holds neither one matrix nor one vector for each class, all of the same length")
    }
    let values = try tensors.flatMap { try file.tensor($0.name).elements }
    try self.init(Tensor([tensors.count, width], values), names: tensors.map(\.name), scale: scale)
  }

  private static func names(besideFile path: String) throws(LoadError) -> [String] {
    let (stem, _) = FileSystem.parts(ofName: path)
    do throws(ReadFailure) { return try lines(ofFile: "\(stem).txt") } catch {
      throw .unusableVectors(
        "the names of the rows of \(path) belong into \(stem).txt, one a line, which can't be read: \(error.reason)"
      )
    }
  }

  /// The lines of a text file, without empty ones.
  package static func lines(ofFile path: String) throws(ReadFailure) -> [String] {
    let text = String(decoding: try FileContents.read(path), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map { line in
      let start = line.drop { $0.isWhitespace }
      return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }.filter { !$0.isEmpty }
  }
}

import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// Writes the files of a map.
struct ResultWriter {
  let folder: String
  let kinds: Set<OutputKind>
  let drawing: DrawingOptions
  let drawsHeadWeights: Bool
  let modelName: String
  let profile: Profile?

  init(_ plan: ExplainPlan) {
    folder = plan.command.output
    kinds = Set(plan.command.outputKind)
    drawing = plan.command.drawing
    drawsHeadWeights = plan.command.headWeights
    modelName = plan.model.descriptor.name
    profile = plan.profile
  }

  /// Writes what was asked for and gives the paths by kind.
  ///
  /// - Parameters:
  ///   - alike: the other classes of the image with the same map.
  ///   - overlay: the drawn overlay, made here only where no one has made it.
  func write(
    _ result: MapResult, alike: [Int], overlay: () throws -> Image
  ) throws -> [String: String] {
    var files: [String: String] = [:]
    func path(_ kind: String, _ fileExtension: String) -> String {
      let path = OutputFolder.path(folder, "\(result.fileStem).\(kind).\(fileExtension)")
      files[kind] = path
      return path
    }
    if kinds.contains(.overlay) {
      try write(overlay(), to: path(OutputKind.overlay.rawValue, drawing.fileExtension))
    }
    if kinds.contains(.heatMap) {
      let map = heatMap(of: result)
      let image = try profile.measure("drawing") { try Image(map: map, colourMap: drawing.colourMap) }
      try write(image, to: path(OutputKind.heatMap.rawValue, drawing.fileExtension))
    }
    if kinds.contains(.map) {
      try AtomicFile.write(NPYFile.bytes(result.attribution.map), to: path(OutputKind.map.rawValue, "npy"))
    }
    if kinds.contains(.upsampledMap) {
      try AtomicFile.write(
        NPYFile.bytes(result.attribution.upsampledMap), to: path(OutputKind.upsampledMap.rawValue, "npy"))
    }
    if drawsHeadWeights, let figure = try HeadWeightsFigure(result)?.image() {
      try write(figure, to: path("head-weights", drawing.fileExtension))
    }
    if kinds.contains(.record) {
      let path = path(OutputKind.record.rawValue, "json")
      try AtomicFile.write(
        json(ResultRecord(result, model: modelName, alike: alike, files: files), isIndented: true).utf8,
        to: path)
    }
    return files
  }

  /// The overlay of a map on what the model sees.
  func overlay(_ result: MapResult) throws -> Image {
    let map = heatMap(of: result)
    return try profile.measure("drawing") {
      try result.picture.overlaid(with: map, alpha: drawing.alpha, colourMap: drawing.colourMap)
    }
  }

  private func heatMap(of result: MapResult) -> Tensor {
    profile.measure("upsampling") { result.attribution.heatMap }
  }

  private func write(_ image: Image, to path: String) throws {
    try profile.measure("encoding and writing") { try image.write(to: path) }
  }
}

/// NumPy's `.npy` format, version 1.0: a tensor of little-endian float32 that `numpy.load` reads.
enum NPYFile {
  /// The whole file.
  static func bytes(_ tensor: Tensor) -> [UInt8] {
    let extents = tensor.shape.extents.map(String.init).joined(separator: ", ")
    let shape = tensor.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    // Magic, version and length take 10 bytes; the elements start at a multiple of 64.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes += header.utf8
    tensor.withElements { elements in
      bytes.reserveCapacity(bytes.count + 4 * elements.count)
      for element in elements {
        withUnsafeBytes(of: element.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }
}

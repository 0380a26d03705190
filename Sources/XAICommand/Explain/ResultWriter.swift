import XAICore
import XAIFigures
import XAIFoundation
import XAIImage
import XAITensor
import XAIWeights

/// Writes the files of a map.
struct ResultWriter {
  let folder: String
  let kinds: Set<OutputKind>
  let drawing: DrawingOptions
  let drawsHeadWeights: Bool
  private let colourBar: Bool
  private let figures: FigureWriter?
  private let isQuiet: Bool
  let model: ModelDescriptor
  let profile: Profile?

  init(_ plan: ExplainPlan) {
    folder = plan.command.output
    kinds = Set(plan.command.outputKind)
    drawing = plan.command.drawing
    drawsHeadWeights = plan.command.headWeights
    colourBar = plan.command.colourBar
    figures = plan.figures
    isQuiet = plan.command.quiet
    model = plan.model.descriptor
    profile = plan.profile
  }

  /// Writes what was asked for and gives the paths by kind.
  ///
  /// - Parameters:
  ///   - alike: the other classes of the image with the same map.
  ///   - backdrop: what images of the map are drawn on; not asked for where none is drawn.
  func write(_ result: MapResult, alike: [Int], on backdrop: Backdrop?) throws -> [String: String] {
    var files: [String: String] = [:]
    func path(_ kind: String, _ fileExtension: String) -> String {
      let path = FileSystem.path(folder, "\(result.fileStem).\(kind).\(fileExtension)")
      files[kind] = path
      return path
    }
    if let backdrop, kinds.contains(.overlay) {
      let image = try profile.measure("drawing") {
        try backdrop.overlay(of: result.attribution, drawing, colourBar: colourBar)
      }
      try write(image, to: path(OutputKind.overlay.rawValue, drawing.fileExtension))
    }
    if let backdrop, kinds.contains(.heatMap) {
      let image = try profile.measure("drawing") {
        try backdrop.heatMap(of: result.attribution, drawing, colourBar: colourBar)
      }
      try write(image, to: path(OutputKind.heatMap.rawValue, drawing.fileExtension))
    }
    if kinds.contains(.map) {
      try AtomicFile.write(NPYFile.bytes(result.attribution.map), to: path(OutputKind.map.rawValue, "npy"))
    }
    if kinds.contains(.upsampledMap) {
      try AtomicFile.write(
        NPYFile.bytes(result.attribution.upsampledMap), to: path(OutputKind.upsampledMap.rawValue, "npy"))
    }
    if drawsHeadWeights, let figure = HeadWeightsFigure(result) {
      files["head-weights"] = try write(
        figure.drawing(width: figures?.width), name: "\(result.fileStem).head-weights")
    }
    if kinds.contains(.record) {
      let path = path(OutputKind.record.rawValue, "json")
      try AtomicFile.write(
        json(record(of: result, alike: alike, on: backdrop, files: files), isIndented: true).utf8, to: path)
    }
    return files
  }

  /// Whether images of maps are drawn.
  var draws: Bool { !kinds.isDisjoint(with: [.overlay, .heatMap]) }

  /// Writes a figure and gives its path; nil where none was asked for.
  func write(_ drawing: Drawing, name: String) throws -> String? {
    try profile.measure("drawing figures") {
      try figures?.write(drawing, in: folder, name: name, isQuiet: isQuiet)
    }
  }

  /// What is kept of a map for programs.
  func record(
    of result: MapResult, alike: [Int], on backdrop: Backdrop?, files: [String: String]
  ) -> ResultRecord {
    ResultRecord(
      result, model: model, alike: alike,
      drawing: backdrop.map {
        DrawingRecord(result.attribution, on: $0, drawing, colourBar: draws ? colourBar : nil)
      },
      files: files)
  }

  private func write(_ image: RGBImage, to path: String) throws {
    try profile.measure("encoding and writing") { try image.write(to: path) }
  }
}

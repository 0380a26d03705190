import XAICore

extension Experiment {
  /// The most places that a sample may have: as many images as there are in the largest data sets.
  package static let mostPlaces = 1 << 24

  /// What can't be, of an experiment that was read from a file of anybody's; nil where all can.
  package var contradiction: String? {
    let patches = 1 << 20
    let (rows, columns) = (model.grid.rows, model.grid.columns)
    let limits: [(name: String, value: Int, range: ClosedRange<Int>)] = [
      ("the number of images", data.sampleCount, 0...Self.mostPlaces),
      ("the number of images of the split", data.splitCount, 0...Int(Int32.max)),
      ("the number of rows of patches", rows, 1...patches),
      ("the number of columns of patches", columns, 1...patches),
      ("the number of patches", rows.multipliedReportingOverflow(by: columns).partialValue, 1...patches),
      ("the number of layers", model.layerCount, 0...4096),
      ("the number of heads", model.headCount, 0...4096),
      ("the height of the input", model.inputHeight, 0...patches),
      ("the width of the input", model.inputWidth, 0...patches),
      ("the number of explainers", explainers.count, 0...4096),
      ("the number of metrics", metrics.count, 0...4096),
    ]
    return limits.first { !$0.range.contains($0.value) }.map { "\($0.name) is \($0.value)" }
  }
}

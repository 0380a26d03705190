import XAITensor

extension Frame {
  /// The image with other values in the place of some patches.
  ///
  /// - Parameters:
  ///   - patches: those that are hidden, by index.
  ///   - subject: whose image it is; patches are those of its map.
  ///   - fill: what stands in their place.
  ///   - identity: which other frames are the same.
  package static func hiding(
    _ patches: [Int], of subject: MetricSubject, by fill: Fill, identity: Identity = .unique
  ) -> Frame {
    let image = subject.image
    return Frame(
      .image(
        FrameImage(.where(isZero: .operand(2), then: .operand(1), otherwise: .operand(0))) {
          [image.input, image.input(of: fill), subject.shown(without: patches)]
        }), identity: identity)
  }
}

extension MetricSubject {
  /// 0 for the pixels of some patches, and 1 for all others, row by row.
  fileprivate func shown(without patches: [Int]) -> Tensor {
    let cells = PatchCells(grid: grid, height: height, width: width)
    var shown = [Float](repeating: 1, count: height * width)
    for patch in patches {
      for row in cells.rows(of: patch / grid.columns) {
        for column in cells.columns(of: patch % grid.columns) { shown[row * width + column] = 0 }
      }
    }
    return Tensor([shown.count], shown)
  }
}

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

/// Sets of patches that are hidden one at a time, for comparing what each is worth by the map with what is lost without it.
package struct HiddenSets: Sendable {
  private let sets: [[Int]]
  private let subject: MetricSubject
  /// The whole image, and the image without each set.
  package let frames: FramePlan

  /// Hides sets of a subject's patches.
  ///
  /// - Parameters:
  ///   - sets: the patches of each, by index.
  ///   - subject: whose image and map it is.
  ///   - fill: what stands in their place.
  ///   - name: what sets of the same number have in common: they are the same for every explainer and class.
  package init(_ sets: [[Int]], of subject: MetricSubject, by fill: Fill, named name: String) {
    (self.sets, self.subject) = (sets, subject)
    frames = FramePlan(count: 1 + sets.count) {
      $0 == 0
        ? .whole
        : .hiding(
          sets[$0 - 1], of: subject, by: fill, identity: .ofImage("\(name) \(fill.rawValue) \($0)"))
    }
  }

  /// What each set is worth by the map: Σ_S φ.
  package var worths: [Double] { sets.map { $0.reduce(0) { $0 + Double(subject.scores[$1]) } } }

  /// What is lost without each set, f(x) − f(x without S), by what is said of each frame.
  package func losses(_ scores: [Double]) -> [Double] { scores.dropFirst().map { scores[0] - $0 } }
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

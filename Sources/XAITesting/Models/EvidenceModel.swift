public import XAICore
import XAIImage
public import XAITensor

/// A classifier whose evidence is known: class 1 gains from bright pixels on the left and loses from those on the right.
///
/// A map of the left half is the right answer, and a map of the right half the wrong one: what metrics are tried on.
public struct EvidenceModel: IntervenableModel {
  /// What the model is.
  public let descriptor: ModelDescriptor
  private let side: Int

  /// Makes the model for pictures of `side` × `side` pixels.
  public init(side: Int = 16) {
    self.side = side
    self.descriptor = ModelDescriptor(
      name: "evidence", architecture: "evidence", labels: ["absent", "present"],
      layers: [LayerDescriptor(width: 1)],
      parameterCount: 0,
      layout: TokenLayout(prefix: [], grid: Grid(rows: 4, columns: 4), readout: .meanOfPatches),
      preprocessing: Preprocessing(resize: .exact(height: side, width: side), normalisation: .half),
      capabilities: [.patchRemoval])
  }

  /// The same tokens whatever the size.
  public func layout(height: Int, width: Int) -> TokenLayout { descriptor.layout }

  /// The logits: 0, and 3·(left − right) with the mean pixels of both halves in [0, 1].
  public func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    ForwardTrace(
      input: input, layout: descriptor.layout, logits: logits(input) { _, _ in true })
  }

  /// The logits of some patches; what is not there is no evidence for either side.
  public func logits(_ input: Tensor, under intervention: Intervention) throws -> Tensor {
    guard case .keepingPatches(let kept) = intervention else {
      throw ModelError.notGiven(intervention.needs, model: descriptor.name)
    }
    let grid = descriptor.layout.grid
    return logits(input) { image, pixel in
      let (row, column) = (pixel / side * grid.rows / side, pixel % side * grid.columns / side)
      return kept[image].contains(row * grid.columns + column)
    }
  }

  private func logits(_ input: Tensor, where isThere: (_ image: Int, _ pixel: Int) -> Bool) -> Tensor {
    let (images, plane) = (input.shape[0], side * side)
    let pixels = descriptor.preprocessing.denormalised(input).elements
    let logits = (0..<images).flatMap { image -> [Float] in
      var difference: Float = 0
      for index in 0..<3 * plane where isThere(image, index % plane) {
        difference += (index % side < side / 2 ? 1 : -1) * pixels[image * 3 * plane + index]
      }
      return [0, 6 * difference / Float(3 * plane)]
    }
    return Tensor([images, 2], logits)
  }

  /// A grey picture with the probability of class 1, judged by a map of which each value is given by the pixel's place.
  ///
  /// An object of class 1 fills the left half, and one of class 0 the right half. The map for class 0 and those of the
  /// randomised models are the reverse.
  public func subject(map: (_ row: Int, _ column: Int) -> Float) throws -> MetricSubject {
    let pixels = Tensor([3, side, side], (0..<3 * side * side).map { 0.6 + 0.02 * Float($0 % 11) })
    let input = descriptor.preprocessing.normalised(pixels).reshaped(to: [1, 3, side, side])
    let values = (0..<side).flatMap { row in (0..<side).map { map(row, $0) } }
    let grid = descriptor.layout.grid
    let patch = side / grid.rows
    let scores = (0..<grid.count).map {
      map($0 / grid.columns * patch + patch / 2, $0 % grid.columns * patch + patch / 2)
    }
    var subject = MetricSubject(
      pixels: pixels, preprocessing: descriptor.preprocessing, scores: scores, grid: grid, map: values,
      classIndex: 1, probability: softmax(try logits(input)[0].elements)[1])
    let isLeft = (0..<side * side).map { $0 % side < side / 2 }
    subject.objects = [
      ObjectRegion(classIndex: 1, pixels: isLeft), ObjectRegion(classIndex: 0, pixels: isLeft.map { !$0 }),
    ]
    let opposite = (0..<grid.count).map { $0 % grid.columns < grid.columns / 2 ? Float(0) : 1 }
    subject.runnerUpScores = opposite
    subject.randomisedScores = [opposite, opposite]
    return subject
  }

  /// The right answer: 1 on the left half.
  public func perfectSubject() throws -> MetricSubject {
    try subject { _, column in column < side / 2 ? 1 : 0 }
  }

  /// The wrong answer: 1 on the right half.
  public func reversedSubject() throws -> MetricSubject {
    try subject { _, column in column < side / 2 ? 0 : 1 }
  }
}

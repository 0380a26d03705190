public import XAICore
public import XAIImage
public import XAITensor

extension MetricSubject {
  /// A map without the scores that it was made of: one patch with score 0.
  public init(pixels: Tensor, preprocessing: Preprocessing, map: [Float], classIndex: Int, probability: Float)
  {
    self.init(
      pixels: pixels, preprocessing: preprocessing, scores: [0], grid: Grid(rows: 1, columns: 1), map: map,
      classIndex: classIndex, probability: probability)
  }

  /// Scores without a picture to speak of: one row of patches, a grey pixel each.
  public init(scores: [Float]) {
    self.init(
      pixels: Tensor(repeating: 0.5, [3, 1, scores.count]), preprocessing: Preprocessing(resize: .none),
      scores: scores, grid: Grid(rows: 1, columns: scores.count), map: minMaxNormalised(scores),
      classIndex: 0,
      probability: 1)
  }
}

extension FramePlan {
  /// A frame that is a picture, in the shape that its pixels have; nil for one of some patches.
  public func picture(_ index: Int, shape: Shape) -> Tensor? {
    guard case .picture(let write) = self[index].content else { return nil }
    return Tensor(shape) { write($0) }
  }
}

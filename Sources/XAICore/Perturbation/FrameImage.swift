public import XAITensor

/// The pixels of a changed input: a formula for each of its 3 × H × W preprocessed values, which is computed wherever the
/// images are.
public struct FrameImage: Sendable {
  private let formula: Elementwise
  private let operands: @Sendable () -> [Tensor]

  /// States a formula.
  ///
  /// - Parameters:
  ///   - formula: of one element.
  ///   - operands: makes what it is of, when the model is ready for the frame: of 3 × H × W elements, or of H × W for all
  ///     channels.
  public init(_ formula: Elementwise, of operands: @escaping @Sendable () -> [Tensor]) {
    self.formula = formula
    self.operands = operands
  }

  /// mask·own + (1 − mask)·other.
  ///
  /// - Parameters:
  ///   - own: [3, H, W].
  ///   - other: [3, H, W].
  ///   - mask: makes one value per pixel.
  public static func blend(
    _ own: Tensor, with other: Tensor, mask: @escaping @Sendable () -> Tensor
  ) -> FrameImage {
    FrameImage(.operand(1) + .operand(2) * (.operand(0) - .operand(1))) { [own, other, mask()] }
  }

  /// `own` where a value per pixel is not zero, and `other` elsewhere.
  public static func choice(
    _ own: Tensor, or other: Tensor, where isOwn: @escaping @Sendable () -> Tensor
  ) -> FrameImage {
    FrameImage(.where(isZero: .operand(2), then: .operand(1), otherwise: .operand(0))) {
      [own, other, isOwn()]
    }
  }

  /// The values, [3, H, W].
  package func tensor(_ shape: TensorShape) -> Tensor { Tensor.map(checked(shape.count), to: shape, formula) }

  /// Writes as many values to memory of the host.
  package func write(to destination: UnsafeMutablePointer<Float>, count: Int) {
    Tensor.map(checked(count), count: count, formula, to: destination, at: "changed images")
  }

  /// The shape of an operand that is not repeated as a whole in as many values; nil where all are.
  package func misfit(_ count: Int) -> TensorShape? { Self.misfit(operands(), count) }

  private static func misfit(_ operands: [Tensor], _ count: Int) -> TensorShape? {
    operands.first { $0.count == 0 || count % $0.count != 0 }?.shape
  }

  private func checked(_ count: Int) -> [Tensor] {
    let operands = operands()
    if let misfit = Self.misfit(operands, count) {
      fatalError("\(misfit) is not repeated as a whole in a frame of \(count) values")
    }
    return operands
  }
}

extension Frame.Content {
  /// An image that is made when the model is ready for it, [3, H, W].
  public static func made(_ make: @escaping @Sendable () -> Tensor) -> Frame.Content {
    .image(FrameImage(.operand(0)) { [make()] })
  }
}

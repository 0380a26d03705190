import XAITensor

/// The largest value of each element among some tokens.
///
/// Its backward pass is the derivative, which gives all of an element to the token that has the value, and equal shares to several
/// that have it, as in PyTorch. Relevance goes the same way, since the maximum is one of its inputs.
struct MaximumOfTokens: Sendable {
  /// [B, D].
  let values: Tensor
  /// The share that each token has in each value, [B, N, D]; 0 for most.
  private let shares: Tensor

  /// Looks among some tokens of each image, [B, N, D].
  init(of tokens: Tensor, among some: [Int]) {
    let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    let candidates = TokenSelection(tokens: some, count: count).chosen(from: tokens)
    var rest = candidates
    while rest.shape[1] > 1 {
      // The first half and the last, which share a token where there is an odd number.
      let (own, half) = (rest.shape[1], (rest.shape[1] + 1) / 2)
      let halves = [0, own - half].map {
        TokenSelection(tokens: Array($0..<$0 + half), count: own).chosen(from: rest)
      }
      rest = Tensor.map(
        halves, to: halves[0].shape,
        .where(.operand(0), isLessThan: .operand(1), then: .operand(1), otherwise: .operand(0)))
    }
    values = rest.reshaped(to: [batch, width])
    let isLargest = Tensor.map(
      [candidates, values.repeatingRows(some.count)], to: candidates.shape,
      .where(isZero: .operand(0) - .operand(1), then: .constant(1), otherwise: .constant(0)))
    let winners = Tensor.sum(
      .operand(0), of: [isLargest], outer: batch, middle: some.count, inner: width
    ).repeatingRows(some.count)
    let ofCandidates = Tensor.map(
      [isLargest, winners], to: isLargest.shape, .operand(0) / .operand(1))
    shares = TokenSelection(tokens: some, count: count).scattered(ofCandidates)
  }

  /// The gradient of the tokens, [k·B, D] to [k·B, N, D].
  func backward(_ gradient: Tensor) -> Tensor {
    let count = shares.shape[1]
    return Tensor.map(
      [gradient.repeatingRows(count), shares], to: [gradient.shape[0], count, gradient.shape[1]],
      .operand(0) * .operand(1))
  }
}

import XAICore
import XAITensor

/// Tokens in the order of their windows' slots, and back.
extension AttentionWindows {
  /// The tokens of each window, with zeros for padding: [R, N, D] to [R·windows, slots, D].
  func gathered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[2])
    return x.gathering(
      (0..<rows).flatMap { row in tokens.map { $0 < 0 ? -1 : row * grid.count + $0 } }, columns: width,
      shape: [rows * count, size, width])
  }

  /// The reverse, without what is in the slots of padding: [R·windows, slots, D] to [R, N, D].
  func scattered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0] / count, x.shape[2])
    var places = [Int](repeating: -1, count: rows * grid.count)
    for row in 0..<rows {
      for (slot, token) in tokens.enumerated() where token >= 0 {
        places[row * grid.count + token] = row * tokens.count + slot
      }
    }
    return x.gathering(places, columns: width, shape: [rows, grid.count, width])
  }
}

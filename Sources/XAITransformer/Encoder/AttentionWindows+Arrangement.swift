import XAICore
import XAITensor

/// Tokens in the order of their windows' slots, and back.
extension AttentionWindows {
  /// The tokens of each window, with zeros for padding: [R, N, D] to [R·windows, slots, D].
  func gathered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0], x.shape[2])
    return Tensor([rows * count, size, width]) { result in
      x.withElements { x in
        guard var source = x.baseAddress else { return }
        var destination = result
        for _ in 0..<rows {
          for token in tokens {
            if token < 0 {
              destination.update(repeating: 0, count: width)
            } else {
              destination.update(from: source + token * width, count: width)
            }
            destination += width
          }
          source += grid.count * width
        }
      }
    }
  }

  /// The reverse, without what is in the slots of padding: [R·windows, slots, D] to [R, N, D].
  func scattered(_ x: Tensor) -> Tensor {
    let (rows, width) = (x.shape[0] / count, x.shape[2])
    return Tensor([rows, grid.count, width]) { result in
      x.withElements { x in
        guard var source = x.baseAddress else { return }
        for row in 0..<rows {
          let destination = result + row * grid.count * width
          for token in tokens {
            if token >= 0 { (destination + token * width).update(from: source, count: width) }
            source += width
          }
        }
      }
    }
  }
}

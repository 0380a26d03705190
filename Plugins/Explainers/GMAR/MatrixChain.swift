import XAICore
import XAITensor

/// Chains of attention matrices that have to be multiplied out: where a residual needs the mean of the product, or the
/// map is read from all rows.
struct MatrixChain {
  let attention: [AttentionRows]
  /// `weights[layer][head]`.
  let weights: [[Float]]
  let options: GMAROptions
  let kernels: any Kernels

  private var tokenCount: Int { attention[0].tokenCount }
  private var chainCount: Int { options.fusion == .sum ? 1 : attention[0].headCount }

  /// The chains' matrices: [chains, N, N], one chain for fused heads, one a head otherwise.
  func matrices() -> Tensor {
    let count = tokenCount
    var chains = Tensor([chainCount, count, count]) { elements in
      for index in 0..<chainCount * count * count {
        elements[index] = index % (count * count) % (count + 1) == 0 ? 1 : 0
      }
    }
    for layer in attention.indices { chains = step(chains, factors(layer)) }
    return chains
  }

  private func step(_ chains: Tensor, _ factors: Tensor) -> Tensor {
    let count = tokenCount
    let layout = MatrixLayout(
      rows: count, columns: count, inner: .init(count: chainCount, stride: count * count))
    let (left, right) = options.order == .towardsOutput ? (factors, chains) : (chains, factors)
    var product = TensorBuffer(chains.shape)
    kernels.multiply(
      MatrixOperand(left, layout), MatrixOperand(right, layout), into: &product, layout, .plain)
    product.withElements { elements in
      switch options.residual {
      case .before: break
      case .after(let alpha): addIdentity(Float(alpha), to: elements)
      case .afterScaledMean(let ratio):
        let mean = elements.reduce(0.0) { $0 + Double($1) } / Double(elements.count)
        addIdentity(Float(ratio * 5e-5 * mean), to: elements)
        // The step is linear in R, so a common factor changes nothing in the map, and keeps products of many small
        // weights clear of the smallest floats.
        let largest = elements.max() ?? 0
        if largest > 0 { for index in elements.indices { elements[index] /= largest } }
      }
    }
    return product.freeze()
  }

  private func addIdentity(_ factor: Float, to elements: UnsafeMutableBufferPointer<Float>) {
    let count = tokenCount
    for chain in 0..<chainCount {
      for token in 0..<count { elements[(chain * count + token) * count + token] += factor }
    }
  }

  /// The factors of a layer: Σ_h w_h·A_h or each w_h·A_h, with αI and rows scaled to sum 1 where it comes before.
  private func factors(_ layer: Int) -> Tensor {
    let count = tokenCount
    return Tensor([chainCount, count, count]) { elements in
      for chain in 0..<chainCount {
        let share = options.fusion == .sum ? weights[layer] : oneHead(chain, of: layer)
        for row in 0..<count {
          let entries = UnsafeMutableBufferPointer(
            start: elements + (chain * count + row) * count, count: count)
          attention[layer].writeWeightedSum(share, row: row, to: entries)
          if case .before(let alpha) = options.residual {
            entries[row] += Float(alpha)
            RowPropagation.normalise(entries)
          }
        }
      }
    }
  }

  private func oneHead(_ head: Int, of layer: Int) -> [Float] {
    weights[layer].enumerated().map { $0.offset == head ? $0.element : 0 }
  }
}

extension Tensor {
  /// The mean over chains of vᵀ·R: [chains, N, N] to N entries.
  func meanRow(_ vector: [Float]) -> [Float] {
    let (chains, count) = (shape[0], shape[1])
    var sum = [Float](repeating: 0, count: count)
    withElements { elements in
      for chain in 0..<chains {
        for row in 0..<count where vector[row] != 0 {
          let factor = vector[row] / Float(chains)
          for c in 0..<count { sum[c] += factor * elements[(chain * count + row) * count + c] }
        }
      }
    }
    return sum
  }

  /// What the authors' code shows of the first chain: out[q] = 1/N · Σ R[p + r, c] over (N·r + c) mod P = q.
  ///
  /// It takes the P patch rows with all N columns, and sees the P·N entries as N images of P patches, whose mean it
  /// takes. Entry (r, c) is not about patch q; the readout is kept to reproduce that code.
  func authorsView(patches: Range<Int>) -> [Float] {
    let count = shape[2]
    var sums = [Float](repeating: 0, count: patches.count)
    withElements { elements in
      for r in 0..<patches.count {
        for c in 0..<count {
          sums[(count * r + c) % patches.count] +=
            elements[(patches.lowerBound + r) * count + c] / Float(count)
        }
      }
    }
    return sums
  }
}

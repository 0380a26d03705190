import XAICore
import XAIFoundation
import XAITensor

/// How values on one grid become values on another, along rows and columns.
public enum GridInterpolation: Hashable, Sendable {
  /// Cubic with a = −0.75, half-pixel centres, clamped edges, no antialiasing: PyTorch's `interpolate(mode="bicubic")`.
  case bicubic
  /// Cubic with a = −0.5 on a support that grows as the grid shrinks: PyTorch's bicubic with `antialias=True`, and
  /// Pillow's.
  case antialiasedBicubic
  /// Between the two nearest samples, half-pixel centres, clamped edges: PyTorch's `interpolate(mode="bilinear")`.
  case bilinear
  /// Between the two nearest samples, which lie further apart the further they are from the middle: BEiT's way to
  /// resize a table of offsets, in timm's form.
  case geometric
}

/// Interpolates values of places on a grid, [h·w, D], to another grid: along rows, and along columns.
func interpolated(
  _ values: Tensor, from source: PatchGrid, to target: PatchGrid, by interpolation: GridInterpolation
) -> Tensor {
  values.combining(interpolation.combinations(from: source, to: target), columns: values.shape[1])
}

/// The reverse: the gradient of the values on `source` from that of their interpolation to `target`.
func interpolatedBackward(
  _ gradient: Tensor, from source: PatchGrid, to target: PatchGrid, by interpolation: GridInterpolation
) -> Tensor {
  gradient.combining(
    interpolation.combinations(from: source, to: target).transposed(count: source.count),
    columns: gradient.shape[1])
}

extension GridInterpolation {
  /// The places of the source that each place of the target is made of, with their weights.
  fileprivate func combinations(from source: PatchGrid, to target: PatchGrid) -> RowCombinations {
    let columns = taps(from: source.columns, to: target.columns)
    return RowCombinations(
      taps(from: source.rows, to: target.rows).flatMap { row in
        columns.map { column in
          zip(row.indices, row.weights).flatMap { i, rowWeight in
            zip(column.indices, column.weights).map { j, columnWeight in
              RowCombinations.Term(source: i * source.columns + j, weight: rowWeight * columnWeight)
            }
          }
        }
      })
  }
}

extension RowCombinations {
  /// The reverse: what each of `count` rows is part of, in ascending order.
  func transposed(count: Int) -> RowCombinations {
    var parts = [[Term]](repeating: [], count: count)
    for (row, terms) in rows.enumerated() {
      for term in terms { parts[term.source].append(Term(source: row, weight: term.weight)) }
    }
    return RowCombinations(parts)
  }
}

// MARK: - Taps

/// The samples that one result of an interpolation is made of.
struct InterpolationTap {
  let indices: [Int]
  let weights: [Float]
}

extension GridInterpolation {
  /// One tap for each of `target` results of `source` samples.
  func taps(from source: Int, to target: Int) -> [InterpolationTap] {
    switch self {
    case .bicubic: Self.bicubicTaps(source, target)
    case .antialiasedBicubic: Self.antialiasedTaps(source, target)
    case .bilinear: Self.bilinearTaps(source, target)
    case .geometric: Self.geometricTaps(source, target)
    }
  }

  private static func bicubicTaps(_ source: Int, _ target: Int) -> [InterpolationTap] {
    (0..<target).map { index in
      let position = (Float(index) + 0.5) * Float(source) / Float(target) - 0.5
      let base = position.rounded(.down)
      let t = position - base
      return InterpolationTap(
        indices: (-1...2).map { min(max(Int(base) + $0, 0), source - 1) },
        weights: [t + 1, t, 1 - t, 2 - t].map { cubic($0, a: -0.75) })
    }
  }

  /// The kernel is as wide as samples lie apart in the result, where that is further than in the source, and what of it
  /// falls beyond the edges is left out.
  private static func antialiasedTaps(_ source: Int, _ target: Int) -> [InterpolationTap] {
    let scale = Float(source) / Float(target)
    let (support, step) = (2 * max(scale, 1), 1 / max(scale, 1))
    return (0..<target).map { index in
      let centre = scale * (Float(index) + 0.5)
      let indices = Array(max(Int(centre - support + 0.5), 0)..<min(Int(centre + support + 0.5), source))
      let weights = indices.map { cubic(abs((Float($0) - centre + 0.5) * step), a: -0.5) }
      let sum = weights.reduce(0, +)
      return InterpolationTap(indices: indices, weights: weights.map { $0 / sum })
    }
  }

  private static func bilinearTaps(_ source: Int, _ target: Int) -> [InterpolationTap] {
    (0..<target).map { index in
      let position = max((Float(index) + 0.5) * Float(source) / Float(target) - 0.5, 0)
      let base = min(Int(position), source - 1)
      let t = position - Float(base)
      return InterpolationTap(indices: [base, min(base + 1, source - 1)], weights: [1 - t, t])
    }
  }

  /// The samples are taken to lie at 0, ±1, ±(1 + q), ±(1 + q + q²), …, with the q for which they reach from one end of
  /// the target's whole numbers to the other; q is found by bisection.
  private static func geometricTaps(_ source: Int, _ target: Int) -> [InterpolationTap] {
    let (half, reach) = (source / 2, target / 2)
    var (low, high, q) = (1.01, 1.5, 1.01)
    while high - low > 1e-6 {
      q = (low + high) / 2
      if (1 - power(q, Double(half))) / (1 - q) > Double(reach) { high = q } else { low = q }
    }
    var distances: [Double] = []
    for index in 0..<half { distances.append((distances.last ?? 0) + power(q, Double(index))) }
    let positions = distances.reversed().map { Float(-$0) } + [0] + distances.map { Float($0) }
    return (0..<target).map { index in
      let position = Float(index - reach)
      let right = min(positions.firstIndex { $0 >= position } ?? source - 1, source - 1)
      let left = max(right - 1, 0)
      let (before, after) = (max(position - positions[left], 0), max(positions[right] - position, 0))
      guard before + after > 0 else { return InterpolationTap(indices: [right], weights: [1]) }
      return InterpolationTap(
        indices: [left, right], weights: [after / (before + after), before / (before + after)])
    }
  }

  /// Keys' kernel at a distance x ≥ 0.
  private static func cubic(_ x: Float, a: Float) -> Float {
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

/// What a tensor can be asked for wherever it lives, as a value: a device runs it in its own memory.
///
/// The order of summation is part of an operation, so that all devices in float32 give the same.
public enum TensorOperation: Hashable, Sendable {
  /// A formula for each element of a result of `shape`.
  case map(Elementwise, shape: Shape)
  /// Rows of `columns` elements each, by index; zeros where the index is negative.
  ///
  /// The rows of all operands count, those of the first one first.
  case gather(rows: [Int], columns: Int, shape: Shape)
  /// Sums over the middle of three extents [outer, middle, inner], to [outer, inner]: each from 0, in ascending order.
  case sum(Elementwise, outer: Int, middle: Int, inner: Int)
  /// Norms of the parts of a tensor, to [rows, parts, 3].
  case norms(PartNorms)

  /// Runs the operation in host memory, where all operands are.
  public func onHost(_ operands: [Tensor]) -> Tensor {
    switch self {
    case .map(let formula, let shape): Self.mapped(formula, shape, operands)
    case .gather(let rows, let columns, let shape): Self.gathered(rows, columns, shape, operands)
    case .sum(let formula, let outer, let middle, let inner):
      Self.summed(formula, outer, middle, inner, operands)
    case .norms(let norms): norms.onHost(operands[0])
    }
  }

  private static func mapped(_ formula: Elementwise, _ shape: Shape, _ operands: [Tensor]) -> Tensor {
    Tensor(shape) { result in
      let evaluation = ElementwiseEvaluation<Float>(formula: formula, operands: operands.map(\.hostElements))
      evaluation.withScratch { scratch in
        evaluation.forEachBlock(of: 0..<shape.count, scratch) { first, values in
          if let start = values.baseAddress { (result + first).update(from: start, count: values.count) }
        }
      }
      withExtendedLifetime(operands) {}
    }
  }

  private static func gathered(_ rows: [Int], _ columns: Int, _ shape: Shape, _ operands: [Tensor]) -> Tensor
  {
    precondition(
      rows.count * columns == shape.count, "\(rows.count) rows of \(columns) do not make a tensor of \(shape)"
    )
    let sources = operands.map { (start: $0.start, rows: columns == 0 ? 0 : $0.count / columns) }
    return Tensor(shape) { result in
      for (place, row) in rows.enumerated() {
        let destination = result + place * columns
        guard row >= 0 else {
          destination.update(repeating: 0, count: columns)
          continue
        }
        var (source, rest) = (0, row)
        while source < sources.count, rest >= sources[source].rows {
          rest -= sources[source].rows
          source += 1
        }
        precondition(source < sources.count, "there is no row \(row) in \(operands.map(\.shape))")
        destination.update(from: sources[source].start + rest * columns, count: columns)
      }
      withExtendedLifetime(operands) {}
    }
  }

  private static func summed(
    _ formula: Elementwise, _ outer: Int, _ middle: Int, _ inner: Int, _ operands: [Tensor]
  ) -> Tensor {
    Tensor([outer, inner]) { result in
      result.update(repeating: 0, count: outer * inner)
      let evaluation = ElementwiseEvaluation<Float>(formula: formula, operands: operands.map(\.hostElements))
      evaluation.withScratch { scratch in
        for row in 0..<outer {
          let (start, sums) = (row * middle * inner, result + row * inner)
          guard inner > 1 else {
            var sum: Float = 0
            evaluation.forEachBlock(of: start..<start + middle * inner, scratch) { _, values in
              for value in values { sum += value }
            }
            if inner == 1 { sums.pointee = sum }
            continue
          }
          for line in 0..<middle {
            let first = start + line * inner
            evaluation.forEachBlock(of: first..<first + inner, scratch) { element, values in
              let sums = sums + (element - first)
              for i in 0..<values.count { sums[i] += values[i] }
            }
          }
        }
      }
      withExtendedLifetime(operands) {}
    }
  }
}

/// Sums of rows in double precision, each from 0 in ascending order.
public struct RowSums: Hashable, Sendable {
  /// What is summed.
  public let terms: Elementwise
  /// Whether the terms are computed in double precision, too; where not, they are float32.
  public let inDouble: Bool
  /// How many sums.
  public let rows: Int
  /// How many terms each.
  public let columns: Int

  /// Sums the rows in host memory, where all operands are.
  public func onHost(_ operands: [Tensor]) -> [Double] {
    inDouble ? sums(Double.self, operands) : sums(Float.self, operands)
  }

  private func sums<Value: BinaryFloatingPoint>(_ type: Value.Type, _ operands: [Tensor]) -> [Double] {
    let evaluation = ElementwiseEvaluation<Value>(formula: terms, operands: operands.map(\.hostElements))
    defer { withExtendedLifetime(operands) {} }
    return evaluation.withScratch { scratch in
      (0..<rows).map { row in
        var sum = 0.0
        evaluation.forEachBlock(of: row * columns..<(row + 1) * columns, scratch) { _, values in
          for value in values { sum += Double(value) }
        }
        return sum
      }
    }
  }
}

extension Tensor {
  /// The elements in host memory, as long as the tensor lives.
  fileprivate var hostElements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count) }
}

extension Tensor {
  /// A formula for each element, from those of operands, which are repeated.
  ///
  /// Operand 0 is the first of `operands`; an operand of fewer elements than the result begins again at its end.
  public static func map(_ operands: [Tensor], to shape: Shape, _ formula: Elementwise) -> Tensor {
    run(.map(formula, shape: shape), on: operands)
  }

  /// Rows of `columns` elements each, by index; zeros where the index is negative.
  public func gathering(_ rows: [Int], columns: Int, shape: Shape) -> Tensor {
    Self.run(.gather(rows: rows, columns: columns, shape: shape), on: [self])
  }

  /// Rows of several tensors, counted from the first one's first, as one tensor.
  public static func gathering(_ rows: [Int], of tensors: [Tensor], columns: Int, shape: Shape) -> Tensor {
    run(.gather(rows: rows, columns: columns, shape: shape), on: tensors)
  }

  /// Sums over the middle of three extents, [outer, middle, inner] to [outer, inner]: in float32, from 0, in ascending
  /// order.
  public static func sum(
    _ terms: Elementwise, of operands: [Tensor], outer: Int, middle: Int, inner: Int
  ) -> Tensor {
    run(.sum(terms, outer: outer, middle: middle, inner: inner), on: operands)
  }

  /// Sums of rows in double precision, in host memory.
  ///
  /// - Parameters:
  ///   - inDouble: whether the terms, too, are computed in double precision.
  ///   - point: the name of the place that reads.
  public static func sums(
    _ terms: Elementwise, of operands: [Tensor], inDouble: Bool = false, rows: Int, columns: Int,
    at point: String
  ) -> [Double] {
    let sums = RowSums(terms: terms, inDouble: inDouble, rows: rows, columns: columns)
    guard let device = device(of: operands) else { return sums.onHost(operands) }
    return device.sums(sums, of: operands, at: point)
  }

  /// Σ|x|, √(Σx²) and the share of negative entries of each row and part, [rows, parts, 3].
  public func norms(_ norms: PartNorms) -> Tensor {
    Self.run(.norms(norms), on: [self])
  }

  private static func run(_ operation: TensorOperation, on operands: [Tensor]) -> Tensor {
    guard let device = device(of: operands) else { return operation.onHost(operands) }
    return device.run(operation, on: operands)
  }

  private static func device(of operands: [Tensor]) -> (any TensorDevice)? {
    for operand in operands {
      if let device = operand.device { return device }
    }
    return nil
  }
}

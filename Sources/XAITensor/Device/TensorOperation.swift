import XAIFoundation

/// What a tensor can be asked for wherever it lives, as a value: a device runs it in its own memory.
///
/// The order of summation is part of an operation, so that all devices in float32 give the same.
public enum TensorOperation: Hashable, Sendable {
  /// A formula for each element of a result of `shape`.
  case map(Elementwise, shape: TensorShape)
  /// Rows of `columns` elements each, by index; zeros where the index is negative.
  ///
  /// The rows of all operands count, those of the first one first.
  case gather(rows: [Int], columns: Int, shape: TensorShape)
  /// Sums over the middle of three extents [outer, middle, inner], to [outer, inner]: each from 0, in ascending order.
  case sum(Elementwise, outer: Int, middle: Int, inner: Int)
  /// Norms of the parts of a tensor, to [rows, parts, 3].
  case norms(PartNorms)
  /// Sums of weighted rows, to [rows, columns].
  case combine(RowCombinations, columns: Int)
  /// The elements of a tensor of `extents` with its dimensions in another order, as `shape`.
  case permute(extents: [Int], order: [Int], shape: TensorShape)
  /// The first operand with some of the columns of each of its rows, [..., row], taken from the second, whose rows are
  /// repeated.
  case replaceColumns(Range<Int>, row: Int)

  /// Runs the operation in host memory, where all operands are.
  public func onHost(_ operands: [Tensor]) -> Tensor {
    switch self {
    case .map(let formula, let shape): Self.mapped(formula, shape, operands)
    case .gather(let rows, let columns, let shape): Self.gathered(rows, columns, shape, operands)
    case .sum(let formula, let outer, let middle, let inner):
      Self.summed(formula, outer, middle, inner, operands)
    case .norms(let norms): norms.onHost(operands[0])
    case .combine(let rows, let columns): rows.onHost(operands[0], columns: columns)
    case .permute(let extents, let order, let shape): Self.permuted(operands[0], extents, order, shape)
    case .replaceColumns(let columns, let row):
      Tensor(operands[0].shape) { result in
        result.update(from: operands[0].start, count: operands[0].count)
        Self.replaceColumns(columns, of: result, count: operands[0].count, row: row, by: operands[1])
      }
    }
  }

  private static func mapped(_ formula: Elementwise, _ shape: TensorShape, _ operands: [Tensor]) -> Tensor {
    Tensor(shape) { map(formula, shape.count, operands, to: $0) }
  }

  fileprivate static func map(
    _ formula: Elementwise, _ count: Int, _ operands: [Tensor], to result: UnsafeMutablePointer<Float>
  ) {
    ElementwiseEvaluation<Float>(formula: formula, operands: operands.map(\.hostElements))
      .write(count, to: result)
    withExtendedLifetime(operands) {}
  }

  private static func gathered(_ rows: [Int], _ columns: Int, _ shape: TensorShape, _ operands: [Tensor])
    -> Tensor
  {
    require(
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
        require(source < sources.count, "there is no row \(row) in \(operands.map(\.shape))")
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

extension TensorOperation {
  /// Copies runs of elements that stay side by side, in the order of the result.
  private static func permuted(_ x: Tensor, _ extents: [Int], _ order: [Int], _ shape: TensorShape) -> Tensor
  {
    require(
      order.sorted() == Array(extents.indices) && x.count == shape.count && x.count == extents.reduce(1, *),
      "\(x.shape) can't be seen as \(extents) in the order \(order), and be a tensor of \(shape)")
    var strides = [Int](repeating: 1, count: extents.count)
    for index in extents.indices.dropLast().reversed() {
      strides[index] = strides[index + 1] * extents[index + 1]
    }
    // Dimensions at the end that stay where they are make up a run.
    var moved = extents.count
    while moved > 0, order[moved - 1] == moved - 1 { moved -= 1 }
    let run = extents[moved...].reduce(1, *)
    let (counts, steps) = (order[..<moved].map { extents[$0] }, order[..<moved].map { strides[$0] })
    return Tensor(shape) { result in
      var place = [Int](repeating: 0, count: moved)
      var source = 0
      for first in stride(from: 0, to: shape.count, by: max(run, 1)) {
        if run == 1 {
          result[first] = x.start[source]
        } else {
          (result + first).update(from: x.start + source, count: run)
        }
        var index = moved - 1
        while index >= 0 {
          place[index] += 1
          source += steps[index]
          if place[index] < counts[index] { break }
          source -= steps[index] * counts[index]
          place[index] = 0
          index -= 1
        }
      }
      withExtendedLifetime(x) {}
    }
  }

  /// Replaces columns of each row in place.
  static func replaceColumns(
    _ columns: Range<Int>, of elements: UnsafeMutablePointer<Float>, count: Int, row: Int, by x: Tensor
  ) {
    require(
      columns.lowerBound >= 0 && columns.upperBound <= row && count % max(row, 1) == 0
        && x.count % max(columns.count, 1) == 0 && (x.count > 0 || columns.isEmpty || count == 0),
      "the columns \(columns) of \(count) elements in rows of \(row) can't be those of \(x.shape)")
    guard !columns.isEmpty, row > 0 else { return }
    for (index, start) in stride(from: 0, to: count, by: row).enumerated() {
      (elements + start + columns.lowerBound).update(
        from: x.start + index * columns.count % x.count, count: columns.count)
    }
    withExtendedLifetime(x) {}
  }
}

extension Tensor {
  /// The elements in host memory, as long as the tensor lives.
  var hostElements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count) }
}

extension Tensor {
  /// A formula for each element, from those of operands, which are repeated.
  ///
  /// Operand 0 is the first of `operands`; an operand of fewer elements than the result begins again at its end.
  public static func map(_ operands: [Tensor], to shape: TensorShape, _ formula: Elementwise) -> Tensor {
    run(.map(formula, shape: shape), on: operands)
  }

  /// Writes a formula for each of `count` elements to memory of the host.
  ///
  /// - Parameter point: the name of the place that reads, where operands are on a device.
  package static func map(
    _ operands: [Tensor], count: Int, _ formula: Elementwise, to destination: UnsafeMutablePointer<Float>,
    at point: String
  ) {
    guard device(of: operands) == nil else {
      return map(operands, to: [count], formula).onHost(point).write(to: destination)
    }
    TensorOperation.map(formula, count, operands, to: destination)
  }

  /// Rows of `columns` elements each, by index; zeros where the index is negative.
  public func gathering(_ rows: [Int], columns: Int, shape: TensorShape) -> Tensor {
    Self.run(.gather(rows: rows, columns: columns, shape: shape), on: [self])
  }

  /// Rows of several tensors, counted from the first one's first, as one tensor.
  public static func gathering(_ rows: [Int], of tensors: [Tensor], columns: Int, shape: TensorShape)
    -> Tensor
  {
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
  ///   - terms: the formula of what is summed.
  ///   - operands: what the formula computes from.
  ///   - inDouble: whether the terms, too, are computed in double precision.
  ///   - rows: how many sums there are.
  ///   - columns: how many terms each has.
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

  /// Sums of weighted rows of `columns` elements: [rows, columns].
  public func combining(_ rows: RowCombinations, columns: Int) -> Tensor {
    Self.run(.combine(rows, columns: columns), on: [self])
  }

  /// The elements seen as a tensor of `extents`, with its dimensions in another order.
  ///
  /// - Parameters:
  ///   - extents: of the elements as they lie.
  ///   - order: for each dimension of the result, which of `extents` it is.
  ///   - shape: what the result is seen as.
  public func permuting(_ extents: [Int], to order: [Int], shape: TensorShape) -> Tensor {
    Self.run(.permute(extents: extents, order: order, shape: shape), on: [self])
  }

  fileprivate static func run(_ operation: TensorOperation, on operands: [Tensor]) -> Tensor {
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

extension TensorBuffer {
  /// Replaces columns of each row by the rows of a tensor, which are repeated: in place in host memory.
  ///
  /// - Parameters:
  ///   - columns: those that are replaced.
  ///   - row: elements of a row.
  ///   - x: the new rows, each as long as the columns.
  public mutating func replace(columns: Range<Int>, ofRows row: Int, by x: Tensor) {
    guard contents.device == nil, x.device == nil else {
      let replaced = Tensor.run(.replaceColumns(columns, row: row), on: [contents, x])
      replaceContents(with: replaced)
      return
    }
    let count = shape.count
    withElements { elements in
      guard let start = elements.baseAddress else { return }
      TensorOperation.replaceColumns(columns, of: start, count: count, row: row, by: x)
    }
  }
}

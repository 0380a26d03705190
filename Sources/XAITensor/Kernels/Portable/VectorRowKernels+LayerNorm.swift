import CVectorKernels

extension VectorRowKernels {
  /// Layer norm of each row.
  public func layerNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float
  ) -> (Tensor, RowStatistics) {
    let (rows, columns) = x.shape.rowsAndColumns
    checkColumns(of: weight, "weight", columns)
    checkColumns(of: bias, "bias", columns)
    var mean = TensorBuffer([rows])
    var variance = TensorBuffer([rows])
    let y = mean.withElements { mean in
      variance.withElements { variance in
        Tensor(x.shape) { y in
          guard let mean = mean.baseAddress, let variance = variance.baseAddress else { return }
          forEachBlock(rows: rows, columns: columns) { block, _ in
            let start = block.lowerBound * columns
            vector.functions.layer_norm(
              x.start + start, block.count, columns, weight.start, bias.start, epsilon, y + start,
              mean + block.lowerBound, variance + block.lowerBound)
          }
        }
      }
    }
    return (y, RowStatistics(mean: mean.freeze(), variance: variance.freeze()))
  }

  /// Gradient of a layer norm with respect to its input, plus the residual.
  public func layerNormBackward(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, weight: Tensor, epsilon: Float,
    constantVariance: Bool, residual: Tensor?
  ) -> Tensor {
    let (rows, columns) = gradient.shape.rowsAndColumns
    let period = checkRepetition(of: x.shape, in: gradient.shape)
    checkColumns(of: weight, "weight", columns)
    checkStatistics(statistics, rows: period)
    if let residual {
      precondition(
        residual.count == gradient.count,
        "a residual of \(residual.shape) is added to a gradient of \(gradient.shape)")
    }
    return Tensor(gradient.shape) { result in
      forEachBlock(rows: rows, columns: columns, period: period) { block, source in
        let start = block.lowerBound * columns
        vector.functions.layer_norm_backward(
          gradient.start + start, x.start + source * columns, statistics.mean.start + source,
          statistics.variance.start + source, block.count, columns, weight.start, epsilon, constantVariance,
          residual.map { $0.start + start }, result + start)
      }
    }
  }

  /// Gradients of a layer norm's weight and bias: sums of groups of rows, and their sums.
  public func layerNormParameterGradients(
    _ gradient: Tensor, x: Tensor, statistics: RowStatistics, epsilon: Float
  ) -> (weight: Tensor, bias: Tensor) {
    let (rows, columns) = gradient.shape.rowsAndColumns
    precondition(
      x.shape.rowsAndColumns == (rows, columns), "an input of \(x.shape) has no gradient of \(gradient.shape)"
    )
    checkStatistics(statistics, rows: rows)
    let groups = max(1, ceilDiv(rows, rowsPerSum))
    var biases = TensorBuffer([groups, columns])
    let weights = biases.withElements { biases in
      Tensor([groups, columns]) { weights in
        guard let biases = biases.baseAddress else { return }
        pool.run(count: groups) { group in
          let range = part(group, of: groups, in: rows)
          let start = range.lowerBound * columns
          vector.functions.layer_norm_parameter_sums(
            gradient.start + start, x.start + start, statistics.mean.start + range.lowerBound,
            statistics.variance.start + range.lowerBound, range.count, columns, epsilon,
            weights + group * columns, biases + group * columns)
        }
      }
    }
    return (columnSums(weights), columnSums(biases.freeze()))
  }

  private func checkColumns(of parameter: Tensor, _ name: String, _ columns: Int) {
    precondition(
      parameter.count == columns, "a layer norm of \(columns) columns has no \(name) of \(parameter.shape)")
  }

  private func checkStatistics(_ statistics: RowStatistics, rows: Int) {
    precondition(
      statistics.mean.count == rows && statistics.variance.count == rows,
      "statistics of \(statistics.mean.count) and \(statistics.variance.count) rows do not fit \(rows) rows")
  }
}

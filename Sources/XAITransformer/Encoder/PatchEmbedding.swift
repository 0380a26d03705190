package import XAICore
package import XAITensor

/// From an image to tokens: patches are projected, position embeddings added, prefix tokens put before them.
package struct PatchEmbedding {
  /// Position embeddings, and what they are of.
  package struct Positions {
    /// [tokens with a position embedding, width].
    let values: Tensor
    /// Prefix tokens that have one; they are the first ones.
    let prefixCount: Int
    /// The patches.
    let grid: PatchGrid
    /// How those of patches follow another grid.
    let interpolation: GridInterpolation
  }

  let size: PatchSize
  let patch: Linear
  /// [prefix tokens, width].
  let prefix: Tensor
  /// Nil where no token has a position embedding.
  let positions: Positions?
  let kernels: any Kernels

  /// The embedding of patches of a size.
  package init(
    size: PatchSize, patch: Linear, prefix: Tensor, positions: Positions?, kernels: any Kernels
  ) {
    self.size = size
    self.patch = patch
    self.prefix = prefix
    self.positions = positions
    self.kernels = kernels
  }

  private var prefixCount: Int { prefix.shape[0] }
  private var width: Int { patch.outputs }

  private func tokenCount(_ grid: PatchGrid) -> Int { prefixCount + grid.count }

  /// The tokens of unfolded images, [B, h·w, 3·p·q] to [B, N, D].
  package func forward(_ patches: Tensor, _ grid: PatchGrid) -> Tensor {
    let batch = patches.shape[0]
    let embeddings = positionEmbeddings(for: grid)
    var tokens = TensorBuffer([batch, tokenCount(grid), width])
    kernels.multiply(
      MatrixOperand(
        patches,
        MatrixLayout(
          rows: grid.count, columns: size.valueCount,
          outer: .init(count: batch, stride: grid.count * size.valueCount))),
      MatrixOperand(forwardOf: patch.weight), into: &tokens, patchRows(grid, batch),
      Epilogue(bias: patch.bias, residual: embeddings.patches.map { MatrixOperand(rowsOf: $0) }))
    if let prefixRows = embeddings.prefix {
      tokens.replace(columns: 0..<prefixCount * width, ofRows: tokenCount(grid) * width, by: prefixRows)
    }
    return tokens.freeze()
  }

  /// The gradient of the input, [k·B, N, D] to [k·B, 3, H, W].
  package func inputGradient(
    _ gradient: Tensor, of input: Tensor, _ grid: PatchGrid, rule: PropagationRules.Linear
  ) -> Tensor {
    let (rows, values) = (gradient.shape[0], size.valueCount)
    let patches: Tensor
    if rule == .gradient {
      var buffer = TensorBuffer([rows, grid.count, values])
      kernels.multiply(
        MatrixOperand(gradient, patchRows(grid, rows)), MatrixOperand(rowsOf: patch.weight), into: &buffer,
        MatrixLayout(
          rows: grid.count, columns: values,
          outer: .init(count: rows, stride: grid.count * values)), .plain)
      patches = buffer.freeze()
    } else {
      let seen = unfold(input, grid)
      let own = gradient.reshaped(to: [rows, tokenCount(grid) * width]).columns(
        prefixCount * width..<tokenCount(grid) * width)
      patches = kernels.applyBackward(
        patch, to: own.reshaped(to: [rows, grid.count, width]), rule: rule, input: seen,
        output: kernels.apply(patch, to: seen)
      ).freeze()
    }
    return fold(patches, grid).enlarged(height: input.shape[2], width: input.shape[3])
  }

  /// The rows of the patch tokens in [B, N, D].
  private func patchRows(_ grid: PatchGrid, _ batch: Int) -> MatrixLayout {
    MatrixLayout(
      rows: grid.count, columns: width, offset: prefixCount * width,
      outer: .init(count: batch, stride: tokenCount(grid) * width))
  }

  // MARK: - Position embeddings

  /// Position embeddings of a grid, interpolated where it is not the model's own, and the rows of the prefix tokens
  /// with theirs added.
  private func positionEmbeddings(for grid: PatchGrid) -> (prefix: Tensor?, patches: Tensor?) {
    guard let positions else { return (prefixCount > 0 ? prefix : nil, nil) }
    let embedded = positions.prefixCount
    let patches = positions.values[embedded..<embedded + positions.grid.count]
    return (
      prefixCount > 0 ? prefixRows(adding: positions.values[0..<embedded]) : nil,
      grid == positions.grid
        ? patches : interpolated(patches, from: positions.grid, to: grid, by: positions.interpolation)
    )
  }

  /// The prefix tokens with the position embeddings of the first of them.
  private func prefixRows(adding positions: Tensor) -> Tensor {
    let embedded = positions.shape[0]
    guard embedded > 0 else { return prefix }
    let sums = Tensor.map(
      [prefix[0..<embedded], positions], to: positions.shape, .operand(0) + .operand(1))
    guard embedded < prefixCount else { return sums }
    return Tensor.gathering(
      Array(0..<prefixCount), of: [sums, prefix[embedded..<prefixCount]], columns: width, shape: prefix.shape)
  }

  // MARK: - Patches

  /// The values of each patch as a row: [B, 3, H, W] to [B, h·w, 3·p·q], planes outermost, as a convolution has them.
  package func unfold(_ input: Tensor, _ grid: PatchGrid) -> Tensor {
    input.cropped(height: grid.rows * size.height, width: grid.columns * size.width).permuting(
      [input.shape[0], 3, grid.rows, size.height, grid.columns, size.width], to: [0, 2, 4, 1, 3, 5],
      shape: [input.shape[0], grid.count, size.valueCount])
  }

  /// The inverse of `unfold`.
  func fold(_ patches: Tensor, _ grid: PatchGrid) -> Tensor {
    patches.permuting(
      [patches.shape[0], grid.rows, grid.columns, 3, size.height, size.width], to: [0, 3, 1, 4, 2, 5],
      shape: [patches.shape[0], 3, grid.rows * size.height, grid.columns * size.width])
  }

  // MARK: - Parameters

  /// The gradients of the embedding's parameters from the gradient of the tokens, [B, N, D].
  package func parameterGradients(
    _ gradient: Tensor, patches: Tensor, _ grid: PatchGrid
  ) -> (patch: (weight: Tensor, bias: Tensor), prefix: Tensor, positions: Tensor?) {
    let batch = patches.shape[0]
    let sums = kernels.columnSums(gradient.reshaped(to: [batch, tokenCount(grid) * width]))
      .reshaped(to: [tokenCount(grid), width])
    var weight = TensorBuffer(repeating: 0, [width, size.valueCount])
    let rows = patchRows(grid, 1)
    for image in 0..<batch {
      kernels.multiply(
        MatrixOperand(gradient, rows.advanced(by: image * tokenCount(grid) * width)).transposed,
        MatrixOperand(rowsOf: patches[image]), into: &weight,
        MatrixLayout(rows: width, columns: size.valueCount), Epilogue(accumulates: true))
    }
    let bias = kernels.columnSums(sums[prefixCount..<tokenCount(grid)])
    return ((weight.freeze(), bias), sums[0..<prefixCount], positionGradients(sums, grid))
  }

  /// Those of the tokens that have a position embedding, in order.
  private func positionGradients(_ sums: Tensor, _ grid: PatchGrid) -> Tensor? {
    guard let positions else { return nil }
    let (own, embedded) = (positions.grid, positions.prefixCount)
    if grid == own, embedded == prefixCount { return sums }
    var patches = sums[prefixCount..<tokenCount(grid)]
    if grid != own {
      patches = interpolatedBackward(patches, from: own, to: grid, by: positions.interpolation)
    }
    return Tensor.gathering(
      Array(0..<embedded + own.count), of: [sums[0..<embedded], patches], columns: width,
      shape: [embedded + own.count, width])
  }
}

/// Images, [B, 3, H, W], whose sides are no multiples of a patch.
extension Tensor {
  /// The upper left of images.
  fileprivate func cropped(height: Int, width: Int) -> Tensor {
    guard (shape[2], shape[3]) != (height, width) else { return self }
    let (planes, rows) = (shape[0] * shape[1], shape[2])
    return gathering(
      (0..<planes * height).map { $0 / height * rows + $0 % height }, columns: shape[3],
      shape: [shape[0], shape[1], height, shape[3]]
    ).columns(0..<width)
  }

  /// The reverse: zeros to the right and below.
  fileprivate func enlarged(height: Int, width: Int) -> Tensor {
    guard (shape[2], shape[3]) != (height, width) else { return self }
    let (planes, rows, columns) = (shape[0] * shape[1], shape[2], shape[3])
    let taller = gathering(
      (0..<planes * height).map { $0 % height < rows ? $0 / height * rows + $0 % height : -1 },
      columns: columns, shape: [planes * height, columns])
    var result = TensorBuffer(repeating: 0, [shape[0], shape[1], height, width])
    result.replace(columns: 0..<columns, ofRows: width, by: taller)
    return result.freeze()
  }
}

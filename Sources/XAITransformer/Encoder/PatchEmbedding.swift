import XAICore
import XAITensor

/// From an image to tokens: patches are projected, position embeddings added, prefix tokens put before them.
struct PatchEmbedding {
  /// Position embeddings, and what they are of.
  struct Positions {
    /// [tokens with a position embedding, width].
    let values: Tensor
    /// Prefix tokens that have one; they are the first ones.
    let prefixCount: Int
    /// The patches.
    let grid: Grid
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

  private var prefixCount: Int { prefix.shape[0] }
  private var width: Int { patch.outputs }

  private func tokenCount(_ grid: Grid) -> Int { prefixCount + grid.count }

  /// The tokens of unfolded images, [B, h·w, 3·p·q] to [B, N, D].
  func forward(_ patches: Tensor, _ grid: Grid) -> Tensor {
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
    guard let prefixRows = embeddings.prefix else { return tokens.freeze() }
    tokens.withElements { tokens in
      for image in 0..<batch {
        for (index, value) in prefixRows.enumerated() {
          tokens[image * tokenCount(grid) * width + index] = value
        }
      }
    }
    return tokens.freeze()
  }

  /// The gradient of the input, [k·B, N, D] to [k·B, 3, H, W].
  func inputGradient(
    _ gradient: Tensor, of input: Tensor, _ grid: Grid, rule: PropagationRules.Linear
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
    return fold(patches, grid, height: input.shape[2], width: input.shape[3])
  }

  /// The rows of the patch tokens in [B, N, D].
  private func patchRows(_ grid: Grid, _ batch: Int) -> MatrixLayout {
    MatrixLayout(
      rows: grid.count, columns: width, offset: prefixCount * width,
      outer: .init(count: batch, stride: tokenCount(grid) * width))
  }

  // MARK: - Position embeddings

  /// Position embeddings of a grid, interpolated where it is not the model's own, and the rows of the prefix tokens
  /// with theirs added.
  private func positionEmbeddings(for grid: Grid) -> (prefix: [Float]?, patches: Tensor?) {
    var prefixRows = prefixCount > 0 ? prefix.elements : nil
    guard let positions else { return (prefixRows, nil) }
    let embedded = positions.prefixCount
    let patches = positions.values[embedded..<embedded + positions.grid.count]
    if embedded > 0 {
      for (index, value) in positions.values[0..<embedded].elements.enumerated() {
        prefixRows?[index] += value
      }
    }
    return (
      prefixRows,
      grid == positions.grid
        ? patches : interpolated(patches, from: positions.grid, to: grid, by: positions.interpolation)
    )
  }

  // MARK: - Patches

  /// The values of each patch as a row: [B, 3, H, W] to [B, h·w, 3·p·q], planes outermost, as a convolution has them.
  func unfold(_ input: Tensor, _ grid: Grid) -> Tensor {
    Tensor([input.shape[0], grid.count, size.valueCount]) { patches in
      input.withElements { pixels in
        forEachPatchRow(of: input.shape, grid) { pixel, value in
          for x in 0..<size.width { patches[value + x] = pixels[pixel + x] }
        }
      }
    }
  }

  /// The inverse of `unfold`; pixels that no patch covers are zero.
  func fold(_ patches: Tensor, _ grid: Grid, height: Int, width: Int) -> Tensor {
    let shape: Shape = [patches.shape[0], 3, height, width]
    return Tensor(shape) { pixels in
      pixels.update(repeating: 0, count: shape.count)
      patches.withElements { patches in
        forEachPatchRow(of: shape, grid) { pixel, value in
          for x in 0..<size.width { pixels[pixel + x] = patches[value + x] }
        }
      }
    }
  }

  /// Calls `body` with where each row of pixels of each patch starts, in the image and among the patches' values.
  private func forEachPatchRow(of image: Shape, _ grid: Grid, _ body: (_ pixel: Int, _ value: Int) -> Void) {
    let (height, width) = (image[2], image[3])
    let (patchHeight, patchWidth) = (size.height, size.width)
    var value = 0
    for batch in 0..<image[0] {
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          for plane in 0..<3 {
            for y in 0..<patchHeight {
              let line = (batch * 3 + plane) * height + row * patchHeight + y
              body(line * width + column * patchWidth, value)
              value += patchWidth
            }
          }
        }
      }
    }
  }

  // MARK: - Parameters

  /// The gradients of the embedding's parameters from the gradient of the tokens, [B, N, D].
  func parameterGradients(
    _ gradient: Tensor, patches: Tensor, _ grid: Grid
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
  private func positionGradients(_ sums: Tensor, _ grid: Grid) -> Tensor? {
    guard let positions else { return nil }
    let (own, embedded) = (positions.grid, positions.prefixCount)
    if grid == own, embedded == prefixCount { return sums }
    var patches = sums[prefixCount..<tokenCount(grid)]
    if grid != own {
      patches = interpolatedBackward(patches, from: own, to: grid, by: positions.interpolation)
    }
    return Tensor([embedded + own.count, width], sums[0..<embedded].elements + patches.elements)
  }
}

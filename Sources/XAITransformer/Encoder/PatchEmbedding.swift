import XAICore
import XAITensor

/// From an image to tokens: patches are projected, position embeddings added, prefix tokens put before them.
struct PatchEmbedding {
  let configuration: VisionTransformerConfiguration
  let patch: Linear
  let prefix: Tensor
  let positions: Tensor
  let kernels: any Kernels

  private var prefixCount: Int { configuration.prefix.count }
  private var width: Int { configuration.width }

  /// The tokens of unfolded images, [B, h·w, 3·p·q] to [B, N, D].
  func forward(_ patches: Tensor, _ layout: TokenLayout) -> Tensor {
    let batch = patches.shape[0]
    let embeddings = positionEmbeddings(for: layout.grid)
    var tokens = TensorBuffer([batch, layout.tokenCount, width])
    kernels.multiply(
      MatrixOperand(
        patches,
        MatrixLayout(
          rows: layout.grid.count, columns: configuration.patchValueCount,
          outer: .init(count: batch, stride: layout.grid.count * configuration.patchValueCount))),
      MatrixOperand(forwardOf: patch.weight), into: &tokens, patchRows(layout, batch),
      Epilogue(bias: patch.bias, residual: embeddings.patches.map { MatrixOperand(rowsOf: $0) }))
    guard let prefixRows = embeddings.prefix else { return tokens.freeze() }
    tokens.withElements { tokens in
      for image in 0..<batch {
        for (index, value) in prefixRows.enumerated() {
          tokens[image * layout.tokenCount * width + index] = value
        }
      }
    }
    return tokens.freeze()
  }

  /// The gradient of the input, [k·B, N, D] to [k·B, 3, H, W].
  func inputGradient(
    _ gradient: Tensor, of input: Tensor, _ layout: TokenLayout, rule: PropagationRules.Linear
  ) -> Tensor {
    let (rows, values) = (gradient.shape[0], configuration.patchValueCount)
    let patches: Tensor
    if rule == .gradient {
      var buffer = TensorBuffer([rows, layout.grid.count, values])
      kernels.multiply(
        MatrixOperand(gradient, patchRows(layout, rows)), MatrixOperand(rowsOf: patch.weight), into: &buffer,
        MatrixLayout(
          rows: layout.grid.count, columns: values,
          outer: .init(count: rows, stride: layout.grid.count * values)), .plain)
      patches = buffer.freeze()
    } else {
      let seen = unfold(input, layout.grid)
      let own = gradient.reshaped(to: [rows, layout.tokenCount * width]).columns(
        prefixCount * width..<layout.tokenCount * width)
      patches = kernels.applyBackward(
        patch, to: own.reshaped(to: [rows, layout.grid.count, width]), rule: rule, input: seen,
        output: kernels.apply(patch, to: seen)
      ).freeze()
    }
    return fold(patches, layout.grid, height: input.shape[2], width: input.shape[3])
  }

  /// The rows of the patch tokens in [B, N, D].
  private func patchRows(_ layout: TokenLayout, _ batch: Int) -> MatrixLayout {
    MatrixLayout(
      rows: layout.grid.count, columns: width, offset: prefixCount * width,
      outer: .init(count: batch, stride: layout.tokenCount * width))
  }

  // MARK: - Position embeddings

  /// Position embeddings of a grid, interpolated where it is not the model's own, and the rows of the prefix tokens
  /// with theirs added.
  private func positionEmbeddings(for grid: Grid) -> (prefix: [Float]?, patches: Tensor?) {
    guard configuration.hasPositionEmbeddings else { return (prefixCount > 0 ? prefix.elements : nil, nil) }
    let own = configuration.layout.grid
    let embedded = configuration.positionedPrefixCount
    let patches = positions[embedded..<embedded + own.count]
    var prefixRows = prefixCount > 0 ? prefix.elements : nil
    if embedded > 0 {
      for (index, value) in positions[0..<embedded].elements.enumerated() { prefixRows?[index] += value }
    }
    return (
      prefixRows,
      grid == own
        ? patches : interpolated(patches, from: own, to: grid, by: configuration.positionInterpolation)
    )
  }

  // MARK: - Patches

  /// The values of each patch as a row: [B, 3, H, W] to [B, h·w, 3·p·q], planes outermost, as a convolution has them.
  func unfold(_ input: Tensor, _ grid: Grid) -> Tensor {
    Tensor([input.shape[0], grid.count, configuration.patchValueCount]) { patches in
      input.withElements { pixels in
        forEachPatchRow(of: input.shape, grid) { pixel, value in
          for x in 0..<configuration.patchWidth { patches[value + x] = pixels[pixel + x] }
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
          for x in 0..<configuration.patchWidth { pixels[pixel + x] = patches[value + x] }
        }
      }
    }
  }

  /// Calls `body` with where each row of pixels of each patch starts, in the image and among the patches' values.
  private func forEachPatchRow(of image: Shape, _ grid: Grid, _ body: (_ pixel: Int, _ value: Int) -> Void) {
    let (height, width) = (image[2], image[3])
    let (patchHeight, patchWidth) = (configuration.patchHeight, configuration.patchWidth)
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
    _ gradient: Tensor, patches: Tensor, _ layout: TokenLayout
  ) -> (patch: (weight: Tensor, bias: Tensor), prefix: Tensor, positions: Tensor?) {
    let batch = patches.shape[0]
    let sums = kernels.columnSums(gradient.reshaped(to: [batch, layout.tokenCount * width]))
      .reshaped(to: [layout.tokenCount, width])
    var weight = TensorBuffer(repeating: 0, [width, configuration.patchValueCount])
    let rows = patchRows(layout, 1)
    for image in 0..<batch {
      kernels.multiply(
        MatrixOperand(gradient, rows.advanced(by: image * layout.tokenCount * width)).transposed,
        MatrixOperand(rowsOf: patches[image]), into: &weight,
        MatrixLayout(rows: width, columns: configuration.patchValueCount), Epilogue(accumulates: true))
    }
    let bias = kernels.columnSums(sums[layout.patches])
    return ((weight.freeze(), bias), sums[0..<prefixCount], positionGradients(sums, layout))
  }

  /// Those of the tokens that have a position embedding, in order.
  private func positionGradients(_ sums: Tensor, _ layout: TokenLayout) -> Tensor? {
    guard configuration.hasPositionEmbeddings else { return nil }
    let (own, embedded) = (configuration.layout.grid, configuration.positionedPrefixCount)
    if layout.grid == own, embedded == prefixCount { return sums }
    var patches = sums[layout.patches]
    if layout.grid != own {
      patches = interpolatedBackward(
        patches, from: own, to: layout.grid, by: configuration.positionInterpolation)
    }
    return Tensor([embedded + own.count, width], sums[0..<embedded].elements + patches.elements)
  }
}

public import XAICore

/// The tokens of each layer.
extension HierarchicalConfiguration {
  /// Why inputs of a size can't be taken; nil where they can.
  func reasonAgainst(height: Int, width: Int) -> String? {
    guard patch.divides(height: height, width: width), height <= 16_384, width <= 16_384 else {
      return
        "an input of \(height)×\(width) pixels can't be cut into patches of \(patchHeight)×\(patchWidth); "
        + "both sides must be multiples of the patch"
    }
    let tokens = height / patchHeight * (width / patchWidth)
    guard tokens <= 1 << 20 else {
      return "an input of \(height)×\(width) pixels has \(tokens) tokens, and must have at most \(1 << 20)"
    }
    let isOwn = height == imageHeight && width == imageWidth
    switch windowing {
    case .eachAxis where !isOwn:
      return
        "its windows and tables of position bias are made for \(imageHeight)×\(imageWidth) pixels, and an input has "
        + "\(height)×\(width)"
    case .square:
      if hasPositionEmbeddings, !isOwn {
        return
          "its position embeddings are for \(imageHeight)×\(imageWidth) pixels, and an input has \(height)×\(width)"
      }
      for (stage, grid) in grids(height: height, width: width).enumerated()
      where min(grid.rows, grid.columns) < stages[stage].window {
        return
          "a window of \(stages[stage].window)×\(stages[stage].window) is larger than the \(grid) tokens of stage "
          + "\(stage + 1) of an input of \(height)×\(width) pixels"
      }
      return nil
    case .eachAxis: return nil
    }
  }

  /// The tokens of each stage.
  private func grids(height: Int, width: Int) -> [Grid] {
    var grids = [Grid(rows: height / patchHeight, columns: width / patchWidth)]
    while grids.count < stages.count { grids.append(TokenMerge(grids[grids.count - 1]).coarse) }
    return grids
  }

  /// The window of a stage on a grid.
  func window(ofStage stage: Int, on grid: Grid) -> Grid {
    let window = stages[stage].window
    switch windowing {
    case .square: return Grid(rows: window, columns: window)
    case .eachAxis: return Grid(rows: min(window, grid.rows), columns: min(window, grid.columns))
    }
  }

  /// The windows of a block; nil where one window is the whole grid.
  private func windows(ofStage stage: Int, on grid: Grid, isShifted: Bool) -> AttentionWindows? {
    let shape = window(ofStage: stage, on: grid)
    guard shape != grid else { return nil }
    func shift(_ window: Int, _ count: Int) -> Int { isShifted && count > window ? window / 2 : 0 }
    switch windowing {
    case .square:
      let both = shift(shape.rows, min(grid.rows, grid.columns))
      return AttentionWindows(
        grid: grid, shape: shape, shift: Grid(rows: both, columns: both), padding: .beforeShift)
    case .eachAxis:
      return AttentionWindows(
        grid: grid, shape: shape,
        shift: Grid(rows: shift(shape.rows, grid.rows), columns: shift(shape.columns, grid.columns)),
        padding: .afterShift)
    }
  }

  /// The tokens at the model's own input size.
  public var layout: TokenLayout { layout(height: imageHeight, width: imageWidth) }

  /// The tokens at an input size that the model can take.
  func layout(height: Int, width: Int) -> TokenLayout {
    let grids = self.grids(height: height, width: width)
    var layers: [LayerTokens] = []
    for (stage, sizes) in stages.enumerated() {
      let windows = [false, true].map { self.windows(ofStage: stage, on: grids[stage], isShifted: $0) }
      layers += (0..<sizes.depth).map { block in
        LayerTokens(
          grid: grids[stage], windows: windows[block % 2],
          merge: stage > 0 && block == 0 ? TokenMerge(grids[stage - 1]) : nil)
      }
    }
    return TokenLayout(prefix: [], grid: grids[0], readout: .meanOfPatches, layers: layers)
  }

  /// The table of a stage's position bias at the model's own input size: [offsets, heads].
  func biasTableShape(ofStage stage: Int) -> [Int] {
    let grid = grids(height: imageHeight, width: imageWidth)[stage]
    return [
      RelativeOffsets(grid: window(ofStage: stage, on: grid), hasClassToken: false).count,
      stages[stage].headCount,
    ]
  }
}

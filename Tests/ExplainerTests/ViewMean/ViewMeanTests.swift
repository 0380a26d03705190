import Synchronization
import Testing
import XAICentreMap
import XAICore
import XAIExplainers
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAIViewMean

/// View Mean against maps of views that are made and moved back one by one.
@Suite("View Mean formula") struct ViewMeanTests {
  private let registry: Registry

  init() throws { registry = try Registry(plugins: builtInExplainers) }

  /// The view's pixel at a place, by its definition.
  private func view(_ image: Tensor, down: Int, right: Int, mirrored: Bool) -> Tensor {
    let (height, width) = (image.shape[1], image.shape[2])
    let pixels = image.elements
    return Tensor(
      [1, 3, height, width],
      (0..<3 * height * width).map { index in
        let (plane, y, x) = (index / (height * width), index / width % height, index % width)
        let row = min(max(y - down, 0), height - 1)
        let moved = min(max(x - right, 0), width - 1)
        return pixels[(plane * height + row) * width + (mirrored ? width - 1 - moved : moved)]
      })
  }

  /// Σ of the four corners' shares, the outermost ones outside.
  private func value(_ map: Matrix, _ y: Double, _ x: Double) -> Double {
    var sum = 0.0
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let inside = (
          min(max(y, 0), Double(map.rows - 1)), min(max(x, 0), Double(map.columns - 1))
        )
        let share = max(0, 1 - abs(inside.0 - Double(row))) * max(0, 1 - abs(inside.1 - Double(column)))
        sum += share * Double(map[row, column])
      }
    }
    return sum
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 19)
    let input = random.normal([2, 3, 12, 12])
    let grid = model.descriptor.layout.grid
    for (inner, shifts, span, mirror) in [
      ("attnlrp:residual-gamma=1", 4, 1.0, false), ("input-x-gradient:at=pixels", 9, 1.5, true),
      ("grad-cam", 1, 1, true), ("gradient-rollout", 16, 3, false),
    ] {
      var options = ViewMeanOptions()
      (options.shifts, options.span, options.mirror) = (shifts, span, mirror)
      let explainer = try registry.explainer(inner)
      let maps = try ViewMean(of: explainer, options: options)
        .explain(input, targets: .classes([0, 3]), using: model)
      let side = [1: 1, 4: 2, 9: 3, 16: 4][shifts] ?? 0
      func offset(_ index: Int, _ patch: Double) -> Int {
        Int(((2 * Double(index) + 1 - Double(side)) / Double(2 * side) * span * patch).rounded())
      }
      for (image, target, classIndex) in [(0, 1, 3), (1, 0, 0)] {
        var (sum, views) = ([Double](), 0.0)
        for mirrored in mirror ? [false, true] : [false] {
          for down in (0..<side).map({ offset($0, 12 / Double(grid.rows)) }) {
            for right in (0..<side).map({ offset($0, 12 / Double(grid.columns)) }) {
              let seen = view(input[image], down: down, right: right, mirrored: mirrored)
              let map = try explainer.explain(seen, targets: .classes([classIndex]), using: model)[0][0]
              let matrix = Matrix(map.map)
              if sum.isEmpty { sum = [Double](repeating: 0, count: map.scores.count) }
              for place in sum.indices {
                let (row, column) = (place / map.grid.columns, place % map.grid.columns)
                let own = mirrored ? map.grid.columns - 1 - column : column
                sum[place] += value(
                  matrix, Double(row) + Double(down * map.grid.rows) / 12,
                  Double(own) + Double(right * map.grid.columns) / 12)
              }
              views += 1
            }
          }
        }
        expectClose(
          maps[image][target].scores, sum.map { Float($0 / views) }, within: 1e-5,
          "\(toy) \(inner) '\(options.shortestText)'")
        #expect(maps[image][target].scoreMeaning == explainer.scoreMeaning)
      }
    }
  }

  @Test("one view that isn't moved is the explainer's own map")
  func identity() throws {
    let model = ToyModel.registers.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let input = random.normal([2, 3, 12, 12])
    for inner in ["gmar", "input-x-gradient:at=pixels", "rise:masks=20"] {
      let one = try registry.explainer(
        "view-mean:explainer=\(inner.replacing(",", with: "+")),shifts=1"
      ).explain(input, targets: .classes([1]), using: model)
      let own = try registry.explainer(inner).explain(input, targets: .classes([1]), using: model)
      #expect(one.map { $0.map(\.scores) } == own.map { $0.map(\.scores) }, "\(inner)")
    }
  }

  @Test("the mean over a mirror is mirrored with the image, and shifts about 0 keep a map that is even")
  func symmetry() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 6)
    let input = random.normal([1, 3, 12, 12])
    let explainer = try registry.explainer("view-mean:explainer=attnlrp,shifts=4,mirror=true")
    let mirror = View(down: 0, right: 0, isMirrored: true)
    let map = try explainer.explain(input, targets: .classes([1]), using: model)[0][0]
    let other = try explainer.explain(mirror.input(input), targets: .classes([1]), using: model)[0][0]
    let columns = map.grid.columns
    let turned = other.scores.indices.map { place in
      other.scores[place / columns * columns + columns - 1 - place % columns]
    }
    expectClose(turned, map.scores, within: 1e-5, "mirrored")
    #expect(map.scores != other.scores)
    let centre = try ViewMean(of: CentreMap()).explain(input, using: model)[0][0].scores
    expectClose(centre, centre.reversed(), within: 1e-6, "centre")
  }

  @Test("texts: options of the inner explainer come back as they were, in their shortest form")
  func texts() throws {
    let text = "view-mean:explainer=gmar:norm=l2+preset=paper,shifts=9"
    let explainer = try registry.explainer(text)
    let again = try registry.explainer(explainer.specification)
    #expect(again.specification == explainer.specification)
    #expect(explainer.specification.hasPrefix("view-mean:explainer=gmar:"))
    #expect(explainer.specification.hasSuffix(",shifts=9"))
    #expect(try registry.explainer("view-mean").specification == "view-mean")
    #expect(
      try registry.explainer("view-mean:explainer=grad-cam:relu=true").specification
        == registry.explainer("view-mean:explainer=grad-cam").specification)
    #expect(try ViewMean(of: CentreMap()).specification == "view-mean:explainer=centre")
    // Two plus signs can't be told apart.
    expectError("without a '+'") {
      try ViewMean(of: registry.explainer("view-mean:explainer=gmar:norm=l2+preset=paper"))
    }
    expectError("there is no explainer 'gmat'") { try registry.explainer("view-mean:explainer=gmat") }
    expectError("gmar has no option 'nrom'") { try registry.explainer("view-mean:explainer=gmar:nrom=l2") }
    expectError("only a registry knows") { try ViewMean(options: ViewMeanOptions()) }
    expectError("1 | 4 | 9 | 16") { try registry.explainer("view-mean:shifts=5") }
  }

  @Test("a model that the inner explainer doesn't fit is refused by the inner one's reason, before any pass")
  func refusal() throws {
    let model = LimitedModel(
      ToyModel.classToken.make(on: AvailableKernels.preferred.make()), to: [.attention])
    expectError("propagation-rules") { try registry.explainer("view-mean").check(fits: model.descriptor) }
    expectError("has 3 layers") {
      try registry.explainer("view-mean:explainer=grad-cam:layer=7")
        .check(fits: ToyModel.classToken.make(on: AvailableKernels.preferred.make()).descriptor)
    }
  }

  @Test("it says how far it is, and stops where it is told to")
  func progress() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    let input = Tensor(repeating: 0.2, [2, 3, 12, 12])
    let explainer = try registry.explainer("view-mean:explainer=gmar")
    let counts = Guarded<[Int]>([])
    _ = try PassProgress.watched(by: { count in
      counts.withLock { $0.append(count.done) }
      return count.total == 8
    }) { try explainer.explain(input, using: model) }
    #expect(counts.withLock { $0 } == [2, 4, 6, 8])
    #expect(throws: CancellationError.self) {
      try PassProgress.watched(by: { $0.done < 4 }) { try explainer.explain(input, using: model) }
    }
  }
}

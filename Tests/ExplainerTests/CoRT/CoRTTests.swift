import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAICoRT

/// What must hold of CoRT whatever a model computes.
@Suite struct CoRTTests {
  /// The scores of one image for a class.
  private func scores(
    _ model: any Model, _ classIndex: Int, seed: UInt64 = 5, _ change: (inout CoRTOptions) -> Void
  ) throws -> [Float] {
    var options = CoRTOptions()
    change(&options)
    var random = SeededRandom(seed: seed)
    return try CoRT(options: options).explain(
      random.normal([1, 3, 12, 12]), targets: .classes([classIndex]), using: model)[0][0].scores
  }

  private func toy(_ model: ToyModel = .classToken, classes: Int? = nil) -> any Model {
    model.make(on: AvailableKernels.preferred.make())
  }

  @Test("with nothing subtracted, power and sharpening leave the order of relevance", arguments: [0.5, 1])
  func order(_ power: Double) throws {
    let plain = try scores(toy(), 1) { ($0.share, $0.power, $0.sharpness) = (0, 1, 0) }
    let raised = try scores(toy(), 1) { ($0.share, $0.power, $0.sharpness) = (0, power, 0) }
    #expect(
      plain.indices.sorted { plain[$0] < plain[$1] } == raised.indices.sorted { raised[$0] < raised[$1] })
    for (a, b) in zip(plain, raised) { #expect(a.sign == b.sign, "\(a) \(b)") }
  }

  @Test("the whole of the others subtracted: what all classes share changes nothing")
  func sharedEvidence() throws {
    let model = toy()
    var random = SeededRandom(seed: 5)
    let trace = try model.forward(
      random.normal([1, 3, 12, 12]), recording: Recording(gradients: true))
    let cotangent = try trace.cotangent(of: Targets([[1]]), contrast: .others, share: 1)
    #expect(abs(cotangent.elements.reduce(0, +)) < 1e-6)
    let half = try trace.cotangent(of: Targets([[1]]), contrast: .others, share: 0.5)
    let own = try trace.cotangent(of: Targets([[1]]), contrast: .none)
    for (index, value) in half.elements.enumerated() {
      #expect(abs(value - (own.elements[index] + cotangent.elements[index]) / 2) < 1e-6)
    }
  }

  @Test("against one other class with share 1, the maps of the two are each other's negative")
  func antisymmetry() throws {
    let one = try scores(toy(), 0) { ($0.share, $0.contrast) = (1, .classIndex(2)) }
    let other = try scores(toy(), 2) { ($0.share, $0.contrast) = (1, .classIndex(0)) }
    for (a, b) in zip(one, other) { #expect(abs(a + b) <= 1e-4 * (one.map(abs).max() ?? 0), "\(a) \(b)") }
  }

  @Test("the mean of two passes")
  func halves() throws {
    let plain = try scores(toy(), 1) { $0.power = 1 }
    let damped = try scores(toy(), 1) { ($0.power, $0.residualGamma) = (1, 1) }
    let both = try scores(toy(), 1) { ($0.power, $0.residualGamma, $0.halves) = (1, 1, true) }
    #expect(plain != damped)
    for index in both.indices { #expect(abs(both[index] - (plain[index] + damped[index]) / 2) < 1e-6) }
  }

  @Test("ranks go from 0 to 1, and equal values share the mean of theirs")
  func rankValues() {
    #expect(ranks([3, 1, 2]) == [1, 0, 0.5])
    #expect(ranks([5, 5, 1, 9]) == [0.5, 0.5, 0, 1])
    #expect(ranks([2, 2, 2]) == [0.5, 0.5, 0.5])
    #expect(ranks([7]) == [0])
    #expect(ranks([]).isEmpty)
  }

  @Test("the patch means of a sharpened map, upsampled, are the map", arguments: [2, 3, 7, 8, 16])
  func sharpened(_ pixels: Int) throws {
    var random = SeededRandom(seed: 11)
    for grid in [
      PatchGrid(rows: 4, columns: 5), PatchGrid(rows: 1, columns: 3), PatchGrid(rows: 2, columns: 1),
    ] {
      let map = random.normal([grid.count]).elements
      let sharp = Sharpening(grid: grid, pixels: pixels).apply(to: map.map { Double($0) }, share: 1)
      let up = BilinearUpsamplingForTests.upsampled(sharp, grid, pixels: pixels)
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          var sum = 0.0
          for y in 0..<pixels {
            for x in 0..<pixels {
              sum += up[(row * pixels + y) * grid.columns * pixels + column * pixels + x]
            }
          }
          let mean = sum / Double(pixels * pixels)
          #expect(abs(mean - Double(map[row * grid.columns + column])) < 1e-9)
        }
      }
    }
  }

  @Test("transport needs attention; relevance alone doesn't")
  func needs() {
    var options = CoRTOptions()
    #expect(!CoRT(options: options).needs.contains(.attention))
    #expect(CoRT(options: options).scoreMeaning == .signed)
    options.transport = 0.25
    #expect(CoRT(options: options).needs.contains(.attentionGradients))
    #expect(CoRT(options: options).scoreMeaning == .relative)
  }
}

/// Bilinear upsampling with half-pixel centres, written apart, in double precision.
private enum BilinearUpsamplingForTests {
  static func upsampled(_ map: [Double], _ grid: PatchGrid, pixels: Int) -> [Double] {
    func weights(_ count: Int, _ pixel: Int) -> [(Int, Double)] {
      let place = min(max((Double(pixel) + 0.5) / Double(pixels) - 0.5, 0), Double(count - 1))
      let low = min(Int(place), count - 1)
      return [(low, 1 - (place - Double(low))), (min(low + 1, count - 1), place - Double(low))]
    }
    var up: [Double] = []
    for y in 0..<grid.rows * pixels {
      for x in 0..<grid.columns * pixels {
        var value = 0.0
        for (row, a) in weights(grid.rows, y) {
          for (column, b) in weights(grid.columns, x) { value += a * b * map[row * grid.columns + column] }
        }
        up.append(value)
      }
    }
    return up
  }
}

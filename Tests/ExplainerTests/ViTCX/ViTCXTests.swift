import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

@testable import XAIViTCX

/// ViT-CX against its formula, in pixels throughout.
@Suite("ViT-CX formula") struct ViTCXTests {
  /// Merges the two clusters whose farthest members are nearest, until none are nearer than the limit.
  private func linked(_ distances: [[Double]], below limit: Double) -> [[Int]] {
    var clusters = distances.indices.map { [$0] }
    while true {
      var best: (Double, Int, Int)?
      for i in clusters.indices {
        for j in i + 1..<max(clusters.count, i + 1) {
          let far = clusters[i].flatMap { a in clusters[j].map { distances[a][$0] } }.max() ?? 0
          if far < (best?.0 ?? limit) { best = (far, i, j) }
        }
      }
      guard let (_, i, j) = best else { return clusters.map { $0.sorted() } }
      clusters[i] += clusters.remove(at: j)
    }
  }

  private func scaled(_ map: [Double]) -> [Double] {
    let (low, high) = (map.min() ?? 0, map.max() ?? 0)
    return map.map { high > low ? ($0 - low) / (high - low) : 0 }
  }

  private func naive(_ model: any Model, _ image: Tensor, _ options: ViTCXOptions, class index: Int) throws
    -> (scores: [Float], clusters: Int)
  {
    let size = (image.shape[1], image.shape[2])
    let input = image.reshaped(to: [1, 3, size.0, size.1])
    let layer = options.layer < 0 ? model.descriptor.layerCount + options.layer : options.layer
    let point = ActivationPoint(layer: layer, place: options.point)
    let trace = try model.forward(input, recording: Recording(activations: [point]))
    let tokens = Matrix(try trace.activation(at: point)[0])
    let grid = trace.layout.grid
    let masks = (0..<tokens.columns).map { channel in
      let map = Tensor([grid.rows, grid.columns], trace.layout.patches.map { Float(tokens[$0, channel]) })
      return scaled(BilinearUpsampling(height: size.0, width: size.1)(map).elements.map(Double.init))
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let distances = masks.map { a in masks.map { b in 1 - dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot() } }
    let clusters = linked(distances, below: options.distance)
    let merged = clusters.map { members in
      scaled(masks[0].indices.map { pixel in members.reduce(0) { $0 + masks[$1][pixel] } })
    }
    func probability(_ pixels: [Double]) throws -> Double {
      Double(softmax(try model.logits(Tensor(input.shape, pixels.map(Float.init)))[0].elements)[index])
    }
    let whole = image.elements.map(Double.init)
    let impacts = try merged.enumerated().map { number, mask -> Double in
      var random = SeededRandom(seed: UInt64(options.seed), UInt64(number))
      let noise = whole.indices.map { place in
        options.noise * Double(random.normal()) * (1 - mask[place % mask.count])
      }
      let masked = whole.indices.map { whole[$0] * mask[$0 % mask.count] + noise[$0] }
      return try probability(masked) - probability(zip(whole, noise).map { $0 + $1 }) + probability(whole)
    }
    let map = merged[0].indices.map { pixel -> Double in
      let coverage = merged.reduce(0) { $0 + $1[pixel] }
      let sum = zip(merged, impacts).reduce(0) { $0 + $1.0[pixel] * $1.1 }
      return coverage > 1e-6 ? sum / coverage / Double(merged.count) : 0
    }
    return (PatchCells(grid: grid, height: size.0, width: size.1).means(of: map), clusters.count)
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 11)
    let input = random.normal([2, 3, 12, 12])
    var counts: Set<Int> = []
    for (layer, point, distance, noise) in [
      (-1, Place.firstNorm, 0.1, 0.1), (0, .output, 0.3, 0.5), (1, .secondNorm, 0.0, 0.0),
      (-1, .firstNorm, 2.0, 0.1),
    ] {
      var options = ViTCXOptions()
      (options.layer, options.point, options.distance, options.noise) = (layer, point, distance, noise)
      (options.seed, options.batch) = (4, 5)
      let maps = try ViTCX(options: options).explain(input, targets: .classes([2, 0]), using: model)
      for (image, target, classIndex) in [(0, 0, 2), (1, 1, 0)] {
        let expected = try naive(model, input[image], options, class: classIndex)
        counts.insert(expected.clusters)
        expectClose(
          maps[image][target].scores, expected.scores, within: 1e-5, "\(toy) '\(options.shortestText)'")
      }
    }
    // None merged, all merged, and something in between.
    #expect(counts.contains(12) && counts.contains(1) && counts.contains { (2...11).contains($0) })
  }

  @Test("complete linkage is that of its definition")
  func linkage() {
    var random = SeededRandom(seed: 2)
    for count in [1, 2, 7, 40] {
      var distances = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
      for i in 0..<count {
        for j in 0..<i {
          let distance = Double(random.uniform())
          (distances[i][j], distances[j][i]) = (distance, distance)
        }
      }
      for limit in [0, 0.05, 0.3, 0.7, 2] {
        let found = CompleteLinkage(distances).clusters(below: limit)
        #expect(
          found.sorted { $0[0] < $1[0] } == linked(distances, below: limit).sorted { $0[0] < $1[0] },
          "\(count) below \(limit)")
      }
    }
  }

  @Test("flat channels are masks of nothing, and the map is still finite")
  func flat() throws {
    let cells = PatchCells(grid: PatchGrid(rows: 2, columns: 2), height: 4, width: 4)
    let maps = MaskClusters(ChannelMaps([1, 1, 1, 1, 0, 1, 2, 3], count: 2, cells: cells), distance: 0.1).maps
    #expect(maps.count == 2)
    #expect(maps.mask(0).allSatisfy { $0 == 0 })
  }
}

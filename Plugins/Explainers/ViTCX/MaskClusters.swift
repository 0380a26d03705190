import XAICore
import XAIImage
import XAITensor

/// The masks of channels, those that are alike added up.
struct MaskClusters {
  /// One map a cluster, in the order of the clusters' first channels.
  let maps: ChannelMaps

  /// Clusters the masks by complete linkage on 1 − cosine, merging while that is below `distance`.
  ///
  /// A mask is upsampled before it is compared, but upsampling is linear: m = U·a with a the map that is scaled by the
  /// minimum and maximum of the upsampled one, so that m_i·m_j = aᵢᵀ·(UᵀU)·a_j, of patches and not of pixels.
  init(_ channels: ChannelMaps, distance: Double) {
    let patches = channels.cells.grid.count
    var scaled: [[Double]] = []
    for channel in 0..<channels.count {
      let pixels = channels.upsampled(channel)
      let (low, high) = pixels.withElements { (Double($0.min() ?? 0), Double($0.max() ?? 0)) }
      let map = channels.values[channel * patches..<(channel + 1) * patches]
      scaled.append(map.map { high > low ? (Double($0) - low) / (high - low) : 0 })
    }
    let clusters = CompleteLinkage(Self.distances(scaled, channels.cells)).clusters(below: distance)
    let sums = clusters.flatMap { members in
      (0..<patches).map { patch in Float(members.reduce(0) { $0 + scaled[$1][patch] }) }
    }
    maps = ChannelMaps(sums, count: clusters.count, cells: channels.cells)
  }

  /// 1 − cosine of the upsampled maps; 1 from a map of zeros to any other.
  private static func distances(_ maps: [[Double]], _ cells: PatchCells) -> [[Double]] {
    let down = overlaps(from: cells.grid.rows, to: cells.height)
    let across = overlaps(from: cells.grid.columns, to: cells.width)
    let weighted = maps.map { map in
      multiplied(
        multiplied(map, by: across, stride: 1, cells.grid), by: down, stride: cells.grid.columns, cells.grid)
    }
    func product(_ i: Int, _ j: Int) -> Double {
      maps[i].withUnsafeBufferPointer { a in
        weighted[j].withUnsafeBufferPointer { b in
          var sums = SIMD4<Double>.zero
          let whole = a.count / 4 * 4
          for k in stride(from: 0, to: whole, by: 4) {
            let left = SIMD4(a[k], a[k + 1], a[k + 2], a[k + 3])
            sums += left * SIMD4(b[k], b[k + 1], b[k + 2], b[k + 3])
          }
          var sum = sums.sum()
          for k in whole..<a.count { sum += a[k] * b[k] }
          return sum
        }
      }
    }
    let norms = maps.indices.map { product($0, $0).squareRoot() }
    var distances = maps.map { _ in [Double](repeating: 0, count: maps.count) }
    for i in maps.indices {
      for j in 0..<i {
        let norm = norms[i] * norms[j]
        let distance = norm > 0 ? 1 - product(i, j) / norm : 1
        (distances[i][j], distances[j][i]) = (distance, distance)
      }
    }
    return distances
  }

  /// UᵀU of an upsampling along one dimension.
  private static func overlaps(from count: Int, to length: Int) -> [[Double]] {
    let identity = (0..<count * count).map { $0 % (count + 1) == 0 ? Float(1) : 0 }
    let columns = BilinearUpsampling(height: length, width: 1)(Tensor([count, count, 1], identity))
    let weights = (0..<count).map { columns[$0].elements.map(Double.init) }
    return weights.map { a in weights.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  /// A symmetric matrix times the lines of a map whose entries are `stride` apart.
  private static func multiplied(_ map: [Double], by matrix: [[Double]], stride: Int, _ grid: PatchGrid)
    -> [Double]
  {
    var product = [Double](repeating: 0, count: map.count)
    for start in map.indices where stride == 1 ? start % grid.columns == 0 : start < grid.columns {
      for i in matrix.indices {
        var sum = 0.0
        for j in matrix.indices { sum += matrix[i][j] * map[start + j * stride] }
        product[start + i * stride] = sum
      }
    }
    return product
  }
}

/// Agglomerative clustering by complete linkage: clusters are as far apart as their farthest members.
struct CompleteLinkage {
  private var distances: [[Double]]

  /// Takes a symmetric matrix of distances.
  init(_ distances: [[Double]]) {
    self.distances = distances
  }

  /// Merges the nearest two clusters as long as they are nearer than `limit`.
  consuming func clusters(below limit: Double) -> [[Int]] {
    var members: [[Int]] = distances.indices.map { [$0] }
    var active = Array(distances.indices)
    // The nearest of the clusters behind each.
    var nearest = distances.map { _ in -1 }
    func look(_ i: Int) -> Int {
      active.filter { $0 > i }.min { (distances[i][$0], $0) < (distances[i][$1], $1) } ?? -1
    }
    for i in active { nearest[i] = look(i) }
    while let i = active.filter({ nearest[$0] >= 0 }).min(by: {
      (distances[$0][nearest[$0]], $0) < (distances[$1][nearest[$1]], $1)
    }), distances[i][nearest[i]] < limit {
      let j = nearest[i]
      members[i] += members[j]
      active.removeAll { $0 == j }
      for k in active where k != i {
        let farthest = max(distances[i][k], distances[j][k])
        (distances[i][k], distances[k][i]) = (farthest, farthest)
      }
      // Distances to the merged cluster have only grown: whoever had one of the two as its nearest looks again.
      for k in active where k == i || nearest[k] == i || nearest[k] == j { nearest[k] = look(k) }
    }
    return active.map { members[$0].sorted() }
  }
}

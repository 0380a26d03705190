import XAIFoundation

/// Lloyd's k-means of points by their Euclidean distance, from centres that are points drawn at random.
///
/// A point is nearest to the centre for which |c|² − 2·x·c is least, the first of equally near ones. A centre that is nearest to
/// no point stays where it is.
struct KMeans {
  private let points: [Float]
  private let width: Int
  private(set) var centres: [Float]
  /// How many clusters there are: no more than points.
  let clusters: Int

  /// How far centres may move together, as a sum of squares, where they are at rest.
  private static let tolerance = 1e-4

  /// Draws centres.
  ///
  /// - Parameters:
  ///   - points: one after the other, `width` numbers each.
  ///   - clusters: how many centres; fewer where there are fewer points.
  ///   - seed: which points they are.
  init(_ points: [Float], width: Int, clusters: Int, seed: Int) {
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)))
    var order = Array(0..<points.count / width)
    self.clusters = min(clusters, order.count)
    for place in 0..<self.clusters {
      order.swapAt(place, place + random.index(below: order.count - place))
    }
    (self.points, self.width) = (points, width)
    centres = order.prefix(self.clusters).flatMap { points[$0 * width..<($0 + 1) * width] }
  }

  /// Moves each centre into the mean of the points that it is nearest to; false where that is where it was.
  mutating func improve() -> Bool {
    var sums = [Double](repeating: 0, count: centres.count)
    var counts = [Double](repeating: 0, count: clusters)
    for (point, cluster) in nearest().enumerated() {
      counts[cluster] += 1
      for index in 0..<width { sums[cluster * width + index] += Double(points[point * width + index]) }
    }
    var moved = 0.0
    for place in centres.indices where counts[place / width] > 0 {
      let mean = sums[place] / counts[place / width]
      moved += (mean - Double(centres[place])) * (mean - Double(centres[place]))
      centres[place] = Float(mean)
    }
    return moved > Self.tolerance
  }

  /// The cluster of each point.
  func nearest() -> [Int] {
    let lengths = (0..<clusters).map { cluster in
      centres[cluster * width..<(cluster + 1) * width].reduce(Float(0)) { $0 + $1 * $1 }
    }
    return points.withUnsafeBufferPointer { points in
      centres.withUnsafeBufferPointer { centres in
        (0..<points.count / width).map { point in
          var (best, least) = (0, Float.infinity)
          let x = UnsafeBufferPointer(rebasing: points[point * width..<(point + 1) * width])
          for cluster in 0..<clusters {
            let c = UnsafeBufferPointer(rebasing: centres[cluster * width..<(cluster + 1) * width])
            let distance = lengths[cluster] - 2 * Self.product(x, c)
            if distance < least { (best, least) = (cluster, distance) }
          }
          return best
        }
      }
    }
  }

  /// x·c in eight sums, which a processor adds to at once.
  private static func product(_ x: UnsafeBufferPointer<Float>, _ c: UnsafeBufferPointer<Float>) -> Float {
    var sums = SIMD8<Float>.zero
    let whole = x.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      let place = start * MemoryLayout<Float>.stride
      sums +=
        UnsafeRawBufferPointer(x).loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
        * UnsafeRawBufferPointer(c).loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
    }
    var sum = sums.sum()
    for index in whole..<x.count { sum += x[index] * c[index] }
    return sum
  }

  /// The places at which a centre is largest, ascending; of equal ones the first.
  func largest(_ count: Int, of cluster: Int) -> [Int] {
    let centre = centres[cluster * width..<(cluster + 1) * width]
    return zip(0..., centre).sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(count).map(\.0).sorted()
  }
}

import XAICore
import XAIFoundation
import XAIImage
import XAIMetrics
import XAITensor
import XAITesting
import XAITransformer
import XAIWeights

/// The protocols of perturbation metrics a second time, one element after another.
struct NaivePerturbation {
  /// Where an image stands on the way: which elements [3·H·W] or patches are those of the whole image.
  struct Point {
    let changed: Int
    let isShown: [Bool]
  }

  let metric: String
  let options: [String: String]
  let subject: MetricSubject

  init(_ metric: any Metric, _ subject: MetricSubject) {
    self.metric = metric.descriptor.id
    self.options = Dictionary(uniqueKeysWithValues: metric.options.texts.map { ($0.key, $0.value) })
    self.subject = subject
  }

  private var plane: Int { subject.height * subject.width }
  private var isInsertion: Bool { metric == "insertion" }
  private var unit: String { options["unit"] ?? "" }

  var unitCount: Int {
    unit == "tokens" ? subject.grid.count : unit == "elements" ? 3 * plane : plane
  }

  /// What each unit is ordered by.
  private var values: [Float] {
    unit == "tokens" ? subject.scores : (0..<unitCount).map { subject.map[$0 % plane] }
  }

  /// How many units are changed at each point, found by counting up.
  private var counts: [Int] {
    let step = options["step"] ?? ""
    let number = Int(step.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
    if step.hasPrefix("even") {
      let steps = min(number, unitCount)
      return (0...steps).map { Int((Double($0 * unitCount) / Double(steps)).rounded(.down)) }
    }
    let rowsOfUnits = unit == "elements" ? 3 * subject.height : subject.height
    let perRow = Double(unitCount) / Double(rowsOfUnits)
    let size = (step.hasPrefix("rows") ? Double(number) * perRow : Double(unitCount) / Double(number))
    var (counts, next) = ([0], 0)
    while next < unitCount {
      next = min(next + Int(size.rounded(.up)), unitCount)
      counts.append(next)
    }
    return counts
  }

  var points: [Point] {
    let sign: Float = metric == "negative-perturbation" ? 1 : -1
    let order = values.indices.sorted { (sign * values[$0], $0) < (sign * values[$1], $1) }
    return counts.map { changed in
      let first = Set(order.prefix(changed))
      return Point(
        changed: changed, isShown: (0..<unitCount).map { first.contains($0) == isInsertion })
    }.filter { point in
      options["points"] != "not-whole" || point.isShown.contains(false)
    }.filter { point in
      options["points"] != "not-empty" || point.isShown.contains(true)
    }
  }

  /// The model's input at a point.
  func image(_ point: Point) -> [Float] {
    let whole = subject.preprocessing.normalised(subject.pixels).elements
    let empty = emptyImage(whole)
    return whole.indices.map { point.isShown[$0 % point.isShown.count] ? whole[$0] : empty[$0] }
  }

  private func emptyImage(_ whole: [Float]) -> [Float] {
    var name = options["substrate"] ?? ""
    if name == "rise" { name = isInsertion ? "blur" : "zero" }
    let normalisation = subject.preprocessing.normalisation ?? .half
    return whole.indices.map { index in
      let channel = index / plane
      switch name {
      case "zero": return 0
      case "black": return -normalisation.mean[channel] / normalisation.standardDeviation[channel]
      case "mean":
        return ([0.485, 0.456, 0.406][channel] - normalisation.mean[channel])
          / normalisation.standardDeviation[channel]
      case "lowest": return whole.reduce(whole[0]) { min($0, $1) }
      default: return blurred(whole, at: index)
      }
    }
  }

  /// One value of a convolution with the 121 values of RISE's kernel.
  private func blurred(_ whole: [Float], at index: Int) -> Float {
    let (height, width) = (subject.height, subject.width)
    let (channel, row, column) = (index / plane, index % plane / width, index % width)
    var sum = 0.0
    for (y, line) in Self.kernel.enumerated() {
      for (x, weight) in line.enumerated() {
        let (row, column) = (row + y - 5, column + x - 5)
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        sum += weight * Double(whole[channel * plane + row * width + column])
      }
    }
    return Float(sum)
  }

  /// A Gaussian of σ = 5 that ends 20 from its centre, each value added where mirrors at −½ and 10½ bring it.
  private static let kernel: [[Double]] = {
    func mirrored(_ position: Int) -> Int {
      position < 0 ? mirrored(-1 - position) : position > 10 ? mirrored(21 - position) : position
    }
    var kernel = [[Double]](repeating: [Double](repeating: 0, count: 11), count: 11)
    for y in -20...20 {
      for x in -20...20 {
        kernel[mirrored(5 + y)][mirrored(5 + x)] += Double(exponential(-Double(x * x + y * y) / 50))
      }
    }
    let total = kernel.joined().reduce(0, +)
    return kernel.map { $0.map { $0 / total } }
  }()

  /// The value of scores at the points.
  func area(_ y: [Double]) -> Double {
    let x = points.map { Double($0.changed) / Double(unitCount) }
    var area = 0.0
    for index in 1..<y.count {
      let same = Double(options["area"] == "whole-way" ? counts.count - 1 : y.count - 1)
      let width = options["area"] == "shares" ? x[index] - x[index - 1] : 1 / same
      area += width * (y[index] + y[index - 1]) / 2
    }
    return area * 100
  }
}

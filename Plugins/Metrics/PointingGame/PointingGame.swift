public import XAICore

/// The options of the pointing game.
public struct PointingGameOptions: PluginOptions {
  /// What several pixels with the map's highest value are worth.
  public enum Ties: String, OptionValue, CaseIterable {
    /// The share of them that hit: what one drawn from them is worth on average.
    case mean
    /// A hit where one of them hits.
    case any
  }

  /// How far from the object a pixel may be to hit it, in pixels of the model's input.
  public var tolerance = 0
  /// What several pixels with the highest value are worth.
  public var ties = Ties.mean

  public init() {}

  public static let table: [OptionSpec<Self>] = [
    OptionSpec(
      "tolerance", \.tolerance, "how many pixels from the object still hit it",
      allowed: "a whole number from 0", where: { $0 >= 0 }),
    OptionSpec(
      "ties", \.ties,
      "what several pixels with the highest value are worth: their mean, or a hit where any hits"),
  ]

  /// The protocols of others.
  public static let presets: [Preset<Self>] = [
    .default, .zhang, .quantus,
  ]
}

extension Preset where Options == PointingGameOptions {
  /// The maximum on the object.
  public static var `default`: Self {
    Preset("default", "the maximum on the object") { _ in }
  }

  /// With 15 pixels of tolerance, as Zhang and others have it (2018).
  public static var zhang: Self {
    Preset("zhang", "15 pixels of tolerance, as Zhang et al. 2018") { $0.tolerance = 15 }
  }

  /// A hit where any of the highest pixels hits, as Quantus has it.
  public static var quantus: Self {
    Preset("quantus", "a hit where any of the highest pixels hits, as Quantus has it") { $0.ties = .any }
  }
}

/// The pointing game: whether the map's maximum lies on an object of the class.
///
/// 100 where it does and 0 where it does not. Of several pixels with the highest value the share that hits counts, so that a
/// constant map gets what a random pixel gets.
/// Source: Zhang et al. 2018 (arXiv 1608.00507).
public struct PointingGame: Metric {
  public static let descriptor = MetricDescriptor(
    id: "pointing-game", title: "Pointing Game",
    summary: "How often the map's maximum lies on an object of the class",
    direction: .higher, unit: "%", range: 0...100,
    citation: Citation(
      authors: "Zhang et al.", title: "Top-Down Neural Attention by Excitation Backprop", venue: "IJCV",
      year: 2018, identifier: "arXiv:1608.00507"))

  public let options: PointingGameOptions

  public init(options: PointingGameOptions = PointingGameOptions()) {
    self.options = options
  }

  /// The objects.
  public var needs: MetricNeeds { .objects }

  /// Asks for nothing: the map says it all.
  public func plan(for subject: MetricSubject) -> MetricPlan { .value(value(of: subject)) }

  /// The value of one image, in percent; nil where the image has no object of the class.
  private func value(of subject: MetricSubject) -> MetricValue? {
    guard let pixels = subject.targetPixels, let highest = subject.map.max() else { return nil }
    let target = Target(
      pixels: pixels, height: subject.height, width: subject.width, margin: options.tolerance)
    let maxima = subject.map.indices.filter { subject.map[$0] == highest }
    let hits = maxima.count { target.isHit(by: $0) }
    switch options.ties {
    case .mean: return MetricValue(Double(hits) / Double(maxima.count) * 100)
    case .any: return MetricValue(hits > 0 ? 100 : 0)
    }
  }
}

extension PointingGame {
  /// The pixels of an object and those within a margin around it, by Euclidean distance between their centres.
  struct Target {
    private let height: Int
    private let width: Int
    private let margin: Int
    /// How far each pixel is from the object within its row; none where the row has nothing of it.
    private let distances: [Int?]

    init(pixels: [Bool], height: Int, width: Int, margin: Int) {
      self.height = height
      self.width = width
      // An image has no pixels further apart.
      self.margin = min(margin, height + width)
      self.distances = (0..<height).flatMap { row in
        Self.distances(in: pixels[row * width..<(row + 1) * width])
      }
    }

    /// Two passes, so that a wide margin around every pixel of a constant map costs rows and not discs.
    private static func distances(in row: ArraySlice<Bool>) -> [Int?] {
      var distances = [Int?](repeating: nil, count: row.count)
      for columns in [Array(distances.indices), distances.indices.reversed()] {
        var last: Int?
        for column in columns {
          if row[row.startIndex + column] { last = column }
          guard let last else { continue }
          distances[column] = min(distances[column] ?? .max, abs(column - last))
        }
      }
      return distances
    }

    func isHit(by pixel: Int) -> Bool {
      let (row, column) = (pixel / width, pixel % width)
      return (max(row - margin, 0)...min(row + margin, height - 1)).contains { other in
        guard let distance = distances[other * width + column] else { return false }
        return distance * distance + (other - row) * (other - row) <= margin * margin
      }
    }
  }
}

import ArgumentParser

/// What a run counts.
protocol CountedUnit {
  /// What users call one, and several.
  static var names: (one: String, several: String) { get }
}

/// Steps of a training.
enum Steps: CountedUnit {
  static let names = (one: "step", several: "steps")
}

/// Images of an evaluation.
enum Pictures: CountedUnit {
  static let names = (one: "picture", several: "pictures")
}

/// When a run is to end before its work does: after `90s`, `30min`, `2h` or a count such as `500steps`.
enum StopCondition<Unit: CountedUnit>: ExpressibleByArgument, Equatable {
  case count(Int)
  case seconds(Double)

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let unit = argument.dropFirst(digits.count)
    if unit == Unit.names.one || unit == Unit.names.several {
      guard let count = Int(digits), count > 0 else { return nil }
      self = .count(count)
    } else {
      let factors: [Substring: Double] = ["s": 1, "min": 60, "h": 3600]
      guard let number = Double(digits), let factor = factors[unit], number * factor < 1e9 else { return nil }
      self = .seconds(number * factor)
    }
  }

  /// Whether a run of this many and this long has done enough.
  func isMet(count: Int, seconds: Double) -> Bool {
    switch self {
    case .count(let most): count >= most
    case .seconds(let limit): seconds >= limit
    }
  }
}

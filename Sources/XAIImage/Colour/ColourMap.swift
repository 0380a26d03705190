/// A map from numbers to colours, with the 256 colours of matplotlib's map of that name.
public enum ColourMap: String, Hashable, Sendable, CaseIterable {
  /// Black over red to pale yellow, perceptually uniform.
  case inferno
  /// Black over purple to pale yellow, perceptually uniform.
  case magma
  /// Blue over purple to yellow, perceptually uniform.
  case plasma
  /// Dark violet over green to yellow, perceptually uniform.
  case viridis
  /// Dark blue over grey to yellow, perceptually uniform, and nearly the same to readers with colour-vision deficiency.
  case cividis
  /// A smoother rainbow.
  case turbo
  /// Blue over green to red, the rainbow of many papers on explanations: its lightness has steps that the values don't have.
  case jet
  /// Black to white.
  case grey
  /// Blue over light grey to red.
  case coolwarm
  /// Dark blue over white to dark red; matplotlib's `RdBu_r`.
  case redBlue = "RdBu_r"
  /// Dark purple over white to dark orange; matplotlib's `PuOr_r`.
  case orangePurple = "PuOr_r"
  /// Pure blue over white to pure red; matplotlib's `bwr`.
  case blueWhiteRed = "bwr"

  /// Whether its middle is a neutral colour and its ends are two hues of one strength: a map for signed values, whose zero
  /// is in the middle.
  public var isDiverging: Bool {
    switch self {
    case .coolwarm, .redBlue, .orangePurple, .blueWhiteRed: true
    case .inferno, .magma, .plasma, .viridis, .cividis, .turbo, .jet, .grey: false
    }
  }

  /// Finds a map by its name here or in matplotlib; `gray` is `grey`.
  public init?(name: String) {
    switch name {
    case "gray": self = .grey
    default: self.init(rawValue: name)
    }
  }

  /// The 256 colours, from the lowest value to the highest.
  public var colours: [Colour] { Self.tables[self] ?? [] }

  /// The colour of a value; values outside 0…1 take the colour of the nearer end, NaN that of 0.
  public func colour(of value: Float) -> Colour { colours[Self.index(of: value)] }

  /// The entry of a value: ⌊256 v⌋, and 255 for v = 1, as matplotlib does.
  package static func index(of value: Float) -> Int { value > 0 ? Int(min(value * 256, 255)) : 0 }

  private static let tables: [ColourMap: [Colour]] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, $0.makeTable()) })

  private func makeTable() -> [Colour] {
    switch self {
    case .inferno: Self.table(ColourMapTables.inferno)
    case .magma: Self.table(ColourMapTables.magma)
    case .plasma: Self.table(ColourMapTables.plasma)
    case .viridis: Self.table(ColourMapTables.viridis)
    case .cividis: Self.table(ColourMapTables.cividis)
    case .turbo: Self.table(ColourMapTables.turbo)
    case .jet: Self.table(ColourMapTables.jet)
    case .grey: Self.table(ColourMapTables.grey)
    case .coolwarm: Self.table(ColourMapTables.coolwarm)
    case .redBlue: Self.table(ColourMapTables.redBlue)
    case .orangePurple: Self.table(ColourMapTables.orangePurple)
    case .blueWhiteRed: Self.table(ColourMapTables.blueWhiteRed)
    }
  }

  private static func table(_ hexadecimal: String) -> [Colour] {
    let digits = hexadecimal.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 6).map { start in
      func sample(_ index: Int) -> UInt8 { digits[start + 2 * index] << 4 | digits[start + 2 * index + 1] }
      return Colour(sample(0), sample(1), sample(2))
    }
  }
}

/// An 8-bit RGB colour.
public struct Colour: Hashable, Sendable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8

  /// Makes a colour from its samples.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  package static let white = Colour(255, 255, 255)
  package static let black = Colour(0, 0, 0)
  package static let red = Colour(220, 20, 30)
  package static let yellow = Colour(255, 210, 0)
}

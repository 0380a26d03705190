import ArgumentParser
import XAIFigures
import XAIFoundation

private let formatNames = FigureFormat.allCases.map(\.rawValue)

/// How figures are written: montages, grids, matrices and charts.
///
/// Overlays and heat maps are images, not figures.
struct FigureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file format of figures: \(formatNames.joined(separator: ", ")). Default: png, and svg where Pango and Cairo aren't installed.",
      valueName: "name"), completion: .list(formatNames), transform: namedValue)
  var figureFormat: FigureFormat?

  @Option(
    help: ArgumentHelp("Pixels per inch of figures as PNG and JPEG, which the file states.", valueName: "n"))
  var dpi = Figure.defaultResolution

  @Option(
    help: ArgumentHelp(
      "The width of a figure: 180mm, 18cm, 7in, 510pt, or 1200px at --dpi. Default: as its content needs.",
      valueName: "width"))
  var figureWidth: FigureWidth?

  func validate() throws {
    guard (10...2400).contains(dpi) else {
      throw ValidationError("--dpi is a number from 10 to 2400, not \(shortest(dpi))")
    }
  }

  /// What writes the figures of a run.
  ///
  /// - Throws: where the format was named and needs what isn't installed.
  func writer(isQuiet: Bool) throws(Failure) -> FigureWriter {
    do { try figureFormat?.check() } catch { throw Failure(error) }
    if figureFormat == nil, let reason = Drawing.cairoProblem, !isQuiet {
      StandardError.write(
        "Note: figures are written as SVG, since Pango and Cairo can't be loaded (\(reason)).\n")
    }
    return FigureWriter(
      format: figureFormat ?? .preferred, resolution: dpi, width: figureWidth?.points(resolution: dpi))
  }
}

/// Throws where a figure is to have no column, or more than anybody can see.
func checkColumns(_ count: Int) throws {
  guard (1...100).contains(count) else {
    throw ValidationError("--columns is from 1 to 100, not \(count)")
  }
}

/// A width as users write it.
struct FigureWidth: ExpressibleByArgument {
  private let amount: Double
  /// Points of the unit; nil for pixels, which depend on the resolution.
  private let unit: Double?

  private static let units: [(name: String, points: Double?)] = [
    ("mm", 72 / 25.4), ("cm", 72 / 2.54), ("in", 72), ("pt", 1), ("px", nil),
  ]

  init?(argument: String) {
    guard let unit = Self.units.first(where: { argument.hasSuffix($0.name) }),
      let amount = Double(argument.dropLast(unit.name.count)), amount.isFinite
    else { return nil }
    (self.amount, self.unit) = (amount, unit.points)
    // From a thumbnail to a poster, whatever the resolution.
    guard (20...14_400).contains(points(resolution: 150)) else { return nil }
  }

  func points(resolution: Double) -> Double { amount * (unit ?? 72 / resolution) }
}

/// Writes the figures of a run in one format and at one resolution.
struct FigureWriter {
  let format: FigureFormat
  let resolution: Double
  /// The width of figures in points, where one was asked for.
  let width: Double?

  /// Writes a figure at the width that was asked for, and tells on standard error what is wrong with it.
  ///
  /// - Parameter name: the name of the file without its extension.
  /// - Returns: the path.
  func write(_ drawing: Drawing, in folder: String, name: String, isQuiet: Bool) throws -> String {
    let path = FileSystem.path(folder, "\(name).\(format.fileExtension)")
    let unwritten = try (width.map(drawing.scaled) ?? drawing).write(to: path, resolution: resolution)
    if let advice = Figure.fontAdvice(for: unwritten), !isQuiet {
      StandardError.write("Warning: \(FileName.shown(path)): \(advice)\n")
    }
    return path
  }
}

import XAIFoundation
import XAIImage

/// The file formats of figures; the name is the extension.
public enum FigureFormat: String, Hashable, Sendable, CaseIterable {
  /// Pixels without loss; drawn where Pango is installed.
  case png
  /// Pixels with losses; drawn where Pango is installed.
  case jpeg
  /// Shapes and text, for a browser; needs nothing.
  case svg
  /// Shapes and text, for print; drawn where Pango is installed.
  case pdf

  /// Tells the format to write from the extension of a file name.
  public init?(extensionOf path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let text = name[name.index(after: dot)...].lowercased()
    self.init(rawValue: text == "jpg" ? "jpeg" : text)
  }

  /// What file names end in.
  public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

  /// PNG where Cairo and Pango are installed, else SVG, which needs nothing.
  public static var preferred: FigureFormat { Drawing.cairoProblem == nil ? .png : .svg }

  /// Throws ``DrawingError/noCairo(reason:)`` where the format needs Cairo and there is none.
  public func check() throws(DrawingError) {
    guard self != .svg, let reason = Drawing.cairoProblem else { return }
    throw .noCairo(reason: reason)
  }
}

/// What is the same for every figure.
public enum Figure {
  /// Pixels an inch of figures in pixels.
  public static let defaultResolution = 150.0
  /// Images inside of figures have at most this many pixels per inch, whatever the photograph's.
  static let imageResolution = 300.0

  /// What to do about texts that no font of this system can write in full; nil where there are none.
  public static func fontAdvice(for unwritten: [String]) -> String? {
    guard let first = unwritten.first else { return nil }
    return "no font here has all characters of “\(first)”"
      + (unwritten.count > 1 ? " and \(unwritten.count - 1) more" : "")
      + "; they are drawn as boxes. Install fonts, such as fonts-noto-core and fonts-noto-cjk."
  }
}

extension Drawing {
  /// Writes the drawing to a file in the format of its extension: `.png`, `.jpg`, `.jpeg`, `.svg` or `.pdf`.
  ///
  /// PNG and JPEG state the resolution. The file appears whole or not at all. Throws ``DrawingError``, `ImageError` or
  /// `FileError`.
  ///
  /// - Parameters:
  ///   - path: the file, with the extension.
  ///   - resolution: pixels per inch, for PNG and JPEG.
  /// - Returns: the texts that no font of this system can write in full; see ``Figure/fontAdvice(for:)``.
  @discardableResult
  public func write(to path: String, resolution: Double = Figure.defaultResolution) throws -> [String] {
    guard let format = FigureFormat(extensionOf: path) else {
      throw DrawingError.unknownExtension(file: path)
    }
    let (bytes, unwritten) = try encoded(as: format, resolution: resolution)
    try AtomicFile.write(bytes, to: path)
    return unwritten
  }

  private func encoded(as format: FigureFormat, resolution: Double) throws -> ([UInt8], [String]) {
    switch format {
    case .svg: return (Array(try svg().utf8), [])
    case .pdf: return try pdf()
    case .png, .jpeg:
      let (image, unwritten) = try image(resolution: resolution)
      return (
        format == .png ? try image.png(resolution: resolution) : try image.jpeg(resolution: resolution),
        unwritten
      )
    }
  }
}

/// Why a figure can't be written.
public enum DrawingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Cairo and Pango aren't installed.
  case noCairo(reason: String)
  /// The figure has too many pixels at its resolution.
  case tooLarge(width: Double, height: Double, resolution: Double)
  /// Cairo failed.
  case notDrawn(reason: String)
  /// The name of the file has no extension of a known format.
  case unknownExtension(file: String)

  /// What is wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .noCairo(let reason):
      "figures as PNG, JPEG and PDF are drawn by Pango and Cairo, which can't be loaded (\(reason)). Install them "
        + "(apt-get install libpangocairo-1.0-0, brew install pango), or write SVG."
    case .tooLarge(let width, let height, let resolution):
      "a figure of \(decimal(width / 72 * 25.4, places: 0)) × \(decimal(height / 72 * 25.4, places: 0)) mm at "
        + "\(decimal(resolution, atMost: 1)) pixels per inch is too large. Choose a lower resolution or a smaller figure, or "
        + "write SVG or PDF."
    case .notDrawn(let reason): "the figure can't be drawn: \(reason)."
    case .unknownExtension(let file):
      "\(file): the extension tells no format of figures. Use .png, .jpg, .jpeg, .svg or .pdf."
    }
  }
}

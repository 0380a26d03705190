import XAICore
import XAIFigures
import XAIFoundation

/// A piece of a page that is well-formed by construction: texts in it are escaped, pieces in it are not.
///
/// A template is a string literal: `let cell: HTML = "<td>\(name)</td>"`. What is written in the literal is markup; what is
/// interpolated is text, unless it is itself `HTML`. Names of files and classes come from outside and can't become markup.
struct HTML: ExpressibleByStringInterpolation, Sendable {
  private(set) var markup: String

  init(stringLiteral markup: String) { self.markup = markup }

  init(stringInterpolation: Interpolation) { markup = stringInterpolation.markup }

  /// Pieces one after another.
  init(_ pieces: some Sequence<HTML>) {
    markup = pieces.reduce(into: "") { $0 += $1.markup }
  }

  /// Markup that was not made of interpolated texts, such as a script of the module itself.
  init(trusted markup: String) { self.markup = markup }

  /// The parts of a figure, to stand in an `svg` element.
  init(_ drawing: Drawing) throws { markup = try drawing.svgElements(isMarked: true) }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { markup += literal }

    mutating func appendInterpolation(_ text: String) { markup += escaped(text) }

    mutating func appendInterpolation(_ number: Int) { markup += String(number) }

    mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }

    mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { markup += piece.markup } }

    /// A coordinate of a figure, with two places at most.
    mutating func appendInterpolation(_ coordinate: Double) { markup += decimal(coordinate, atMost: 2) }
  }
}

/// A text as it is written between tags and in quoted attributes.
func escaped(_ text: String) -> String { escapedMarkup(plain(text)) }

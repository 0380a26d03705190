import Testing
import XAITensor

@testable import XAIImage

@Suite struct DrawingTests {
  private func rows(_ character: Character) -> [String] {
    BitmapFont.shared.rows(of: character).map { bits in
      String((0..<5).map { bits >> (4 - $0) & 1 == 1 ? "#" : "." })
    }
  }

  @Test("Every printable character has its own glyph of ten rows")
  func glyphs() {
    let characters = (33..<127).map { Character(Unicode.Scalar($0)) }
    for character in characters {
      #expect(BitmapFont.shared.rows(of: character).count == BitmapFont.glyphHeight)
      #expect(rows(character).contains { $0.contains("#") })
    }
    #expect(Set(characters.map(rows)).count == characters.count)
    #expect(rows("g")[9] == ".###.")  // A descender.
    #expect(rows("T")[0] == "#####")
    #expect(rows("é") == rows("あ"))  // The box of unknown characters.
  }

  @Test("Long texts end in an ellipsis and fit")
  func fitting() {
    #expect(BitmapFont.fitted("rollout", width: 100, scale: 1) == "rollout")
    #expect(BitmapFont.fitted("rollout", width: 29, scale: 1) == "roll…")
    #expect(BitmapFont.fitted("rollout", width: 5, scale: 1) == "…")
    #expect(BitmapFont.fitted("rollout", width: 4, scale: 1) == "")
    for width in 0..<60 {
      let text = BitmapFont.fitted("attention", width: width, scale: 2)
      #expect(BitmapFont.width(of: text, scale: 2) <= width)
    }
  }

  @Test("What falls outside a canvas is left out")
  func clipping() {
    var canvas = Canvas(width: 4, height: 3)
    canvas.fill(Canvas.Rectangle(x: -5, y: 1, width: 100, height: 1), with: .red)
    canvas.draw(Image(width: 9, height: 9, filledWith: .black), x: 3, y: -7)
    canvas.draw("text", x: 50, y: -60, scale: 3)
    for y in 0..<3 {
      for x in 0..<4 { #expect(canvas.image[x, y] == (x == 3 && y < 2 ? .black : y == 1 ? .red : .white)) }
    }
  }

  @Test("A montage places its pictures on the grid")
  func montage() {
    let (black, red) = (
      Image(width: 10, height: 10, filledWith: .black), Image(width: 20, height: 10, filledWith: .red)
    )
    let plain = Montage(rows: [[black, nil], [nil, red]], cellWidth: 20, cellHeight: 20, margin: 4).image()
    #expect(plain.width == 4 + 2 * 24 && plain.height == 4 + 2 * 24)
    #expect(plain[4, 4] == .black && plain[23, 23] == .black && plain[24, 24] == .white)
    #expect(plain[28, 4] == .white)
    // Half as high as its place: in the middle of it.
    #expect(
      plain[28, 32] == .white && plain[28, 33] == .red && plain[47, 42] == .red && plain[47, 43] == .white)
    let labelled = Montage(
      rows: [[black]], columnHeaders: ["one"], rowLabels: ["row"], title: "title", cellWidth: 40,
      cellHeight: 40
    ).image()
    #expect(labelled.width > 40 + 16 && labelled.height > 40 + 16 + 40)
    #expect(Montage(rows: []).image().width > 0)
    // A label of two lines is as wide as its longest line, and stands in the middle of its row.
    let lines = Montage(rows: [[black]], rowLabels: ["I\nI"], cellWidth: 40, cellHeight: 40, textScale: 1)
      .image()
    #expect(lines.width == 8 + 5 + 8 + 40 + 8)
    let inked = (0..<lines.height).filter { y in (8..<13).contains { lines[$0, y] == .black } }
    #expect(inked == Array(18..<26) + Array(30..<38))
  }

  @Test("A montage has a line under each row of pictures for its captions")
  func captions() {
    let black = Image(width: 40, height: 20, filledWith: .black)
    let montage = Montage(
      rows: [[black, black], [black]], captions: [["I", ""], ["I"]], cellWidth: 40, cellHeight: 20, margin: 4,
      textScale: 1
    ).image()
    let line = BitmapFont.glyphHeight + 2
    #expect(montage.width == 4 + 2 * 44 && montage.height == 4 + 2 * (24 + line))
    #expect(montage[4, 4] == .black && montage[4, 28 + line] == .black)
    for top in [24, 48 + line] {
      let under = (top..<top + line).flatMap { y in (0..<montage.width).filter { montage[$0, y] == .black } }
      // The letter is five wide, in the middle of the first place, and the second place has none.
      #expect(!under.isEmpty && under.allSatisfy { (21..<27).contains($0) })
    }
  }

  @Test("Frames mark the extremes of rows or of the whole matrix")
  func matrix() throws {
    var figure = MatrixFigure(values: Tensor([2, 2], [1, 2, 4, 3]))
    figure.textScale = 1
    figure.cellSide = 10
    // The left margin holds a gap, one digit and a gap; the top margin a gap.
    let (left, top) = (4 + 5 + 4, 4)
    func corner(_ image: Image, _ row: Int, _ column: Int) -> Colour {
      image[left + 10 * column, top + 10 * row]
    }
    func colour(_ value: Float) -> Colour { ColourMap.viridis.colour(of: (value - 1) / 3) }
    let perRow = try figure.image()
    #expect([corner(perRow, 0, 0), corner(perRow, 0, 1)] == [.yellow, .red])
    #expect([corner(perRow, 1, 0), corner(perRow, 1, 1)] == [.red, .yellow])
    figure.emphasis = .global
    let global = try figure.image()
    #expect([corner(global, 0, 0), corner(global, 0, 1)] == [.yellow, colour(2)])
    #expect([corner(global, 1, 0), corner(global, 1, 1)] == [.red, colour(3)])
    figure.emphasis = .none
    let plain = try figure.image()
    #expect([corner(plain, 0, 0), corner(plain, 1, 0)] == [colour(1), colour(4)])
  }

  @Test("A constant matrix has no extremes; values that aren't finite are refused")
  func degenerateMatrix() throws {
    let constant = try MatrixFigure(values: Tensor(repeating: 0.5, [1, 3])).image()
    #expect(!constant.pixels.isEmpty)
    #expect(!(0..<constant.width).contains { constant[$0, 10] == .red })
    #expect(throws: FigureError.notFinite(figure: "matrix", row: 0, column: 1)) {
      try MatrixFigure(values: Tensor([1, 2], [1, .nan])).image()
    }
    let extreme = Float.greatestFiniteMagnitude
    #expect(try MatrixFigure(values: Tensor([1, 2], [-extreme, extreme])).image().width > 0)
  }
}

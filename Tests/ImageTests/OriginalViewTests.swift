import Testing
import XAITensor

@testable import XAIImage

/// Maps drawn on the image that a model saw a resized and cropped part of.
@Suite struct OriginalViewTests {
  private static let preprocessings = [
    Preprocessing(resize: .exact(height: 24, width: 24)), Preprocessing(resize: .shortestEdge(24)),
    Preprocessing(resize: .shortestEdge(28), crop: .init(height: 24, width: 24)),
    Preprocessing(resize: .shortestEdge(25), crop: .init(height: 24, width: 24, rounding: .halfToEven)),
    Preprocessing(resize: .cover(height: 32, width: 20), crop: .init(height: 32, width: 20)),
    Preprocessing(resize: .none, crop: .init(height: 24, width: 36)), Preprocessing(resize: .none),
  ]
  private static let extents = [(48, 48), (90, 61), (61, 90), (20, 75), (24, 24)]

  /// Where the centre of a pixel of one axis is in what the model sees, by the definition: scaled, without the margin.
  private func naivePlace(_ index: Int, drawn: Int, resized: Int, crop: Int?, floor: Bool) -> Double? {
    let scaled = (Double(index) + 0.5) / Double(drawn) * Double(resized)
    guard let crop else { return scaled }
    let margin = Double(resized - crop) / 2
    let before = Int(
      floor
        ? margin.rounded(.down) : margin >= 0 ? margin.rounded(.toNearestOrEven) : margin.rounded(.up))
    // In whole numbers, so that a centre on an edge is on the right side of it.
    let seen = 2 * drawn * before..<2 * drawn * (before + crop)
    return seen.contains((2 * index + 1) * resized) ? scaled - Double(before) : nil
  }

  private func naiveValue(_ map: [[Double]], _ y: Double, _ x: Double, _ size: (Double, Double)) -> Double {
    let (rows, columns) = (map.count, map[0].count)
    func ends(_ place: Double, _ length: Double, _ count: Int) -> (Int, Int, Double) {
      let position = min(max(place / length * Double(count) - 0.5, 0), Double(count - 1))
      let lower = Int(position)
      return (lower, min(lower + 1, count - 1), position - Double(lower))
    }
    let (top, bottom, down) = ends(y, size.0, rows)
    let (left, right, across) = ends(x, size.1, columns)
    let above = map[top][left] * (1 - across) + map[top][right] * across
    let below = map[bottom][left] * (1 - across) + map[bottom][right] * across
    return above * (1 - down) + below * down
  }

  @Test("Each pixel has the value that its centre falls on, and what isn't seen is dimmed", arguments: 0..<7)
  func overlay(_ number: Int) throws {
    let preprocessing = Self.preprocessings[number]
    let map = [[0.0, 1, 2], [5, 4, 3], [6, 7, 9], [9, 8, 7]]
    let tensor = Tensor([4, 3], map.joined().map { Float($0) })
    let style = MapStyle(scale: .range(0...9), colourMap: .grey, alpha: 1)
    for (height, width) in Self.extents {
      let view = preprocessing.view(ofHeight: height, width: width)
      let resized = preprocessing.resizedExtent(height: height, width: width)
      let floor = preprocessing.crop?.rounding != .halfToEven
      // At its own size, and at another.
      for (drawnHeight, drawnWidth) in [(height, width), (height * 2 / 3, width / 2)] {
        let image = RGBImage(width: drawnWidth, height: drawnHeight, filledWith: Colour(200, 100, 50))
        let overlay = try image.overlaid(with: tensor, style: style, view: view)
        for y in 0..<drawnHeight {
          let down = naivePlace(
            y, drawn: drawnHeight, resized: resized.height, crop: preprocessing.crop?.height, floor: floor)
          for x in 0..<drawnWidth {
            let across = naivePlace(
              x, drawn: drawnWidth, resized: resized.width, crop: preprocessing.crop?.width, floor: floor)
            let found = overlay[x, y]
            guard let down, let across else {
              // 0.4 × (0.299 × 200 + 0.587 × 100 + 0.114 × 50).
              #expect(found == Colour(50, 50, 50))
              continue
            }
            let value = naiveValue(map, down, across, (Double(view.height), Double(view.width)))
            let exact = min(Int(value / 9 * 256), 255)
            // Or a neighbour, where float32 puts a value on the other side of an edge.
            #expect(
              ColourMap.grey.colours[max(exact - 1, 0)...min(exact + 1, 255)].contains(found), "\(x), \(y)")
          }
        }
      }
    }
  }

  @Test("Overlays on an original are NumPy's", arguments: Golden.shared.overlays.cases.indices)
  func golden(_ number: Int) throws {
    let golden = Golden.shared.overlays
    let expected = golden.cases[number]
    let photograph = try RGBImage(
      width: golden.width, height: golden.photograph.count / 3 / golden.width, pixels: golden.photograph)
    let isSigned = expected.meaning == "signed"
    let map = Tensor([3, 4], isSigned ? golden.scores : golden.scores.map(\.magnitude))
    let upsampling = try #require(MapStyle.Upsampling(rawValue: expected.upsampling))
    let own = upsampling == .bilinear ? BilinearUpsampling(height: 20, width: 24)(map) : map
    let style = MapStyle(
      scale: isSigned ? .centred(own) : .spanning(own), colourMap: ColourMap(name: expected.colourMap),
      alpha: expected.alpha, upsampling: upsampling)
    let view = Preprocessing(resize: .shortestEdge(24), crop: .init(height: 20, width: 24))
      .view(ofHeight: photograph.height, width: photograph.width)
    #expect(view.seen.rows.count * view.seen.columns.count == expected.seen)
    let found = try photograph.overlaid(with: map, style: style, view: view)
    // One of 255, or two where float32 puts a value on the other side of the edge between two colours.
    let distances = zip(found.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    #expect(distances.allSatisfy { $0 <= 2 } && distances.count { $0 == 2 } < distances.count / 100)
  }

  @Test("What the model sees of the image, drawn on, is the overlay on what the model sees")
  func roundTrip() throws {
    // A crop at whole pixels: the part that is cut out of the overlay on the original is the overlay on the part.
    let photograph = try Fixture.scene()
    let preprocessing = Preprocessing(resize: .none, crop: .init(height: 32, width: 40))
    let map = Tensor([4, 5], (0..<20).map { Float(($0 * 7) % 20) })
    let style = MapStyle(scale: .centred(map))
    let view = preprocessing.view(ofHeight: photograph.height, width: photograph.width)
    let seen = view.seen
    #expect((seen.rows, seen.columns) == (7..<39, 10..<50))
    #expect(!view.isWhole)
    let whole = try photograph.overlaid(with: map, style: style, view: view)
    let part = try preprocessing.resizedAndCropped(photograph).overlaid(with: map, style: style)
    #expect(try whole.cropped(x: 10, y: 7, width: 40, height: 32) == part)
  }

  @Test("All of an image is seen where nothing is cropped away, or the crop has a border")
  func whole() {
    #expect(Preprocessing(resize: .exact(height: 9, width: 7)).view(ofHeight: 30, width: 20).isWhole)
    let border = Preprocessing(resize: .none, crop: .init(height: 30, width: 30))
      .view(ofHeight: 10, width: 12)
    #expect(border.isWhole && border.seen == (0..<10, 0..<12))
    #expect(Preprocessing.View.whole(height: 3, width: 4).seen == (0..<3, 0..<4))
  }

  @Test("Values of pixels whose centre lies on an edge of what is seen are those inside of it")
  func edges() {
    // Twelve pixels become four, of which the middle two are seen: 3 to 9.
    let axis = Preprocessing.Axis(side: 12, resized: 4, origin: 1, length: 2)
    #expect((0..<12).filter { axis.place(of: $0, in: 12) != nil } == Array(3..<9))
    // Two pixels of which the first ends, and the second begins, where the part begins.
    let half = Preprocessing.Axis(side: 1, resized: 2, origin: 1, length: 1)
    #expect(half.place(of: 0, in: 1) == 0)
  }
}

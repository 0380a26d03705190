import Foundation
import Testing
import XAICore
import XAIImage
import XAIShapes

/// The image of `docs/datasets/shapes.md` against what is drawn now.
@Suite struct ContactSheetTests {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("docs/images/shapes.png").path

  @Test("shows what is drawn; XAI_WRITE_SHAPES_SHEET=1 draws it anew")
  func sheet() throws {
    let sheet = try contactSheet(Shapes(options: options("size=64")))
    if ProcessInfo.processInfo.environment["XAI_WRITE_SHAPES_SHEET"] == "1" {
      try sheet.write(to: Self.path)
    }
    #expect(try RGBImage(contentsOf: Self.path) == sheet)
  }

  /// A column for each class with four of its scenes, then a row of pairs and the same with their masks outlined.
  private func contactSheet(_ dataset: Shapes) throws -> RGBImage {
    let (train, pairs) = (try dataset.split("train"), try dataset.split("pairs"))
    let columns = try (0..<8).map { shape in
      try (0..<train.count).lazy.filter { train.label($0) == shape }.prefix(4).map { try train.sample($0) }
    }
    let twos = try (0..<8).map { try pairs.sample($0) }
    let rows =
      (0..<4).map { row in columns.map { $0[row].image } } + [twos.map(\.image), try twos.map(outlined)]
    return try grid(rows, gap: 4)
  }

  private func outlined(_ sample: Sample) throws -> RGBImage {
    let (width, height) = (sample.image.width, sample.image.height)
    var pixels = sample.image.pixels
    for mask in sample.objects.compactMap(\.mask) {
      for y in 0..<height {
        for x in 0..<width where !mask.pixels[y * width + x] && mask.isNear(x, y) {
          pixels.replaceSubrange((y * width + x) * 3..<(y * width + x) * 3 + 3, with: [255, 0, 255])
        }
      }
    }
    return try RGBImage(width: width, height: height, pixels: pixels)
  }

  private func grid(_ rows: [[RGBImage]], gap: Int) throws -> RGBImage {
    let side = rows[0][0].width
    let (width, height) = (rows[0].count * (side + gap) - gap, rows.count * (side + gap) - gap)
    var pixels = [UInt8](repeating: 255, count: width * height * 3)
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        for y in 0..<side {
          let start = ((row * (side + gap) + y) * width + column * (side + gap)) * 3
          pixels.replaceSubrange(
            start..<start + 3 * side, with: image.pixels[y * 3 * side..<(y + 1) * 3 * side])
        }
      }
    }
    return try RGBImage(width: width, height: height, pixels: pixels)
  }
}

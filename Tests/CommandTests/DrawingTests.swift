import Foundation
import Testing
import XAI
import XAITesting

/// How `xai explain` draws maps, against what the library makes of the same scores.
@Suite struct DrawingTests {
  private struct Record: Decodable {
    struct Rectangle: Decodable, Equatable {
      let x: Int
      let y: Int
      let width: Int
      let height: Int
    }
    struct Drawing: Decodable {
      let view: String
      let width: Int
      let height: Int
      let seen: Rectangle
      let colourMap: String
      let lowest: Float
      let zero: Float?
      let highest: Float
      let alpha: Double
      let upsampling: String
      let place: Rectangle?
    }
    let scores: [Float]
    let scoreMeaning: ScoreMeaning
    let grid: PatchGrid
    let drawing: Drawing?
    let files: [String: String]
  }

  private func explain(_ folder: TemporaryFolder, _ arguments: String...) throws -> [Record] {
    let result = try XAIProcess.run(
      ["explain", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("out"), "--json"]
        + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8))
    }
  }

  @Test("the overlay is on the image as it is, and the record says how it was drawn")
  func original() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png", width: 70, height: 50)
    let photograph = try folder.image("photo.png")
    for record in try explain(folder, "-e", "gmar", "-e", "lrp", "--output-kind", "overlay,heat-map") {
      let drawing = try #require(record.drawing)
      let isSigned = record.scoreMeaning == .signed
      #expect(drawing.view == "original" && drawing.width == 70 && drawing.height == 50)
      #expect(drawing.seen == .init(x: 0, y: 0, width: 70, height: 50))
      #expect(drawing.colourMap == (isSigned ? "coolwarm" : "inferno"))
      #expect(drawing.alpha == (isSigned ? 0.9 : 0.5) && drawing.upsampling == "bilinear")
      let scores = Tensor([record.grid.rows, record.grid.columns], record.scores)
      let upsampled = BilinearUpsampling(height: 24, width: 20)(scores).elements
      let scale: ColourScale
      if isSigned {
        let bound = upsampled.map(\.magnitude).max() ?? 0
        #expect(drawing.zero == 0 && drawing.lowest == -bound && drawing.highest == bound)
        scale = .symmetric(bound: bound)
      } else {
        #expect(drawing.zero == nil)
        #expect(drawing.lowest == upsampled.min() && drawing.highest == upsampled.max())
        scale = .range(drawing.lowest...drawing.highest)
      }
      let style = MapStyle(scale: scale)
      let expected = try photograph.overlaid(with: scores, style: style, colourBar: true)
      #expect(try RGBImage(contentsOf: #require(record.files["overlay"])) == expected)
      #expect(
        try RGBImage(contentsOf: #require(record.files["heat-map"]))
          == RGBImage(map: scores, style: style, height: 50, width: 70, colourBar: true))
      let place = try #require(drawing.place)
      #expect(place.y == 0 && place.width == 70 && place.height == 50 && expected.width >= place.x + 70)
      #expect(
        try expected.cropped(x: place.x, y: 0, width: 70, height: 50)
          == photograph.overlaid(with: scores, style: style))
    }
  }

  @Test("--view model draws on what the model sees")
  func model() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png", width: 70, height: 50)
    let record = try #require(
      try explain(folder, "-e", "generic-attention", "--view", "model", "--no-colour-bar").first)
    #expect(record.drawing?.place == .init(x: 0, y: 0, width: 20, height: 24))
    #expect(record.drawing?.view == "model" && record.drawing?.height == 24 && record.drawing?.width == 20)
    let overlay = try RGBImage(contentsOf: #require(record.files["overlay"]))
    #expect(overlay.width == 20 && overlay.height == 24)
  }

  @Test("nothing is said of drawing where nothing is drawn")
  func numbersAlone() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let records = try explain(folder, "-e", "gmar", "--output-kind", "map,record")
    #expect(records.count == 1 && records[0].drawing == nil)
  }

  @Test("each kind of scores takes the colour map of its kind, and of none a map is refused")
  func colourMaps() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let records = try explain(
      folder, "-e", "gmar", "-e", "lrp", "-e", "grad-cam:relu=false", "-e",
      "smooth-grad:reduce=sum,samples=2",
      "--colour-map", "magma", "--colour-map", "PuOr_r", "--alpha", "0.25", "--upsampling", "grid")
    #expect(records.map { $0.drawing?.colourMap } == ["magma", "PuOr_r", "PuOr_r", "PuOr_r"])
    // What has no meaningful zero takes the sequential map, also with scores below 0.
    let relative = try #require(
      try explain(folder, "-e", "score-cam:relu=false", "--colour-map", "magma").first)
    #expect(relative.scoreMeaning == .relative && (relative.scores.min() ?? 0) < 0)
    #expect(relative.drawing?.colourMap == "magma" && relative.drawing?.zero == nil)
    #expect(records.allSatisfy { $0.drawing?.alpha == 0.25 && $0.drawing?.upsampling == "grid" })
    for (arguments, words) in [
      (["-e", "lrp", "--colour-map", "magma"], ["magma is a sequential map", "lrp", "coolwarm"]),
      (["-e", "gmar", "--colour-map", "bwr"], ["bwr is a diverging map", "gmar", "magnitudes", "inferno"]),
      (["-e", "vit-cx", "--colour-map", "bwr"], ["bwr is a diverging map", "relative scores", "inferno"]),
      (["-e", "gmar", "--colour-map", "jet", "--colour-map", "magma"], ["jet and magma"]),
    ] {
      let result = try XAIProcess.run(
        ["explain", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("none")]
          + arguments)
      #expect(result.status == 64)
      #expect(words.allSatisfy { result.errors.contains($0) }, "\(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
  }

  @Test("what the colours of signed scores mean is said once, and only of them")
  func note() throws {
    let folder = try TemporaryFolder()
    for seed in 1...2 { try folder.writeImage("photo\(seed).png", seed: seed) }
    func notes(_ explainers: String...) throws -> [Substring] {
      try XAIProcess.run(
        ["explain", "-m", FixtureModel.nonSquare, folder.path("photo1.png"), folder.path("photo2.png"), "-o"]
          + [folder.path("out")] + explainers.flatMap { ["-e", $0] }
      ).errors.split(separator: "\n").filter { $0.contains("signed") }
    }
    #expect(
      try notes("gmar", "lrp", "attnlrp") == [
        "Note: the scores of lrp are signed: red speaks for the class, blue against it, and what is near 0 stays the grey of the photograph."
      ])
    #expect(try notes("gmar", "smooth-grad:samples=2").isEmpty)
  }

  @Test("a map of pixels has their shape, and sums to the map of patches")
  func pixels() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let records = try explain(
      folder, "-e", "attnlrp:at=pixels", "-e", "attnlrp", "--output-kind", "overlay,map,upsampled-map")
    #expect(records[0].grid == PatchGrid(rows: 24, columns: 20) && records[0].scores.count == 480)
    #expect(try NumPyArray(#require(records[0].files["map"])).shape == [24, 20])
    #expect(try NumPyArray(#require(records[0].files["upsampled-map"])).values == records[0].scores)
    for patch in 0..<15 {
      let sum = (0..<480).filter { $0 / 20 / 8 == patch / 5 && $0 % 20 / 4 == patch % 5 }
        .reduce(0.0) { $0 + Double(records[0].scores[$1]) }
      #expect(abs(sum - Double(records[1].scores[patch])) < 1e-4)
    }
  }

  @Test("an image that can't be read twice is drawn on as well")
  func pipe() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png", width: 70, height: 50)
    let pipe = folder.path("pipe.png")
    #expect(mkfifo(pipe, 0o600) == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("photo.png")))
    Thread.detachNewThread { try? bytes.write(to: URL(fileURLWithPath: pipe)) }
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.nonSquare, pipe, "-o", folder.path("out"), "-t", "0", "-e", "gmar",
      "--no-colour-bar")
    #expect(result.status == 0, "\(result.errors)")
    let overlay = try folder.image("out/pipe.gmar.0.overlay.png")
    #expect(overlay.width == 70 && overlay.height == 50)
  }
}

import Foundation
import Testing
import XAIFigures
import XAIImage
import XAITensor

@Suite struct ExplainTests {
  struct Record: Decodable {
    struct Score: Decodable {
      let index: Int
      let label: String
      let probability: Float
    }
    struct Grid: Decodable {
      let rows: Int
      let columns: Int
    }
    let image: String
    let explainer: String
    let target: Score
    let predicted: Score
    let grid: Grid
    let scores: [Float]
    let files: [String: String]
  }

  @Test func anOverlayOfWhatTheModelSees() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("out/deep"),
      "--view", "model", "--no-colour-bar")
    #expect(result.status == 0, "\(result.errors)")
    let name = try #require(folder.names(in: "out/deep").first)
    #expect(folder.names(in: "out/deep").count == 1)
    // The method that leads the tables of docs/choosing.md.
    #expect(name.hasPrefix("photo.attnlrp-preset=vit.") && name.hasSuffix(".overlay.png"))
    #expect(result.output.contains(name))
    let overlay = try folder.image("out/deep/\(name)")
    #expect(overlay.width == 20 && overlay.height == 24)
  }

  @Test("a method that doesn't look at the class says so, once, to those who ask about another class")
  func classAgnostic() throws {
    let folder = try TemporaryFolder()
    for seed in 1...2 { try folder.writeImage("photo\(seed).png", seed: seed) }
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.nonSquare, folder.path("photo1.png"), folder.path("photo2.png"), "-o",
      folder.path("out"), "-e", "attention-rollout", "-e", "gmar", "-t", "predicted", "-t", "top:2")
    #expect(result.status == 0)
    let notes = result.errors.split(separator: "\n").filter { $0.hasPrefix("Note:") }
    #expect(notes == ["Note: attention-rollout gives the same map whatever class is asked about."])
    let plain = try XAIProcess.run(
      "explain", "-m", FixtureModel.nonSquare, folder.path("photo1.png"), "-o", folder.path("out"), "-e",
      "attention-rollout")
    #expect(plain.errors.isEmpty)
  }

  @Test func everyKindOfFileForEveryTargetAndExplainer() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.nonSquare, folder.path("photo.png"), "-o", folder.path("out"), "-e",
      "gmar",
      "-e", "gmar:norm=l2", "-e", "grad-cam", "-t", "hammerhead, hammerhead shark", "-t", "0", "-t", "jay",
      "--output-kind", "overlay,heat-map,map,upsampled-map,record", "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(folder.names(in: "out").count == 3 * 3 * 5)
    let records = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8))
    }
    #expect(records.count == 9)
    #expect(Set(records.map(\.target.index)) == [0, 3, 6])
    #expect(Set(records.map(\.explainer)) == ["gmar", "gmar:norm=l2", "grad-cam"])
    for record in records {
      #expect(record.grid.rows == 3 && record.grid.columns == 5 && record.scores.count == 15)
      let path = try #require(record.files["map"])
      #expect(try NumPyArray(path).shape == [3, 5])
      #expect(try NumPyArray(path).values == record.scores)
      #expect(try NumPyArray(#require(record.files["upsampled-map"])).shape == [24, 20])
      let stored = try Data(contentsOf: URL(fileURLWithPath: #require(record.files["record"])))
      #expect(try JSONDecoder().decode(Record.self, from: stored).scores == record.scores)
    }
  }

  @Test func targetsThatMeetAreWrittenOnce() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "-t", "top:7",
      "-t",
      "predicted", "-t", "2", "--json")
    #expect(result.output.split(separator: "\n").count == 7)
    #expect(folder.names(in: "out").count == 7)
  }

  @Test func montageAndFigures() throws {
    let folder = try TemporaryFolder()
    for index in 0..<12 { try folder.writeImage("photos/p\(index).jpg", seed: index) }
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path("out"), "--montage",
      "--head-weights", "-e", "gmar", "-e", "attention-rollout", "--view", "model")
    #expect(result.status == 0, "\(result.errors)")
    let names = folder.names(in: "out")
    // Twelve images × two overlays and, of GMAR, a figure; ten rows on the first page.
    #expect(names.count == 12 * 3 + 2)
    #expect(result.errors.contains("attention-rollout weights no heads"))
    guard FigureFormat.preferred == .png else { return }
    let (first, second) = (try folder.image("out/montage-1.png"), try folder.image("out/montage-2.png"))
    // The second page holds two rows, and is as large as the first.
    #expect(first.width == second.width && first.height == second.height)
    #expect(first.width >= 3 * 236 && first.height >= 10 * 236)
    let weights = try #require(names.first { $0.contains("head-weights") })
    let figure = try folder.image("out/\(weights)")
    #expect(figure.width > 3 * 40 && figure.height > 3 * 40)
  }

  @Test func equalNamesGetTheirFolder() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("a/same.png", seed: 1)
    try folder.writeImage("b/same.png", seed: 2)
    try folder.writeImage("b/same.jpg", seed: 3)
    try folder.writeImage("b/other.png", seed: 4)
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("a"), folder.path("b"), folder.path("b/same.png"), "-o",
      folder.path("out"), "-t", "0", "-e", "gmar")
    #expect(result.status == 0)
    #expect(
      folder.names(in: "out") == [
        "a_same.gmar.0.overlay.png", "b_same-2.gmar.0.overlay.png", "b_same.gmar.0.overlay.png",
        "other.gmar.0.overlay.png",
      ])
  }

  @Test func anotherInputSizeAndFormat() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "--size",
      "24x12", "-e", "gmar", "-t", "1", "--format", "jpeg", "--alpha", "0.3", "--color-map", "viridis",
      "--view",
      "model", "--quiet", "--no-colour-bar")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.isEmpty)
    let overlay = try folder.image("out/photo.gmar.1.overlay.jpg")
    #expect(overlay.height == 24 && overlay.width == 12)
  }

  @Test func batchesGiveWhatSingleImagesGive() throws {
    let folder = try TemporaryFolder()
    for index in 0..<5 { try folder.writeImage("photos/p\(index).png", seed: index) }
    func scores(batchSize: String) throws -> [[Float]] {
      try XAIProcess.run(
        "explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path("out"), "--json",
        "--batch-size",
        batchSize
      ).output.split(separator: "\n").map {
        try JSONDecoder().decode(Record.self, from: Data($0.utf8)).scores
      }
    }
    let (together, alone) = (try scores(batchSize: "4"), try scores(batchSize: "1"))
    #expect(together.count == 5)
    for (a, b) in zip(together.joined(), alone.joined()) { #expect(abs(a - b) < 1e-6) }
  }

  @Test(.enabled(if: dataFolder != nil, "needs XAI_DATA, the folder of real models and photographs"))
  func aRealModelSeesATench() throws {
    let data = try #require(dataFolder)
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      "explain", "-m", "\(data)/models/vit-tiny-patch16-224", "\(data)/images/photos/n01440764_tench.JPEG",
      "-o",
      folder.path("out"), "--json")
    let record = try JSONDecoder().decode(Record.self, from: Data(result.output.utf8))
    #expect(record.predicted.label.hasPrefix("tench"))
    #expect(record.predicted.probability > 0.9)
    #expect(record.scores.count == 196)
  }
}

/// What `numpy.load` would read of a version 1.0 file of float32.
struct NumPyArray {
  let shape: [Int]
  let values: [Float]

  init(_ path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    try #require(bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]))
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    try #require((10 + length) % 64 == 0 && bytes[9 + length] == UInt8(ascii: "\n"))
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    try #require(header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': ("))
    let inner = header.split(separator: "(")[1].split(separator: ")")[0]
    shape = inner.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    values = stride(from: 10 + length, to: bytes.count, by: 4).map { offset in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) })
    }
    try #require(values.count == shape.reduce(1, *))
  }
}

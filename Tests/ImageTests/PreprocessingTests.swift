import Foundation
import Testing
import XAIFoundation
import XAITensor

@testable import XAIImage

@Suite struct PreprocessingTests {
  static let defaults = Preprocessing(resize: .exact(height: 224, width: 224), normalisation: .half)

  @Test("Hugging Face's processors give the same bytes and tensors", arguments: Golden.shared.huggingFace)
  func huggingFace(expected: Golden.Preprocessed) throws {
    let preprocessing = try Preprocessing(
      huggingFaceJSON: Data(expected.configuration.utf8), defaults: Self.defaults)
    try check(preprocessing, expected)
  }

  @Test("timm's transforms give the same bytes and tensors", arguments: Golden.shared.timm)
  func timm(expected: Golden.Preprocessed) throws {
    try check(Preprocessing(timmJSON: Data(expected.configuration.utf8)), expected)
    // A config.json of the Hub holds the same object under a key.
    let nested = "{\"architecture\": \"vit\", \"pretrained_cfg\": \(expected.configuration)}"
    try check(Preprocessing(timmJSON: Data(nested.utf8)), expected)
  }

  private func check(_ preprocessing: Preprocessing, _ expected: Golden.Preprocessed) throws {
    let scene = try Fixture.scene()
    let picture = try preprocessing.resizedAndCropped(scene)
    #expect(picture.height == expected.height && picture.width == expected.width)
    #expect(SHA256.text(picture.pixels) == expected.sha256)
    let tensor = try preprocessing.tensor(from: scene)
    #expect(tensor.shape == [1, 3, expected.height, expected.width])
    for channel in 0..<3 {
      for (row, values) in zip(expected.rows, expected.values[channel]) {
        for (value, wanted) in zip(tensor[0][channel][row].elements, values) {
          #expect(abs(value - wanted) <= 1e-6 * max(1, abs(wanted)))
        }
      }
    }
  }

  @Test("Normalising inverts denormalising, and unit pixels are x / 255")
  func roundTrip() throws {
    let preprocessing = Preprocessing(resize: .exact(height: 9, width: 11))
    let scene = try Fixture.scene()
    let input = try preprocessing.tensor(from: [scene, scene])
    let unit = try preprocessing.unitPixels(from: [scene, scene])
    let picture = try preprocessing.resizedAndCropped(scene)
    #expect(input.shape == [2, 3, 9, 11])
    for (index, value) in unit[1].elements.enumerated() {
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: 99)
      #expect(value == Float(picture.pixels[3 * pixel + channel]) / 255)
    }
    for (a, b) in zip(preprocessing.denormalised(input).elements, unit.elements) {
      #expect(abs(a - b) < 1e-6)
    }
    for (a, b) in zip(preprocessing.normalised(unit).elements, input.elements) { #expect(abs(a - b) < 1e-6) }
  }

  @Test("Another input size keeps the share of the crop")
  func inputSize() throws {
    let timm = try Preprocessing(timmJSON: Data(#"{"input_size": [3, 224, 224], "crop_pct": 0.9}"#.utf8))
    #expect(timm.resize == .shortestEdge(248))
    let larger = timm.withInputSize(height: 384, width: 384)
    #expect(larger.resize == .shortestEdge(426))  // ⌊384 / 0.9⌋
    #expect(larger.inputSize ?? (0, 0) == (384, 384))
    let wide = timm.withInputSize(height: 224, width: 448)
    #expect(wide.resize == .cover(height: 248, width: 497))
    let exact = Self.defaults.withInputSize(height: 96, width: 64)
    #expect(exact.resize == .exact(height: 96, width: 64))
    let tensor = try exact.tensor(from: Fixture.scene())
    #expect(tensor.shape == [1, 3, 96, 64])
  }

  @Test("Crops place the odd pixel as their library does")
  func crops() {
    typealias Rounding = Preprocessing.CentreCrop.Rounding
    // (h − c) // 2 of Python.
    #expect(
      [(7, 4), (4, 7), (8, 5), (5, 5)].map { Rounding.floor.margin(of: $0, crop: $1) } == [1, -2, 1, 0])
    // int(round((h − c) / 2)) of Python, and a border of (c − h) // 2.
    #expect(
      [(7, 4), (9, 4), (4, 7), (5, 5)].map { Rounding.halfToEven.margin(of: $0, crop: $1) } == [2, 2, -1, 0])
  }

  @Test(
    "Errors name the key",
    arguments: [
      (#"{"resample": 4}"#, "resample"), (#"{"size": {"longest_edge": 3}}"#, "size"),
      (#"{"size": "big"}"#, "size"),
      (#"{"size": 0}"#, "size"), (#"{"size": {"height": 10, "width": 1000000000}}"#, "size"),
      (#"{"image_std": [1, 0, 1]}"#, "image_std"), (#"{"image_mean": [1, 2]}"#, "image_mean"),
      (#"{"do_resize": "yes"}"#, "do_resize"), (#"{"do_center_crop": true}"#, "crop_size"),
      (#"{"rescale_factor": -1}"#, "rescale_factor"), (#"{"crop_pct": 0.9}"#, "crop_pct"),
      (#"{"do_flip_channel_order": true}"#, "do_flip_channel_order"),
      (#"{"image_mean": ["a", 1, 2]}"#, "image_mean"), (#"{"crop_size": {"shortest_edge": 3}}"#, "crop_size"),
    ])
  func huggingFaceErrors(json: String, key: String) {
    let error = #expect(throws: PreprocessingError.self) {
      try Preprocessing(huggingFaceJSON: Data(json.utf8), defaults: Self.defaults)
    }
    #expect(error?.description.contains("\"\(key)") == true)
  }

  @Test(
    "Errors name the key of timm",
    arguments: [
      (#"{"crop_mode": "border"}"#, "crop_mode"), (#"{"interpolation": "random"}"#, "interpolation"),
      (#"{"input_size": [1, 28, 28]}"#, "input_size"), (#"{"crop_pct": 0}"#, "crop_pct"),
      (#"{"std": [0, 1, 1]}"#, "std"),
      (#"{"pretrained_cfg": {"mean": 3}}"#, "pretrained_cfg.mean"),
    ])
  func timmErrors(json: String, key: String) {
    let error = #expect(throws: PreprocessingError.self) { try Preprocessing(timmJSON: Data(json.utf8)) }
    #expect(error?.description.contains("\"\(key)\"") == true)
  }

  @Test("What is no JSON object is refused", arguments: ["", "[]", "{", "null", "\u{0}"])
  func notJSON(text: String) {
    #expect(throws: PreprocessingError.self) { try Preprocessing(timmJSON: Data(text.utf8)) }
    #expect(throws: PreprocessingError.self) {
      try Preprocessing(huggingFaceJSON: Data(text.utf8), defaults: Self.defaults)
    }
  }

  @Test("Pictures that can't share a batch are refused")
  func batches() throws {
    let free = Preprocessing(resize: .none)
    let pictures = [
      Image(width: 3, height: 2, filledWith: .white), Image(width: 2, height: 3, filledWith: .white),
    ]
    #expect(throws: PreprocessingError.unequalExtents(first: "2×3", other: "3×2", index: 1)) {
      try free.tensor(from: pictures)
    }
    #expect(throws: PreprocessingError.noPictures) { try free.tensor(from: []) }
    #expect(throws: PreprocessingError.emptyPicture) {
      try free.tensor(from: Image(width: 0, height: 3, pixels: []))
    }
    #expect(throws: PreprocessingError.tooElongated(picture: "1×100000", resized: "224×22400000")) {
      try Preprocessing(resize: .shortestEdge(224)).tensor(
        from: Image(width: 100_000, height: 1, filledWith: .white))
    }
  }
}

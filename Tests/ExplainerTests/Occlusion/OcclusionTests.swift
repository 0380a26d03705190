import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAIOcclusion
import XAITensor
import XAITesting

/// Occlusion against its formula, pixel by pixel and one image at a time.
@Suite("Occlusion formula") struct OcclusionTests {
  /// The mean over windows that cover a pixel of what is lost with the window hidden, then over patches.
  private func naive(
    _ model: any Model, _ image: Tensor, class index: Int, window: (Int, Int), stride: (Int, Int),
    hidden: Tensor, score: ([Float]) -> Double
  ) throws -> [Float] {
    let (height, width) = (image.shape[1], image.shape[2])
    func value(_ pixels: [Float]) throws -> Double {
      score(try model.logits(Tensor([1, 3, height, width], pixels))[0].elements)
    }
    let whole = try value(image.elements)
    var sums = [Double](repeating: 0, count: height * width)
    var counts = sums
    var top = 0
    while true {
      var left = 0
      while true {
        var pixels = image.elements
        var covered: [Int] = []
        for row in top..<min(top + window.0, height) {
          for column in left..<min(left + window.1, width) { covered.append(row * width + column) }
        }
        for channel in 0..<3 {
          for pixel in covered {
            pixels[channel * height * width + pixel] = hidden.elements[channel * height * width + pixel]
          }
        }
        let lost = whole - (try value(pixels))
        for pixel in covered {
          sums[pixel] += lost
          counts[pixel] += 1
        }
        if left + window.1 >= width { break }
        left += stride.1
      }
      if top + window.0 >= height { break }
      top += stride.0
    }
    let grid = model.descriptor.layout.grid
    return (0..<grid.count).map { patch in
      let (rows, columns) = (height / grid.rows, width / grid.columns)
      var sum = 0.0
      for row in 0..<rows {
        for column in 0..<columns {
          let pixel =
            (patch / grid.columns * rows + row) * width + patch % grid.columns * columns + column
          sum += sums[pixel] / counts[pixel]
        }
      }
      return Float(sum / Double(rows * columns))
    }
  }

  @Test("patches and pixels, probabilities and logits, every fill", arguments: ToyModel.all)
  func formula(_ toy: ToyModel) throws {
    let model = toy.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 4)
    let input = random.normal([2, 3, 12, 12])
    let grid = model.descriptor.layout.grid
    let patch = (12 / grid.rows, 12 / grid.columns)
    func sides(_ count: Int) -> (Int, Int) { (min(count * patch.0, 12), min(count * patch.1, 12)) }
    let cases: [(window: Extent, stride: Extent, pixels: (Int, Int), steps: (Int, Int))] = [
      (.patches(2), .patches(1), sides(2), sides(1)), (.patches(1), .patches(1), sides(1), sides(1)),
      (.pixels(5), .pixels(3), (5, 5), (3, 3)), (.patches(9), .patches(1), (12, 12), sides(1)),
    ]
    for (index, entry) in cases.enumerated() {
      var options = OcclusionOptions()
      (options.window, options.stride, options.batch) = (entry.window, entry.stride, 3)
      options.score = index % 2 == 0 ? .probability : .logit
      options.fill = .fill([.zero, .black, .blur, .mean][index])
      let maps = try Occlusion(options: options).explain(input, targets: .classes([1, 4]), using: model)
      for (image, target, classIndex) in [(0, 1, 4), (1, 0, 1)] {
        let fill = try #require(options.fill.substitute())
        let expected = try naive(
          model, input[image], class: classIndex, window: entry.pixels, stride: entry.steps,
          hidden: fill.input(hiding: input[image], preprocessing: model.descriptor.preprocessing)
        ) { logits in
          options.score == .logit ? Double(logits[classIndex]) : Double(softmax(logits)[classIndex])
        }
        expectClose(
          maps[image][target].scores, expected, within: 1e-5, "\(toy) '\(options.shortestText)'")
      }
    }
  }

  @Test("tokens that are left out are those of the window")
  func tokens() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 5)
    let input = random.normal([1, 3, 12, 12])
    var options = OcclusionOptions()
    (options.window, options.fill, options.score) = (.patches(1), .tokens, .logit)
    let map = try Occlusion(options: options).explain(input, targets: .classes([2]), using: model)[0][0]
    let whole = try model.logits(input)[0].elements[2]
    let expected = try (0..<9).map { patch in
      let kept = (0..<9).filter { $0 != patch }
      return whole - (try model.intervenable().logits(input, under: .keepingPatches([kept]))[0].elements[2])
    }
    expectClose(map.scores, expected, within: 1e-5, "without a patch")
  }

  @Test("finds the side that the evidence is on")
  func evidence() throws {
    let model = EvidenceModel()
    let pixels = Tensor(repeating: 0.9, [1, 3, 16, 16])
    var options = OcclusionOptions()
    options.fill = .fill(.black)
    let map = try Occlusion(options: options).explain(
      model.descriptor.preprocessing.normalised(pixels), targets: .classes([1]), using: model)[0][0]
    for row in 0..<4 {
      #expect(map.scores[4 * row] > 0 && map.scores[4 * row + 3] < 0)
    }
  }

  @Test("what doesn't fit is refused by name")
  func refusals() throws {
    let model = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var options = OcclusionOptions()
    options.stride = .patches(3)
    expectError("stride=3 is out of range") { try Occlusion(options: options).check(fits: model.descriptor) }
    options = OcclusionOptions()
    (options.window, options.stride, options.fill) = (.pixels(5), .pixels(4), .tokens)
    expectError("whole patches of 4 pixels") { try Occlusion(options: options).check(fits: model.descriptor) }
    options.window = .patches(2)
    let limited = LimitedModel(model, to: [])
    expectError("occlusion needs patch-removal") {
      try Occlusion(options: options).check(fits: limited.descriptor)
    }
    #expect(Extent(optionText: "0") == nil && Extent(optionText: "px") == nil)
    #expect(Extent(optionText: "-3px") == nil && Extent(optionText: "7px") == .pixels(7))
  }
}

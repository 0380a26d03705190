import Testing
import XAICore
import XAIDatasets
import XAIImage
import XAITensor
import XAITransformer
import XAIWeights

/// The data set as users know it.
@Suite struct ShapesTests {
  @Test("is registered, with the options of its table")
  func registered() throws {
    let dataset = try Registry(plugins: builtInDatasets).dataset("shapes:size=32,train=3")
    #expect(
      dataset.classNames == ["disc", "square", "triangle", "star", "cross", "ring", "heart", "crescent"])
    #expect(dataset.splitNames == ["train", "validation", "pairs", "mixed"])
    let sample = try dataset.split("train").sample(2)
    #expect(sample.image.width == 32 && sample.image.height == 32)
  }

  @Test("counts are those of the options, and names are six digits")
  func counts() throws {
    let dataset = Shapes(options: try options("train=7,validation=5,pairs=2000000"))
    #expect(try dataset.splitNames.map { try dataset.split($0).count } == [7, 5, 2_000_000, 7])
    #expect(try dataset.split("train").identifier(6) == "train-000006")
    #expect(try dataset.split("pairs").identifier(1_999_999) == "pairs-1999999")
  }

  @Test("mixed scenes have one object or two, and the class of one of them")
  func mixed() throws {
    let mixed = try Shapes(options: options("size=16,train=400")).split("mixed")
    var firsts = 0
    for index in 0..<400 {
      let sample = try mixed.sample(index)
      #expect(sample.objects.count == index % 2 + 1)
      #expect(sample.label == mixed.label(index))
      #expect(sample.objects.contains { $0.classIndex == sample.label })
      if index % 2 == 1, let low = sample.objects.map(\.classIndex).min(), sample.label == low { firsts += 1 }
    }
    // Which of two classes is the label is by chance: 200 throws of a coin.
    #expect((65...135).contains(firsts), "\(firsts)")
  }

  @Test(
    "wrong options are refused",
    arguments: ["size=15", "size=2049", "train=0", "pairs=-1", "clutter=5", "clutter=nan", "seed=x"])
  func wrongOptions(_ text: String) {
    #expect(throws: OptionError.self) { try options(text) }
  }

  @Test("an unknown split is refused with the known ones")
  func unknownSplit() {
    let known = DatasetError.noSplit(
      name: "test", dataset: "shapes", known: ["train", "validation", "pairs", "mixed"])
    #expect(throws: known) { try Shapes().split("test") }
  }

  @Test("the label of a scene is that of its only object, known without drawing it")
  func labels() throws {
    for name in ["train", "validation"] {
      let split = try Shapes(options: options("size=16")).split(name)
      for index in 0..<200 {
        let sample = try split.sample(index)
        #expect(sample.label == split.label(index))
        #expect(sample.objects.map(\.classIndex) == [sample.label])
      }
    }
  }

  @Test("classes are balanced over 4,000 scenes", arguments: ["train", "validation"])
  func balance(_ name: String) throws {
    let split = try Shapes(options: options("train=4000,validation=4000")).split(name)
    var counts = [Int](repeating: 0, count: 8)
    for index in 0..<4_000 { counts[try #require(split.label(index))] += 1 }
    // Binomial with mean 500 and deviation 20.9: four and a half of them.
    for count in counts { #expect((406...594).contains(count), "\(counts)") }
  }
}

/// Options as users write them.
func options(_ text: String) throws -> ShapesOptions {
  let values = try Specification(parsing: "shapes:" + text).values
  return try ShapesOptions(values, of: "shapes")
}

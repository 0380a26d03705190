import Testing
import XAI

/// The data set as users know it.
@Suite struct ShapesTests {
  @Test("is registered, with the options of its table")
  func registered() throws {
    let dataset = try Registry.builtIn().dataset("shapes:size=32,train=3")
    #expect(dataset.classNames.count == 8)
    #expect(dataset.splitNames == ["train", "validation", "pairs"])
    let sample = try dataset.split("train").sample(2)
    #expect(sample.image.width == 32 && sample.image.height == 32)
  }
}

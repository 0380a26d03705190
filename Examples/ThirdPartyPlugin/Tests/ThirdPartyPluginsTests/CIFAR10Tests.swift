import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct CIFAR10Tests {
  /// Batches of two records each; the bytes of a record's planes are the column, the row and the label.
  private func batches() throws -> TemporaryImages {
    let folder = try TemporaryImages()
    for (place, name) in ((1...5).map { "data_batch_\($0)" } + ["test_batch"]).enumerated() {
      let labels = [UInt8(place), UInt8(place + 4)]
      try folder.add(labels.flatMap(record), to: "\(name).bin")
    }
    return folder
  }

  private func record(_ label: UInt8) -> [UInt8] {
    let pixels = 0..<1024
    return [label] + pixels.map { UInt8($0 % 32) } + pixels.map { UInt8($0 / 32) } + pixels.map { _ in label }
  }

  @Test func conforms() throws {
    let (whole, damaged) = (try batches(), try batches())
    try damaged.add([1, 2, 3], to: "data_batch_3.bin")
    DatasetConformance(
      CIFAR10.self, options: CIFAR10Options(path: whole.path),
      damaged: CIFAR10Options(path: damaged.path)
    ).run()
  }

  @Test func planesBecomePixels() throws {
    let folder = try batches()
    let dataset = try #require(
      try Registry.builtIn(adding: [CIFAR10.self]).dataset(folder.path) as? CIFAR10)
    let train = try dataset.split("train")
    #expect(train.count == 10 && train.identifier(3) == "data_batch_2 #1" && train.label(3) == 5)
    #expect(try train.sample(3).image[7, 20] == Colour(7, 20, 5))
    #expect(dataset.classNames[5] == "dog")
  }
}

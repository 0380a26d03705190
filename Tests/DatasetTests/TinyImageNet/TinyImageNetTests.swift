import Testing
import XAICore
import XAITesting
import XAITinyImageNet

@Suite struct TinyImageNetTests {
  @Test("classes in the order of wnids.txt, with the synonyms of words.txt")
  func lists() throws {
    let tiny = try TinyFolder()
    let dataset = try TinyImageNet(options: TinyImageNetOptions(path: tiny.path))
    #expect(dataset.classNames == ["Egyptian cat", "goldfish, Carassius auratus"])
    #expect(dataset.splitNames == ["train", "validation"])
    let (train, validation) = (try dataset.split("train"), try dataset.split("validation"))
    #expect(
      train.identifiers
        == ["n02", "n01"].flatMap { id in (0..<3).map { "train/\(id)/images/\(id)_\($0).JPEG" } })
    #expect(train.labels == [0, 0, 0, 1, 1, 1])
    #expect(validation.identifiers == ["val/images/val_1.JPEG", "val/images/val_0.JPEG"])
    #expect(validation.labels == [1, 0])
  }

  @Test(
    "boxes have both end pixels and grow or shrink with the image",
    arguments: [(64, 64), (32, 32), (128, 48)])
  func boxes(width: Int, height: Int) throws {
    let tiny = try TinyFolder(width: width, height: height)
    let dataset = try TinyImageNet(options: TinyImageNetOptions(path: tiny.path))
    let (across, down) = (Double(width) / 64, Double(height) / 64)
    func object(_ label: Int, _ x: Double, _ y: Double, _ w: Double, _ h: Double) -> [SampleObject] {
      [
        SampleObject(
          classIndex: label, box: BoundingBox(x: x * across, y: y * down, width: w * across, height: h * down)
        )
      ]
    }
    let train = try dataset.split("train")
    #expect(try train.sample(0).objects == object(0, 0, 0, 64, 64))
    #expect(try train.sample(4).objects == object(1, 10, 20, 32, 32))
    #expect(try train.sample(5).objects.isEmpty)
    #expect(try dataset.split("validation").sample(0).objects == object(1, 63, 32, 1, 18))
  }

  @Test("the boxes of training images may be left out")
  func withoutBoxes() throws {
    let tiny = try TinyFolder()
    for id in ["n01", "n02"] { try tiny.folder.remove("train/\(id)/\(id)_boxes.txt") }
    let dataset = try TinyImageNet(options: TinyImageNetOptions(path: tiny.path))
    #expect(try dataset.split("train").sample(0).objects.isEmpty)
  }

  @Test func recognisesItsFolder() throws {
    let tiny = try TinyFolder()
    #expect(TinyImageNet.options(recognising: tiny.path) == TinyImageNetOptions(path: tiny.path))
    #expect(TinyImageNet.options(recognising: tiny.folder.path("train")) == nil)
  }
}

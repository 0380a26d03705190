import Testing
import XAICore
import XAIImageFolder
import XAITesting

@Suite("ImageFolder conformance") struct ImageFolderConformanceTests {
  private func folder(_ names: [String]) throws -> TemporaryImages {
    let folder = try TemporaryImages()
    for name in names { try folder.addImage(name) }
    return folder
  }

  @Test("conforms with and without folders of splits, and without classes")
  func conforms() throws {
    for names in [
      (0..<10).flatMap { ["cat/\($0).png", "dog/\($0).jpg"] },
      ["train/cat/1.png", "train/dog/1.png", "val/dog/2.png", "test/1.png"], ["1.png", "2.png"],
    ] {
      let folder = try folder(names)
      DatasetConformance(ImageFolder.self, options: ImageFolderOptions(path: folder.path, validation: 0.5))
        .run()
    }
  }

  @Test("refuses what is damaged")
  func damaged() throws {
    let (whole, damaged) = (try folder(["cat/1.png"]), try folder(["cat/1.png"]))
    try damaged.add(text: "no image", to: "cat/2.png")
    let (right, wrong) = (ImageFolderOptions(path: whole.path), ImageFolderOptions(path: damaged.path))
    DatasetConformance(ImageFolder.self, options: right, damaged: wrong).run()
  }
}

import Testing
import XAICore
import XAITesting
import XAITinyImageNet

@Suite("TinyImageNet conformance") struct TinyImageNetConformanceTests {
  @Test("conforms")
  func conforms() throws {
    let (whole, damaged) = (try TinyFolder(), try TinyFolder())
    try damaged.folder.add([0xFF, 0xD8, 0xFF], to: "train/n01/images/n01_0.JPEG")
    let (right, wrong) = (TinyImageNetOptions(path: whole.path), TinyImageNetOptions(path: damaged.path))
    DatasetConformance(TinyImageNet.self, options: right, damaged: wrong).run()
  }
}

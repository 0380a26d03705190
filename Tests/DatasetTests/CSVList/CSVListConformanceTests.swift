import Testing
import XAICSVList
import XAICore
import XAITesting

@Suite("CSVList conformance") struct CSVListConformanceTests {
  private let text = """
    file,label,x,y,width,height
    1.png,cat,1,1,4,4
    2.png,dog,0,0,8,6
    3.png,dog,,,,

    """

  @Test("conforms")
  func conforms() throws {
    let (whole, damaged) = (try TemporaryImages(), try TemporaryImages())
    for folder in [whole, damaged] {
      for name in ["1.png", "2.png", "3.png"] { try folder.addImage(name) }
      try folder.add(text: text, to: "labels.csv")
    }
    try damaged.add([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], to: "2.png")
    let (right, wrong) = (CSVListOptions(path: whole.path), CSVListOptions(path: damaged.path))
    DatasetConformance(CSVList.self, options: right, damaged: wrong).run()
  }
}

import Testing
import XAI
import XAIEvaluation
import XAIFoundation

@testable import XAIResults

/// What is kept beside the numbers: who made them, and where objects are.
@Suite struct RunAndOutlineTests {
  private let folder: TestFolder
  private let runs = ["b", "a"].map { RunIdentity(program: "xai 1", command: "xai evaluate \($0)") }

  init() throws { folder = try TestFolder() }

  private func image(_ position: Int, thumbnail: [UInt8]? = [1, 2]) -> ImageResult {
    var image = Made.image(position)
    image.thumbnail = thumbnail
    if thumbnail != nil {
      image.outlines = [
        ObjectOutline(classIndex: 2, path: "M0 0h2"), ObjectOutline(classIndex: 0, path: "M1 1v3"),
      ]
    }
    return image
  }

  @Test("a run is kept once however often it is noted, and the hash does not know it")
  func once() throws {
    let store = try ResultStore(at: folder.file("r"), experiment: Made.experiment())
    try store.add(image(0))
    let before = try ResultStore.results(at: folder.file("r"))
    for run in runs + runs { try store.add(run) }
    let after = try ResultStore.results(at: folder.file("r"))
    #expect(after.runs == runs.sorted() && before.runs.isEmpty)
    #expect(after.contentHash == before.contentHash && after.images == [image(0)])
    #expect(try ResultStore.stream(at: folder.file("r")).runs == runs.sorted())
  }

  @Test("merging joins the runs, and takes outlines where the first has no thumbnail")
  func merging() throws {
    for (name, images, run) in [
      ("a", [image(0, thumbnail: nil), image(3)], runs[0]), ("b", [image(0), image(4)], runs[1]),
    ] {
      let store = try ResultStore(at: folder.file(name), experiment: Made.experiment())
      for image in images { try store.add(image) }
      try store.add(run)
    }
    _ = try ResultStore.merge(
      ["a", "b"].map { folder.file($0) }, into: folder.file("all"), isPartial: true)
    let all = try ResultStore.results(at: folder.file("all"))
    #expect(all.runs == runs.sorted())
    #expect(all.images == [image(0), image(3), image(4)])
  }
}

@Suite struct ObjectOutlineTests {
  /// The edges that a path draws, of length 1.
  private func edges(_ path: String) -> Set<[Int]> {
    var edges: Set<[Int]> = []
    for match in path.matches(of: /M(\d+) (\d+)([hv])(\d+)/) {
      guard let x = Int(match.1), let y = Int(match.2), let count = Int(match.4) else { continue }
      for step in 0..<count {
        edges.insert(match.3 == "h" ? [x + step, y, 0] : [x, y + step, 1])
      }
    }
    return edges
  }

  @Test("an outline is every edge between a pixel of the object and one that is not")
  func edges() throws {
    var random = SeededRandom(seed: 4)
    let (width, height) = (7, 5)
    for _ in 0..<10 {
      let pixels = (0..<width * height).map { _ in random.uniform() < 0.5 }
      func isOn(_ x: Int, _ y: Int) -> Bool {
        (0..<width).contains(x) && (0..<height).contains(y) && pixels[y * width + x]
      }
      var expected: Set<[Int]> = []
      for y in 0...height {
        for x in 0...width {
          if isOn(x, y) != isOn(x, y - 1) { expected.insert([x, y, 0]) }
          if isOn(x, y) != isOn(x - 1, y) { expected.insert([x, y, 1]) }
        }
      }
      let outline = ObjectOutline(of: ObjectRegion(classIndex: 3, pixels: pixels), width: width)
      #expect(edges(outline.path) == expected && outline.classIndex == 3)
    }
    let square = ObjectOutline(of: ObjectRegion(classIndex: 0, pixels: [true, true, true, true]), width: 2)
    #expect(square.path == "M0 0h2M0 2h2M0 0v2M2 0v2")
  }
}

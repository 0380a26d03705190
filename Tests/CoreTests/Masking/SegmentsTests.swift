import Testing
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting

@testable import XAICore

/// What an image is divided into.
@Suite struct SegmentsTests {
  private let preprocessing = Preprocessing(resize: .exact(height: 48, width: 60), normalisation: .half)

  private func segments(_ image: Tensor, _ kind: Segmentation, _ count: Int = 20) -> Segments {
    Segments(
      of: image,
      cells: PatchCells(
        grid: PatchGrid(rows: 4, columns: 5), height: image.shape[1], width: image.shape[2]),
      preprocessing: preprocessing, into: kind, superpixels: count)
  }

  @Test("patches are segments, row by row")
  func patches() {
    let found = segments(Tensor(repeating: 0, [3, 48, 60]), .patches)
    #expect(found.count == 20)
    #expect(found.labels[0] == 0 && found.labels[59] == 4 && found.labels[12 * 60] == 5)
    let scores = (0..<20).map { Double($0 * $0) }
    #expect(found.patchScores(scores) == scores.map(Float.init))
  }

  @Test(
    "superpixels are connected, number each pixel, and are about as many as asked for",
    arguments: [1, 6, 20, 100])
  func connected(_ count: Int) {
    var random = SeededRandom(seed: 3)
    // Large blots under a little noise.
    let coarse = random.normal([3, 4, 5])
    let noise = random.normal([3, 48, 60])
    let image = Tensor(
      [3, 48, 60],
      zip(BilinearUpsampling(height: 48, width: 60)(coarse).elements, noise.elements).map { $0 / 2 + $1 / 50 }
    )
    let found = segments(image, .slic, count)
    #expect(Set(found.labels) == Set((0..<found.count).map(Int32.init)))
    #expect(Double(found.count) > 0.6 * Double(count) && Double(found.count) < 1.6 * Double(count) + 1)
    for label in 0..<Int32(found.count) {
      let pixels = Set(found.labels.indices.filter { found.labels[$0] == label })
      var (reached, edge) = (Set<Int>(), [pixels.min() ?? 0])
      while let pixel = edge.popLast() {
        guard pixels.contains(pixel), reached.insert(pixel).inserted else { continue }
        edge += [pixel - 60, pixel + 60]
        if pixel % 60 > 0 { edge.append(pixel - 1) }
        if pixel % 60 < 59 { edge.append(pixel + 1) }
      }
      #expect(reached.count == pixels.count, "superpixel \(label) is in parts")
    }
  }

  @Test("superpixels end where the colour does")
  func edges() {
    // Two halves that meet at a column which no grid of superpixels has.
    let image = Tensor([3, 48, 60], (0..<3 * 48 * 60).map { $0 % 60 < 23 ? -0.8 : 0.8 })
    let found = segments(image, .slic, 20)
    for label in Set(found.labels) {
      let sides = Set(found.labels.indices.filter { found.labels[$0] == label }.map { $0 % 60 < 23 })
      #expect(sides.count == 1, "superpixel \(label) is on both sides")
    }
    expectClose(found.averaged(image), image, within: 1e-5, "mean colours")
  }

  @Test("frames show the segments of a coalition")
  func frames() {
    var random = SeededRandom(seed: 4)
    let image = random.normal([3, 48, 60])
    let found = segments(image, .patches)
    var coalition = Coalition(count: 20)
    for index in [0, 7, 19] { coalition[index] = true }
    #expect(coalition.shownCount == 3 && coalition.complement.shownCount == 17)
    #expect(Coalition(count: 20, showing: true).complement == Coalition(count: 20))
    let hidden = Tensor(repeating: 5, [3, 48, 60])
    guard case .image(let shown) = found.frames(of: image, hiddenAs: hidden, [coalition])[0].content
    else {
      Issue.record("not an image")
      return
    }
    let frame = shown.tensor([3, 48, 60]).elements
    for index in frame.indices {
      let label = Int(found.labels[index % (48 * 60)])
      #expect(frame[index] == ([0, 7, 19].contains(label) ? image.elements[index] : 5))
    }
    #expect(found.frames(of: image, hiddenAs: nil, [coalition])[0].patchCount == 3)
  }
}

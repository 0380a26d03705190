import Testing
import XAITensor

@testable import XAIImage

@Suite struct BilinearUpsamplingTests {
  private let grid = Tensor([5, 7], Golden.shared.upsampled.grid.flatMap { $0 })

  @Test("Maps are PyTorch's interpolate within 1e-6")
  func pyTorch() {
    for expected in Golden.shared.upsampled.cases {
      let map = BilinearUpsampling(height: expected.height, width: expected.width)(grid)
      #expect(map.shape == [expected.height, expected.width])
      for (value, wanted) in zip(map.elements, expected.values) { #expect(abs(value - wanted) <= 1e-6) }
    }
  }

  @Test("Maps are the sum of hat functions around the half-pixel positions")
  func naive() {
    let (height, width) = (17, 23)
    let map = BilinearUpsampling(height: height, width: width)(grid).elements
    let source = grid.elements
    func hats(_ index: Int, from source: Int, to target: Int) -> [Double] {
      let exact = (Double(index) + 0.5) * Double(source) / Double(target) - 0.5
      let position = min(max(exact, 0), Double(source - 1))
      return (0..<source).map { max(0, 1 - abs(Double($0) - position)) }
    }
    for y in 0..<height {
      let rows = hats(y, from: 5, to: height)
      for x in 0..<width {
        let columns = hats(x, from: 7, to: width)
        var sum = 0.0
        for r in 0..<5 { for c in 0..<7 { sum += rows[r] * columns[c] * Double(source[r * 7 + c]) } }
        #expect(abs(Double(map[y * width + x]) - sum) < 1e-5)
      }
    }
  }

  @Test("Leading dimensions are interpolated one by one")
  func batches() {
    let pair = Tensor([2, 5, 7], grid.elements + grid.elements.map { -$0 })
    let maps = BilinearUpsampling(height: 9, width: 8)(pair)
    #expect(maps.shape == [2, 9, 8])
    #expect(maps[0].elements == BilinearUpsampling(height: 9, width: 8)(grid).elements)
    #expect(maps[1].elements == maps[0].elements.map { -$0 })
  }
}

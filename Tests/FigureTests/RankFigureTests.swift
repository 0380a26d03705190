import Testing

@testable import XAIFigures

@Suite struct RankFigureTests {
  private func figure(_ ranks: [Double], _ difference: Double) -> RankFigure {
    RankFigure(labels: ranks.indices.map { "method \($0)" }, ranks: ranks, criticalDifference: difference)
  }

  @Test("bars cover the longest runs of what is closer than the critical difference")
  func groups() {
    #expect(figure([1, 2, 3, 4], 1.5).groups == [0...1, 1...2, 2...3])
    #expect(figure([1, 1.2, 3.9, 3.9], 1).groups == [0...1, 2...3])
    #expect(figure([3.5, 1, 1.5, 4], 10).groups == [0...3])
    #expect(figure([1, 2, 3], 1).groups == [])
  }

  @Test("everything is within the drawing, names and their ranks included")
  func drawing() throws {
    let drawing = figure([1.25, 3, 2.5, 3.25], 1).drawing()
    let svg = try drawing.svg()
    for index in 0..<4 { #expect(svg.contains("method \(index)")) }
    #expect(svg.contains("critical difference 1.00"))
    for element in drawing.elements {
      guard case .line(let start, let end) = element.content else { continue }
      for point in [start, end] {
        #expect((0...drawing.width).contains(point.x) && (0...drawing.height).contains(point.y))
      }
    }
  }
}

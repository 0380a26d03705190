import Testing
import ThirdPartyPlugins
import XAI
import XAITesting

@Suite struct CentreDistanceTests {
  private func value(_ scores: [Float], rows: Int) throws -> Double {
    let columns = scores.count / rows
    let subject = try MetricSubject(
      pixels: Tensor(repeating: 0.5, [3, rows, columns]), preprocessing: Preprocessing(resize: .none),
      scores: scores, grid: PatchGrid(rows: rows, columns: columns), scoreMeaning: .signed,
      map: minMaxNormalised(scores), classIndex: 0, probability: 1)
    return try #require(try CentreDistance().measure(for: subject)).number
  }

  @Test("single patches are as far as they are, and others count by their scores without sign")
  func distances() throws {
    #expect(try value([0, 0, 0, 0, 2, 0, 0, 0, 0], rows: 3) == 0)
    // A corner's patch of three rows and columns: its centre is two thirds of the way to the corner.
    #expect(abs(try value([-5, 0, 0, 0, 0, 0, 0, 0, 0], rows: 3) - 200.0 / 3) < 1e-9)
    #expect(abs(try value([-1, 0, 0, 0, 3, 0, 0, 0, 0], rows: 3) - 50.0 / 3) < 1e-9)
    // One row: half a column from the left edge, on the middle line.
    #expect(abs(try value([1, 0], rows: 1) - 100 * (0.25 / 2).squareRoot()) < 1e-9)
    #expect(try value([0, 0, 0, 0], rows: 2) == 0)
  }

  @Test func conforms() { MetricConformance(CentreDistance.self).run() }
}

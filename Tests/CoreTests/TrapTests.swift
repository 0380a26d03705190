import Testing
import XAICore
import XAIFoundation
import XAIImage
import XAITensor

/// What can't throw ends the program, and says why, in a release build too: `precondition` would say nothing there.
@Suite struct TrapTests {
  private func expectMessage(_ result: ExitTest.Result, _ message: String) {
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(text.contains("Fatal error: \(message)"), "\(text.prefix(400))")
  }

  @Test func condition() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let found = [Int](repeating: 0, count: CommandLine.argc > 1_000 ? 3 : 2)
      require(found.count == 3, "three are needed, not \(found.count)")
    }
    expectMessage(result, "three are needed, not 2")
  }

  @Test func elements() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([2, 2], [1, 2, 3])
    }
    expectMessage(result, "3 elements do not make a tensor of 2×2")
  }

  @Test func dimension() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = TensorShape([2, 3])[2]
    }
    expectMessage(result, "2×3 has no dimension 2")
  }

  @Test func row() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(repeating: 0, [2, 3])[2]
    }
    expectMessage(result, "2..<3 is outside the 2×3")
  }

  @Test func pixel() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = RGBImage(width: 3, height: 2, filledWith: .black)[3, 0]
    }
    expectMessage(result, "(3, 0) is outside an image of 3×2")
  }

  @Test func layout() async throws {
    let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = TokenLayout(prefix: [], grid: PatchGrid(rows: 2, columns: 2), readout: .classToken)
    }
    expectMessage(result, "a class-token readout needs a class token")
  }
}

import Foundation
import Testing
import XAICore

@Suite struct TokenLayoutTests {
  private let grid = PatchGrid(rows: 2, columns: 3)

  @Test func classToken() {
    let layout = TokenLayout(prefix: [.classToken, .register], grid: grid, readout: .classToken)
    #expect(layout.tokenCount == 8)
    #expect(layout.patches == 2..<8)
    #expect(layout.readoutTokens == [0])
    #expect(layout.readoutWeights == [1, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("registers may stand before the class token")
  func order() {
    let layout = TokenLayout(prefix: [.register, .classToken], grid: grid, readout: .classToken)
    #expect(layout.readoutTokens == [1])
  }

  @Test func meanOfPatches() {
    let layout = TokenLayout(prefix: [.classToken], grid: grid, readout: .meanOfPatches)
    #expect(layout.readoutTokens == Array(1..<7))
    #expect(layout.readoutWeights == [0] + Array(repeating: 1 / 6, count: 6))
  }

  @Test func distilled() {
    let layout = TokenLayout(
      prefix: [.classToken, .distillation], grid: grid, readout: .meanOfClassAndDistillation)
    #expect(layout.readoutWeights == [0.5, 0.5, 0, 0, 0, 0, 0, 0])
  }

  @Test("class token and mean of patches count half each")
  func classAndMeanOfPatches() {
    let layout = TokenLayout(
      prefix: [.classToken, .register], grid: grid, readout: .classAndMeanOfPatches)
    #expect(layout.readoutTokens == [0] + Array(2..<8))
    #expect(layout.readoutWeights == [0.5, 0] + Array(repeating: 0.5 / 6, count: 6))
    #expect(layout.readout.readsPatches)
  }

  @Test("an attention pooling reads its probe, and a block below it the mean of the patches")
  func attentionPooling() throws {
    let layout = TokenLayout(
      prefix: [.probe, .register], grid: grid, readout: .attentionPooling, poolingLayer: 2)
    #expect(layout.readoutTokens == [0] && !layout.readout.readsPatches)
    #expect(layout.readoutWeights == [1] + Array(repeating: 0, count: 7))
    #expect(layout.readoutWeights(ofLayer: 2) == layout.readoutWeights)
    #expect(layout.readoutWeights(ofLayer: 1) == [0, 0] + Array(repeating: 1 / 6, count: 6))
    let data = try JSONEncoder().encode(layout)
    #expect(try JSONDecoder().decode(TokenLayout.self, from: data) == layout)
  }

  @Test func json() throws {
    let layout = TokenLayout(prefix: [.classToken, .register], grid: grid, readout: .classToken)
    let data = try JSONEncoder().encode(layout)
    #expect(try JSONDecoder().decode(TokenLayout.self, from: data) == layout)
    #expect(String(decoding: data, as: UTF8.self).contains("class-token"))
    #expect(grid.description == "2×3")
  }
}

import Synchronization
import Testing
import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage
import XAITensor
import XAITesting
import XAIWeights

@testable import XAIExplore

/// Maps and what is made of them are what the library makes, bit by bit.
struct SessionMapTests {
  @Test(
    arguments: [
      "gmar", "gmar:norm=l2", "attention-rollout", "raw-attention:layer=1,head=2", "grad-cam", "attnlrp",
      "integrated-gradients:steps=5", "occlusion", "rise:masks=40", "generic-attention:contrast=runner-up",
    ], [nil, 3])
  func mapsAreTheLibrarys(_ explainer: String, _ target: Int?) async throws {
    let fixture = try ExploreFixture()
    // Another one first, whose pass is kept, doesn't change it.
    _ = try await fixture.session.map(ExploreMapQuestion(image: "1", explainer: "lrp"))
    var question = ExploreMapQuestion(image: "1", explainer: explainer)
    question.target = target
    let map = try await fixture.session.map(question)
    let expected = try fixture.attribution(explainer, target: target)
    #expect(map.scores == expected.scores)
    #expect(map.grid == expected.grid)
    #expect(map.explainer == expected.explainer)
    #expect(map.kind == expected.scoreMeaning)
    #expect(map.target?.index == expected.classIndex)
    #expect(map.target?.probability == expected.probability)
    #expect(map.headWeights == expected.diagnostics.headWeights)
  }

  @Test func aClassAgainstAnother() async throws {
    let fixture = try ExploreFixture()
    var question = ExploreMapQuestion(image: "1", explainer: "attnlrp:contrast=none")
    (question.target, question.against) = (2, .classIndex(4))
    let map = try await fixture.session.map(question)
    let expected = try fixture.attribution("attnlrp:contrast=4", target: 2)
    #expect(map.scores == expected.scores)
    #expect(map.explainer == "attnlrp:contrast=4")
    question.explainer = "occlusion"
    await #expect(throws: ExploreError.self) { try await fixture.session.map(question) }
  }

  /// Switching heads off changes the map as another model does, and one after the other as both at once.
  @Test func mapsWithoutHeads() async throws {
    let fixture = try ExploreFixture()
    var question = ExploreMapQuestion(image: "1", explainer: "gmar")
    question.target = 1
    let whole = try await fixture.session.map(question)
    let heads: Set = [Intervention.Head(layer: 0, head: 1), Intervention.Head(layer: 1, head: 0)]
    question.removedHeads = heads
    let map = try await fixture.session.map(question)
    #expect(map.scores != whole.scores)
    let model = try #require(fixture.model as? any InspectableModel).removing(heads)
    let expected = try GMARMaps.scores(
      fixture.registry.explainer("gmar"), of: fixture.input, target: 1, by: model)
    #expect(map.scores == expected)
  }

  private enum GMARMaps {
    static func scores(
      _ explainer: any Explainer, of input: Tensor, target: Int, by model: any Model
    ) throws -> [Float] {
      try explainer.explain(input, targets: .classes([target]), using: model)[0][0].scores
    }
  }

  @Test func progressOfManyPasses() async throws {
    let fixture = try ExploreFixture()
    let told = Log<Double>()
    _ = try await fixture.session.map(ExploreMapQuestion(image: "1", explainer: "rise:masks=64")) {
      told.add($0)
    }
    let fractions = told.all
    #expect(fractions.count > 1)
    #expect(fractions == fractions.sorted())
    #expect(fractions.last == 1)
  }

  @Test func agreementIsThatOfTheMaps() async throws {
    let fixture = try ExploreFixture()
    let explainers = ["gmar", "grad-cam", "attention-rollout"]
    let agreement = try await fixture.session.agreement(
      of: explainers.map { ExploreMapQuestion(image: "1", explainer: $0) })
    #expect(agreement == MapAgreement(try explainers.map { try fixture.attribution($0) }))
  }

  @Test func attentionIsTheTraces() async throws {
    let fixture = try ExploreFixture(.registers)
    let trace = try fixture.model.forward(try fixture.input, recording: Recording(attention: .all))
    let layout = trace.layout
    for looker in [ExploreSession.Looker.readout, .patch(4)] {
      let attention = try await fixture.session.attention(image: "1", from: looker)
      #expect(attention.rows.count == attention.layers * attention.heads * layout.grid.count)
      let token = looker == .readout ? layout.readoutTokens[0] : layout.patches.lowerBound + 4
      for layer in 0..<attention.layers {
        let whole = try trace.attention(ofLayer: layer)
        for head in 0..<attention.heads {
          let row = whole[0][head][token].elements
          let start = (layer * attention.heads + head) * layout.grid.count
          #expect(Array(attention.rows[start..<start + layout.grid.count]) == Array(row[layout.patches]))
          let prefix = row[..<layout.patches.lowerBound].reduce(0, +)
          #expect(attention.toPrefix[layer][head] == prefix)
        }
      }
      // Up to the last layer it is the rollout of the explainer of that name.
      if looker == .readout {
        let rollout = try fixture.attribution("attention-rollout").scores
        #expect(Array(attention.rollout.suffix(layout.grid.count)) == rollout)
      }
      #expect(attention.rollout.count == attention.layers * layout.grid.count)
      #expect(attention.gmarWeights == (try fixture.attribution("gmar").diagnostics.headWeights))
    }
    await #expect(throws: ExploreError.self) {
      try await fixture.session.attention(image: "1", from: .patch(9))
    }
  }

  @Test func tokensHaveTheNormsOfTokenNorm() async throws {
    let fixture = try ExploreFixture(.registers)
    let tokens = try await fixture.session.tokens(image: "1")
    #expect(tokens.norms.count == 3)
    for (layer, norms) in tokens.norms.enumerated() {
      #expect(norms == (try fixture.attribution("token-norm:layer=\(layer)").scores))
    }
    #expect(tokens.registers.allSatisfy { $0.count == fixture.model.descriptor.layout.prefix.count })
  }

  /// Behind the last layer the lens says what the model says; a patch that is read alone is a model's whole input.
  @Test(arguments: [ToyModel.classToken, .meanPooled, .distilled, .registers])
  func theLensEndsInTheModel(_ toy: ToyModel) async throws {
    let fixture = try ExploreFixture(toy)
    let lens = try await fixture.session.lens(image: "1", top: 5)
    let logits = try fixture.logits(try fixture.input)
    let last = try #require(lens.layers.last)
    #expect(lens.layers.count == fixture.model.descriptor.layerCount)
    for told in last.readout { #expect(abs(told.logit - logits[told.index]) < 1e-5) }
    #expect(last.patches.count == fixture.model.descriptor.layout.grid.count)
    if toy == .meanPooled {
      // The head is linear behind a norm of each token or of the mean: a single patch is its own mean.
      let inspected = try #require(fixture.model as? any InspectableModel)
      let tokens = Tensor([2, 12], (0..<24).map { Float($0 % 7) - 3 })
      let alone = try inspected.tokenLogits(of: tokens)
      let both = try inspected.tokenLogits(of: tokens[1..<2])
      #expect(alone[1].elements == both[0].elements)
    }
  }

  @Test func filesAreTheMaps() async throws {
    let fixture = try ExploreFixture()
    let question = ExploreMapQuestion(image: "1", explainer: "attnlrp")
    let expected = try fixture.attribution("attnlrp")
    let npy = try await fixture.session.export(question, as: .npy)
    #expect(npy.bytes == NPYFile.bytes(expected.map))
    let png = try await fixture.session.export(question, as: .png)
    let drawn = try RGBImage(decoding: png.bytes)
    let overlay = try expected.overlay(on: fixture.image, seenBy: fixture.model)
    // The image stands above its colour bar, in the middle of a strip that may be wider.
    let left = (drawn.width - overlay.width) / 2
    #expect(
      try drawn.cropped(x: left, y: 0, width: overlay.width, height: overlay.height) == overlay)
    let svg = try await fixture.session.export(question, as: .svg)
    #expect(String(decoding: svg.bytes.prefix(200), as: UTF8.self).contains("<svg"))
    #expect(svg.fileName == "noise.attnlrp.\(expected.classIndex).svg")
  }

  @Test func codeMakesTheMap() async throws {
    let fixture = try ExploreFixture()
    var question = ExploreMapQuestion(image: "1", explainer: "gmar:norm=l2")
    (question.target, question.against) = (3, .runnerUp)
    let code = try await fixture.session.code(for: question)
    #expect(
      code.command
        == "xai explain -m toy-class-token noise.png -e gmar:norm=l2,contrast=runner-up -t index:3")
    #expect(code.swift.contains(#"explainer("gmar:norm=l2,contrast=runner-up")"#))
    #expect(code.swift.contains("target: 3"))
    #expect(code.python.contains(#""explainer": "gmar:norm=l2,contrast=runner-up", "target": 3"#))
    #expect(shellQuoted("a b's") == #"'a b'\''s'"#)
    #expect(shellQuoted("") == "''")
    #expect(ExploreSession.swiftQuoted("a\"b\\\n") == #""a\"b\\\n""#)
  }

  @Test func aModelWithoutATextTowerTakesNoTexts() async throws {
    let fixture = try ExploreFixture()
    await #expect(throws: LoadError.self) { try await fixture.session.model(ofTexts: ["a", "b"]) }
  }
}

import Foundation
import Testing
import XAI
import XAITesting

/// Maps of pixels, `at=pixels`, against captum, lxt and zennit, and against the maps of patches.
@Suite struct PixelMapTests {
  @Test("maps of pixels in their own scale", arguments: GoldenCase.all, ["explainers", "relevance"])
  func golden(_ model: GoldenCase, _ folder: String) throws {
    let golden = try GoldenMaps(folder)
    var count = 0
    try golden.forEach(of: model, on: .preferred) { spec, name, found, expected in
      guard spec.contains("at=pixels") else { return }
      count += 1
      #expect(found.grid == PatchGrid(rows: expected.shape[0], columns: expected.shape[1]))
      #expect(found.grid == PatchGrid(rows: found.inputHeight, columns: found.inputWidth))
      #expect(found.map.shape == expected.shape)
      expectCloseToLargest(found.map, expected, within: 1e-4, name)
    }
    #expect(count >= (folder == "explainers" ? 4 : 3), "\(model.name)")
  }

  @Test("the pixels of a patch sum to its score", arguments: ["hf-vit", "hf-vit-nonsquare", "timm-dinov2"])
  func identity(_ name: String) throws {
    let golden = try #require(GoldenCase.all.first { $0.name == name })
    let model = try golden.model(on: AvailableKernels.preferred.make())
    let (registry, input) = (try Registry.builtIn(), try golden.tensor("input"))
    var ids: Set<String> = []
    for entry in registry.explainers {
      guard let at = entry.options.first(where: { $0.name == "at" && $0.choices.contains("pixels") }) else {
        continue
      }
      #expect(at.choices.contains("patches"), "\(entry.descriptor.id)")
      ids.insert(entry.descriptor.id)
      let more =
        entry.options.contains { $0.name == "reduce" } ? ["reduce=sum", "reduce=abs"] : ["contrast=others"]
      for option in more {
        let (pixels, patches) = (
          try registry.explainer("\(entry.descriptor.id):at=pixels,\(option)"),
          try registry.explainer("\(entry.descriptor.id):at=patches,\(option)")
        )
        #expect(pixels.scoreMeaning == patches.scoreMeaning)
        let (fine, coarse) = (
          try pixels.explain(input, targets: .top(2), using: model),
          try patches.explain(input, targets: .top(2), using: model)
        )
        for (fine, coarse) in zip(fine.joined(), coarse.joined()) {
          #expect(fine.resolution == .pixels && coarse.resolution == .patches)
          // Summed here pixel by pixel, in double precision.
          let grid = coarse.grid
          var sums = [Double](repeating: 0, count: grid.count)
          for (index, score) in fine.scores.enumerated() {
            let (row, column) = (index / fine.grid.columns, index % fine.grid.columns)
            sums[
              row * grid.rows / fine.grid.rows * grid.columns + column * grid.columns / fine.grid.columns] +=
              Double(score)
          }
          let what = "\(entry.descriptor.id), \(option)"
          expectCloseToLargest(
            Tensor([grid.count], sums.map { Float($0) }), Tensor([grid.count], coarse.scores), within: 1e-5,
            what)
          let pooled = fine.pooled
          #expect(pooled.grid == grid && pooled.resolution == .patches)
          expectCloseToLargest(
            Tensor([grid.count], pooled.scores), Tensor([grid.count], coarse.scores), within: 1e-5, what)
        }
      }
    }
    #expect(
      ids == [
        "input-x-gradient", "integrated-gradients", "smooth-grad", "lrp", "attnlrp", "cp-lrp",
        "conservative-propagation",
      ])
  }
}

/// What scores mean, with every option that explainers have.
@Suite struct ScoreMeaningTests {
  /// Options that make an explainer of many passes quick.
  static let quick = [
    "samples": "500", "masks": "60", "steps": "3", "fixations": "3", "designs": "4", "step": "3",
  ]

  @Test("magnitudes are never negative, signed scores are, and what is relative is known", arguments: ids)
  func meaning(_ id: String) throws {
    let registry = try Registry.builtIn()
    let entry = try #require(registry.explainers.first { $0.descriptor.id == id })
    // Every value that can be listed, alone, and every contrast.
    let settings =
      [[]]
      + entry.options.flatMap { option in option.choices.map { [(option.name, $0)] } }
      + (entry.options.contains { $0.name == "relu" } ? [[("relu", "false"), ("contrast", "others")]] : [])
      .filter { pair in entry.options.contains { $0.name == pair[1].0 } }
    for setting in settings {
      let texts =
        setting.map { "\($0.0)=\($0.1)" }
        + entry.options.filter { option in
          Self.quick[option.name] != nil && !setting.contains { $0.0 == option.name || $0.0 == "preset" }
        }.map { "\($0.name)=\(Self.quick[$0.name] ?? "")" }
      let text = texts.isEmpty ? id : "\(id):\(texts.joined(separator: ","))"
      let explainer = try registry.explainer(text)
      var (least, count) = (Float.infinity, 0)
      for name in ["hf-vit", "timm-vit", "timm-dinov2"] {
        let golden = try #require(GoldenCase.all.first { $0.name == name })
        let model = try golden.model(on: AvailableKernels.preferred.make())
        do { try explainer.check(fits: model.descriptor) } catch { continue }
        // Unlikely classes as well, whose logits are negative.
        let maps = try explainer.explain(
          golden.tensor("input"), targets: .top(min(model.descriptor.classCount, 7)), using: model)
        for map in maps.joined() {
          #expect(map.scoreMeaning == explainer.scoreMeaning)
          least = min(least, map.scores.min() ?? 0)
          count += 1
        }
      }
      #expect(count > 0, "\(text) fits none of the models")
      switch explainer.scoreMeaning {
      case .magnitude: #expect(least >= 0, "\(text) declares magnitudes, and gives \(least)")
      case .signed: #expect(least < 0, "\(text) declares signed scores, and gives none below \(least)")
      case .relative: #expect(Self.isRelative(text), "\(text) declares relative scores")
      }
      #expect(Self.isRelative(text) == (explainer.scoreMeaning == .relative), "\(text)")
    }
  }

  /// Those whose formula leaves 0 without a meaning, by hand.
  private static func isRelative(_ text: String) -> Bool {
    text.hasPrefix("vit-cx") || text.hasPrefix("patch-pca")
      || text.hasPrefix("cort") && ["=transport", "=deep", "=two-pass"].contains { text.contains($0) }
      || (text.hasPrefix("rise") || text.hasPrefix("tis")) && text.contains("score=logit")
      || text.hasPrefix("reciprocam") && !text.contains("score=probability")
      || text.hasPrefix("greedy-oracle")
      || text.hasPrefix("score-cam") && text.contains("relu=false")
  }

  @Test("a number added to all logits moves RISE's map of logits, and none whose 0 has a meaning")
  func zero() throws {
    let golden = try #require(GoldenCase.all.first { $0.name == "hf-vit" })
    let model = try golden.model(on: AvailableKernels.preferred.make())
    let moved = MovedLogits(of: model, by: 5)
    for (text, isMoved) in [
      ("rise:score=logit,masks=60", true), ("rise:masks=60", false), ("occlusion:score=logit", false),
      ("kernel-shap:score=logit,samples=500", false), ("lime:score=logit,samples=500", false),
      ("score-cam", false), ("sobol:grid=3,score=logit", false),
      ("hsic:masks=60", false),
    ] {
      let explainer = try Registry.builtIn().explainer(text)
      let maps = try [model, moved].map { model in
        try explainer.explain(golden.tensor("input"), targets: .predicted, using: model)[0][0].scores
      }
      let largest = maps[0].map(\.magnitude).max() ?? 0
      let difference = zip(maps[0], maps[1]).map { abs($0 - $1) }.max() ?? 0
      #expect((difference > 0.1 * largest) == isMoved, "\(text): \(difference) of \(largest)")
      #expect(isMoved || difference < 1e-3 * largest, "\(text): \(difference) of \(largest)")
    }
  }

  static let ids = ((try? Registry.builtIn())?.explainers ?? []).map(\.descriptor.id)
}

/// A model with a number added to all of its logits: with a softmax it answers as before.
private struct MovedLogits: Model {
  let descriptor: ModelDescriptor
  private let base: any Model
  private let amount: Float

  init(of base: any Model, by amount: Float) {
    (self.base, self.amount, descriptor) = (base, amount, base.descriptor)
  }

  func layout(height: Int, width: Int) throws -> TokenLayout { try base.layout(height: height, width: width) }

  func forward(_ input: Tensor, recording: Recording) throws -> ForwardTrace {
    let trace = try base.forward(input, recording: recording)
    return ForwardTrace(
      input: trace.input, layout: trace.layout,
      logits: Tensor(trace.logits.shape, trace.logits.elements.map { $0 + amount }),
      attention: trace.attention, activations: trace.activations, tape: trace.tape)
  }
}

import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAIWeights

/// What `xai inspect` says about a model.
struct ModelSummary: Encodable {
  struct Fit: Encodable {
    let id: String
    /// What the scores of its map mean.
    let scores: ScoreMeaning
    /// Why it does not fit; nil where it does.
    let problem: String?
  }

  /// Layers that work on the same tokens, where not all do.
  struct Stage: Encodable {
    let layers: Int
    let heads: Int
    let width: Int
    let grid: PatchGrid
    /// Rows and columns of the windows that attention stays in; nil where every token attends to every other.
    let window: PatchGrid?
  }

  struct Size: Encodable {
    let height: Int
    let width: Int
  }

  let path: String
  let name: String
  let architecture: String
  let architectureTitle: String
  let layers: Int
  let heads: Int
  let width: Int
  let stages: [Stage]
  let parameters: Int
  let tensors: Int
  let tokens: TokenLayout
  let inputSize: Size?
  let preprocessing: [String]
  let capabilities: [String]
  /// What its layers list, each once, in the order of the forward pass.
  let places: [String]
  let explainers: [Fit]
  let labels: [String]
  let output: OutputMeaning
  /// What a user should know of how it was loaded.
  let notes: [String]
  let kernels: String
  let kernelsAdvice: String?

  init(_ loaded: LoadedModel, registry: Registry) throws {
    let descriptor = loaded.model.descriptor
    path = loaded.directory.path
    name = descriptor.name
    architecture = descriptor.architecture
    architectureTitle =
      registry.models.first { $0.descriptor.id == descriptor.architecture }?.descriptor.title ?? ""
    layers = descriptor.layerCount
    heads = descriptor.headCount
    width = descriptor.width
    stages = descriptor.stages
    parameters = descriptor.parameterCount
    tensors = try loaded.directory.weights().tensors.count
    tokens = descriptor.layout
    inputSize = descriptor.preprocessing.inputSize.map { Size(height: $0.height, width: $0.width) }
    preprocessing = descriptor.preprocessing.steps
    capabilities = descriptor.capabilities.names
    places = descriptor.layers.flatMap(\.places).reduce(into: []) { names, listed in
      if !names.contains(listed.place.rawValue) { names.append(listed.place.rawValue) }
    }
    explainers = registry.explainers.map { entry in
      do {
        try registry.explainer(entry.descriptor.id).check(fits: descriptor)
        return Fit(id: entry.descriptor.id, scores: entry.descriptor.scores, problem: nil)
      } catch {
        // Hints of other errors lead to where the user is already.
        let hasHint = if case ModelError.noClasses = error { true } else { false }
        return Fit(
          id: entry.descriptor.id, scores: entry.descriptor.scores,
          problem: hasHint ? ErrorHints.text(of: error) : "\(error)")
      }
    }
    labels = descriptor.labels
    output = descriptor.output
    notes = descriptor.notes
    kernels = loaded.kernels.name
    kernelsAdvice = EngineOptions.fastKernelsAdvice
  }
}

extension ModelDescriptor {
  /// Layers that work on the same tokens; none where all do.
  fileprivate var stages: [ModelSummary.Stage] {
    let firsts = layout.layers.indices.filter { $0 == 0 || layout.layers[$0].merge != nil }
    return firsts.enumerated().map { index, first in
      let end = index + 1 < firsts.count ? firsts[index + 1] : layerCount
      return ModelSummary.Stage(
        layers: end - first, heads: layers[first].attention?.headCount ?? 0, width: layers[first].width,
        grid: layout.layers[first].grid, window: layout.layers[first].windows?.shape)
    }
  }
}

extension ModelSummary {
  /// The summary as people read it.
  var text: String {
    let explainerLines = (fitting.isEmpty ? ["none fits"] : fitting) + misfits
    let rows: [[String]] =
      [
        [
          "architecture",
          "\(architecture)\(architectureTitle.isEmpty ? "" : " (\(architectureTitle))"): \(layers) layers"
            + (stages.isEmpty
              ? ", \(heads) heads, width \(width)"
              : " in \(stages.count) stage\(stages.count == 1 ? "" : "s")"),
        ]
      ]
      + stageRows
      + [
        ["parameters", "\(grouped(parameters)) in \(grouped(tensors)) tensors"],
        ["tokens", tokenText],
        ["input", inputSize.map { "\($0.height)×\($0.width) pixels" } ?? "of any size"],
      ]
      + preprocessing.map { ["", $0] }
      + [
        ["classes", classText],
        ["gives", capabilities.joined(separator: ", ")],
        ["places", places.joined(separator: ", ")],
      ]
      + explainerLines.enumerated().map { [$0.offset == 0 ? "explainers" : "", $0.element] }
      + notes.enumerated().map { [$0.offset == 0 ? "note" : "", $0.element] }
      + [["kernels", kernels]]
      + (kernelsAdvice.map { [["", "for the fast ones: \($0)"]] } ?? [])
    return "\(name)\n" + table(rows, indent: "  ")
  }

  /// The explainers that fit, by what their scores mean.
  private var fitting: [String] {
    [ScoreMeaning.magnitude, .signed, .relative].compactMap { meaning in
      let ids = explainers.filter { $0.problem == nil && $0.scores == meaning }.map(\.id)
      return ids.isEmpty ? nil : "of \(meaning.text): \(ids.joined(separator: ", "))"
    }
  }

  /// What doesn't fit and why; a reason that several explainers share is given once.
  private var misfits: [String] {
    var reasons: [(text: String, ids: [String])] = []
    for fit in explainers {
      guard let problem = fit.problem else { continue }
      let text = problem.hasPrefix("\(fit.id) ") ? String(problem.dropFirst(fit.id.count + 1)) : problem
      if let index = reasons.firstIndex(where: { $0.text == text }) {
        reasons[index].ids.append(fit.id)
      } else {
        reasons.append((text, [fit.id]))
      }
    }
    return reasons.map { reason in
      reason.ids.count == 1
        ? "\(reason.ids[0]) doesn't fit: it \(reason.text)"
        : "\(reason.ids.joined(separator: ", ")) don't fit: each \(reason.text)"
    }
  }

  /// One row a stage: its layers, counted from 0, and what they work on.
  private var stageRows: [[String]] {
    var first = 0
    return stages.enumerated().map { index, stage in
      defer { first += stage.layers }
      let window = stage.window.map { "windows of \($0)" } ?? "one window"
      let layers = stage.layers == 1 ? "layer \(first)" : "layers \(first) to \(first + stage.layers - 1)"
      return [
        index == 0 ? "stages" : "",
        "\(layers): \(stage.grid) tokens in \(window), \(stage.heads) heads, width \(stage.width)",
      ]
    }
  }

  private var tokenText: String {
    if let last = stages.last {
      return
        "\(tokens.tokenCount): \(tokens.grid) patches; logits from the mean of the last \(last.grid) tokens"
    }
    let prefix = tokens.prefix.map(\.rawValue).joined(separator: ", ")
    return "\(tokens.tokenCount): \(prefix.isEmpty ? "" : "\(prefix), then ")\(tokens.grid) patches; "
      + "\(output == .none ? "features" : "logits") from the \(readout)"
  }

  private var readout: String {
    switch tokens.readout {
    case .classToken: "class token"
    case .meanOfPatches: "mean of the patches"
    case .meanAndMaximumOfPatches: "mean and the maximum of the patches, one half each"
    case .meanOfClassAndDistillation:
      output == .none
        ? "mean of the class and the distillation token"
        : "mean of two heads, on the class and the distillation token"
    case .classAndMeanOfPatches: "class token and the mean of the patches, side by side"
    case .attentionPooling: "probe, which attends to the patches in the last layer"
    }
  }

  private var classText: String {
    let shown = labels.prefix(3).enumerated().map { "\($0) \(FileName.shown($1))" }.joined(separator: "; ")
    let rest = labels.count > 3 ? "; … (--labels prints all)" : ""
    if output == .none { return output.summary }
    return "\(grouped(labels.count)): \(shown)\(rest)" + (output == .softmax ? "" : "; \(output.summary)")
  }
}

import XAICore
import XAIFoundation

extension ModelSummary {
  /// The summary as people read it.
  var text: String {
    func fitting(_ scores: ScoreMeaning) -> String {
      explainers.filter { $0.problem == nil && $0.scores == scores }.map(\.id).joined(separator: ", ")
    }
    let misfits = explainers.compactMap { fit in fit.problem.map { ["", "\(fit.id) doesn't fit: \($0)"] } }
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
        ["explainers", "of magnitudes: \(fitting(.magnitude))"],
        ["", "of signed scores: \(fitting(.signed))"],
      ]
      + misfits
      + [["kernels", kernels]]
      + (kernelsAdvice.map { [["", "for the fast ones: \($0)"]] } ?? [])
    return "\(name)\n" + table(rows, indent: "  ")
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
      + "logits from the \(readout)"
  }

  private var readout: String {
    switch tokens.readout {
    case .classToken: "class token"
    case .meanOfPatches: "mean of the patches"
    case .meanOfClassAndDistillation: "mean of two heads, on the class and the distillation token"
    case .classAndMeanOfPatches: "class token and the mean of the patches, side by side"
    }
  }

  private var classText: String {
    let shown = labels.prefix(3).enumerated().map { "\($0) \($1)" }.joined(separator: "; ")
    let rest = labels.count > 3 ? "; … (--labels prints all)" : ""
    let meaning: String
    switch output {
    case .softmax: meaning = ""
    case .sigmoidPerClass: meaning = "; each may be there or not (sigmoid)"
    case .sigmoid: meaning = "; there or not (sigmoid)"
    case .regression: meaning = "; plain numbers, no probabilities"
    case .none: return "none: a backbone without a classifier"
    }
    return "\(grouped(labels.count)): \(shown)\(rest)\(meaning)"
  }
}

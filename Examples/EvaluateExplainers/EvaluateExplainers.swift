import ArgumentParser
import XAI
import XAIFoundation

/// Judges explainers on the images of a data set, and writes a table and a page.
@main struct EvaluateExplainers: ParsableCommand {
  @Argument(help: "A model directory of Hugging Face or timm.") var model: String
  @Argument(help: "A data set or a folder of images.") var data: String
  @Argument(help: "The database of results; running it again resumes.") var results: String
  @Argument(help: "The page that is written.") var page: String
  @Option(help: "The split of the data set; its first by default.") var split: String?
  @Option(help: "Images that are drawn.") var sample = 20
  @Option(parsing: .upToNextOption, help: "Explainers with their options.")
  var explainers = ["attention-rollout", "gmar", "grad-cam", "random"]
  @Option(parsing: .upToNextOption, help: "Metrics with their options.")
  var metrics = ["average-drop", "insertion", "deletion"]

  func run() throws {
    let registry = try Registry.builtIn()
    let kernels = try KernelSelection.makeKernels()
    let directory = try ModelDirectory(model)
    let dataset = try registry.dataset(data)
    let split = try dataset.split(split ?? dataset.splitNames[0])

    // Everything is checked here: what does not fit is refused by name before any arithmetic.
    let evaluation = try Evaluation(
      model: registry.loadModel(directory, LoadRequest(kernels: kernels)),
      data: EvaluationData(dataset, split: split, count: sample),
      explainers: explainers.map(registry.explainer), metrics: metrics.map(registry.metric))

    let store = try ResultStore(
      at: results,
      experiment: evaluation.experiment(modelHash: directory.contentHash(), kernels: kernels.name))
    try evaluation.run(into: store) { event in
      if case .image(let result) = event { print(result.identifier) }
    }

    let report = try Report(of: [Report.Source(name: results, results: ResultStore.results(at: results))])
    print(try report.text(as: .terminal))
    try AtomicFile.write(report.text(as: .html).utf8, to: page)
  }
}

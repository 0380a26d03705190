import XAICore
import XAIFigures
import XAIFoundation
import XAITraining

/// The history of a training as a table and as a figure, beside the model.
struct Reports {
  private let folder: String
  private let title: String
  private let epochs: Double

  private let figures: FigureWriter
  private let isQuiet: Bool
  private let names: (table: String, figure: String)

  init(_ plan: TrainPlan) {
    figures = plan.figures
    isQuiet = plan.command.quiet
    names = ("history.csv", "training.\(plan.figures.format.fileExtension)")
    folder = plan.task.folder
    title = "\(plan.task.model.descriptor.name) on \(FileName.shown(plan.command.data))"
    epochs = plan.task.recipe.epochs
  }

  /// Writes both, and gives the names of the training's files that are there.
  @discardableResult
  func write(_ history: History) throws -> [String] {
    try AtomicFile.write(history.csv.utf8, to: path(names.table))
    _ = try figures.write(figure(of: history), in: folder, name: "training", isQuiet: isQuiet)
    let all = [
      "config.json", "preprocessor_config.json", "model.safetensors", "training.json", names.table,
      names.figure,
    ]
    return all.filter(isThere)
  }

  /// Writes what is not there: a run that was killed between the model and these left it out.
  func writeMissing(_ history: History) throws {
    guard !isThere(names.table) || !isThere(names.figure) else { return }
    try write(history)
  }

  private func figure(of history: History) -> Drawing {
    func series(
      _ name: String, _ value: KeyPath<History.Row, Double?>, hasMarkers: Bool = false
    ) -> LineChart.Series {
      // Rows without a validation would cut its curve in pieces.
      let rows = hasMarkers ? history.rows.filter { $0[keyPath: value] != nil } : history.rows
      return LineChart.Series(
        name, rows.map { LineChart.Point($0.epoch, $0[keyPath: value]) }, hasMarkers: hasMarkers)
    }
    let isJudged = history.lastValidation != nil
    let loss =
      [series("training", \.trainingLoss)]
      + (isJudged ? [series("validation", \.validationLoss, hasMarkers: true)] : [])
    let accuracy =
      [series("training", \.trainingAccuracy)]
      + (isJudged ? [series("validation", \.validationAccuracy, hasMarkers: true)] : [])
    var chart = LineChart(
      title: title, horizontalName: "epoch",
      panels: [.init("loss", loss), .init("accuracy", accuracy, range: 0...1)], horizontalRange: 0...epochs)
    if let width = figures.width { chart.width = width }
    return chart.drawing()
  }

  private func path(_ name: String) -> String { FileSystem.path(folder, name) }

  private func isThere(_ name: String) -> Bool { FileSystem.kind(of: path(name)) != nil }
}

import XAICore
import XAIFoundation
import XAIImage
import XAITensor
import XAITraining

/// The history of a training as a table and as a figure, beside the model.
struct Reports {
  private let folder: String
  private let title: String
  private let epochs: Double

  private static let names = (table: "history.csv", figure: "training.png")

  init(_ plan: TrainPlan) {
    folder = plan.task.folder
    title = "\(plan.task.model.descriptor.name) on \(FileName.shown(plan.command.data))"
    epochs = plan.task.recipe.epochs
  }

  /// Writes both, and gives the names of the training's files that are there.
  @discardableResult
  func write(_ history: History) throws -> [String] {
    try AtomicFile.write(history.csv.utf8, to: path(Self.names.table))
    try figure(of: history).image().write(to: path(Self.names.figure))
    let all = [
      "config.json", "preprocessor_config.json", "model.safetensors", "training.json", Self.names.table,
      Self.names.figure,
    ]
    return all.filter(isThere)
  }

  /// Writes what is not there: a run that was killed between the model and these left it out.
  func writeMissing(_ history: History) throws {
    guard !isThere(Self.names.table) || !isThere(Self.names.figure) else { return }
    try write(history)
  }

  private func figure(of history: History) -> LineChart {
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
    return LineChart(
      title: title, horizontalName: "epoch",
      panels: [.init("loss", loss), .init("accuracy", accuracy, range: 0...1)], horizontalRange: 0...epochs)
  }

  private func path(_ name: String) -> String { FileSystem.path(folder, name) }

  private func isThere(_ name: String) -> Bool { FileSystem.kind(of: path(name)) != nil }
}

import Foundation
import Testing
import XAIFigures
import XAIImage

@Suite struct TrainTests {
  private static let files = [
    "config.json", "history.csv", "model.safetensors", "preprocessor_config.json", "training.json",
    "training.\(FigureFormat.preferred.fileExtension)",
  ]

  @Test func aModelFromScratch() throws {
    let fixture = try TrainingFixture()
    let result = try XAIProcess.run(fixture.arguments("out"))
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.first?.contains("24 images of 2 classes, 12 for validation; 60 steps of 8") == true)
    #expect(lines.count { $0.hasPrefix("epoch ") } == 20)
    #expect(lines.contains { $0.hasPrefix("epoch 20: loss 0.") && $0.contains("; validation loss 0.") })
    #expect(lines.contains { $0.contains("60 steps in ") && $0.contains("validation accuracy 100.0 %") })
    #expect(fixture.folder.names(in: "out") == Self.files)
    let table = String(decoding: try fixture.bytes("out/history.csv"), as: UTF8.self).split(separator: "\n")
    #expect(
      table.first
        == "step,epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy")
    #expect(table.last?.hasPrefix("60,20.0,") == true)
    if FigureFormat.preferred == .png {
      #expect(try fixture.folder.image("out/training.png").width == 958)
    }
    let explained = try XAIProcess.run(
      "explain", "-m", fixture.output("out"), fixture.data + "/val/red/0.png", "-o", fixture.output("maps"))
    #expect(explained.output.contains(": red (class 1)"), "\(explained.errors)")
  }

  @Test func aFinishedTrainingIsNotDoneAgain() throws {
    let fixture = try TrainingFixture(images: 4)
    let arguments = fixture.arguments("done")
    #expect(try XAIProcess.run(arguments).status == 0)
    let weights = try fixture.bytes("done/model.safetensors")
    try FileManager.default.removeItem(atPath: fixture.output("done/\(Self.files[5])"))
    let second = try XAIProcess.run(arguments)
    #expect(second.status == 0)
    #expect(second.output.contains("has finished already") && second.output.contains("--restart"))
    #expect(!second.output.contains("epoch "))
    #expect(fixture.folder.names(in: "done") == Self.files)
    let third = try XAIProcess.run(arguments + ["--restart"])
    #expect(third.status == 0 && third.output.contains("epoch 20"), "\(third.errors)")
    #expect(try fixture.bytes("done/model.safetensors") == weights)
  }

  @Test func fineTuning() throws {
    let fixture = try TrainingFixture(images: 4)
    func tune(_ model: String, _ output: String) throws -> CommandResult {
      try XAIProcess.run(
        "train", "-m", model, "-d", fixture.data, "-o", fixture.output(output), "--head-only", "--epochs", "2"
      )
    }
    let first = try tune(FixtureModel.vit, "first")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("the data's 2 classes are not the model's 7: it gets a new classifier"))
    let second = try tune(fixture.output("first"), "second")
    #expect(second.status == 0, "\(second.errors)")
    #expect(!second.errors.contains("new classifier"))
    // Nothing but the classifier has changed.
    let info = try XAIProcess.run("inspect", fixture.output("second"))
    #expect(info.output.contains("2: 0 blue; 1 red"))
    let smaller = try XAIProcess.run(
      "train", "-m", fixture.output("first"), "-d", fixture.data, "-o", fixture.output("half"),
      "--weights-type",
      "f16", "-q")
    #expect(smaller.status == 0 && smaller.output.isEmpty && smaller.errors.isEmpty)
    #expect(
      try fixture.bytes("half/model.safetensors").count < fixture.bytes("first/model.safetensors").count * 3
        / 4)
    // The folder of the model that training begins with is not a place for the result.
    let onto = try tune(fixture.output("first"), "first")
    #expect(onto.status == 64 || onto.status == 73)
    #expect(onto.errors.contains(fixture.output("first")))
  }

  @Test func linesForPrograms() throws {
    struct Line: Decodable {
      let event: String
      let step: Int?
      let loss: Double?
      let validationAccuracy: Double?
      let files: [String]?
    }
    let fixture = try TrainingFixture()
    let result = try XAIProcess.run(fixture.arguments("out", "--json", "--stop-after", "31steps"))
    let rest = try XAIProcess.run(fixture.arguments("out", "--json"))
    #expect(result.status == 0 && rest.status == 0 && rest.errors.isEmpty)
    let lines = try [result, rest].map { run in
      try run.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }
    #expect(lines[0].first?.event == "began" && lines[0].last?.event == "stopped")
    #expect(lines[0].last?.step == 31 && lines[1].first?.step == 31)
    let steps = lines.flatMap { $0 }.filter { $0.event == "step" }
    #expect(steps.map(\.step) == (1...60).map { $0 } && steps.allSatisfy { $0.loss?.isFinite == true })
    #expect(lines[1].last?.event == "finished" && lines[1].last?.validationAccuracy == 1)
    #expect(lines[1].last?.files?.sorted() == Self.files)
  }
}

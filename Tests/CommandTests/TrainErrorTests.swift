import Foundation
import Testing

@Suite struct TrainErrorTests {
  @Test func whatIsMissing() throws {
    let fixture = try TrainingFixture(images: 2)
    for (arguments, word) in [
      (["train", "--from-scratch", fixture.configuration, "--output", "x"], "--data"),
      (["train", "--from-scratch", fixture.configuration, "--data", fixture.data], "--output"),
      (["train", "--data", fixture.data, "--output", "x"], "--from-scratch"),
      (fixture.arguments("out", "--model", "x"), "either --model"),
    ] {
      let result = try XAIProcess.run(arguments)
      #expect(result.status == 64 && result.errors.contains(word), "\(arguments)")
    }
  }

  @Test("a second run in a folder is refused while the first one trains")
  func twoAtOnce() throws {
    let fixture = try TrainingFixture(images: 2)
    let barrier = try Barrier()
    let running = try XAIProcess.start(
      fixture.arguments("out", "-q"), environment: barrier.environment(at: "result", 1))
    try barrier.wait(for: running)
    let second = try XAIProcess.run(fixture.arguments("out", "-q", "--restart"))
    #expect(
      second.status == 73 && second.errors.contains("another run trains there (process"), "\(second.errors)")
    try barrier.open()
    #expect(try XAIProcess.finish(running).status == 0)
    #expect(!fixture.folder.names(in: "out").contains(".training.lock"))
  }

  @Test("Wrong arguments leave nothing behind")
  func wrongArguments() throws {
    let fixture = try TrainingFixture(images: 2)
    for (arguments, status, words) in [
      (["--preset", "imagenet"], 64, "fine-tune | scratch | adam"),
      (["--clip", "-"], 64, "clip can't be '-'"),
      (["--train-split", "training"], 64, "training"),
      (["--validation-split", "tset"], 64, "tset"),
      (["--stop-after", "soon"], 64, "--stop-after"),
      (["--validate-every", "0"], 64, "--validate-every"),
      (["--kernels", "cuda"], 64, "cuda"),
    ] as [([String], Int32, String)] {
      let result = try XAIProcess.run(fixture.arguments("out") + arguments)
      #expect(result.status == status, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(!fixture.folder.names().contains("out"))
    }
  }

  @Test func wrongData() throws {
    let fixture = try TrainingFixture(images: 2)
    func train(_ data: String) throws -> CommandResult {
      try XAIProcess.run(
        "train", "--from-scratch", fixture.configuration, "-d", data, "-o", fixture.output("out"))
    }
    let unknown = try train("shapez")
    #expect(unknown.status == 64 && unknown.errors.contains("did you mean 'shapes'"))
    try fixture.folder.writeImage("one/red/a.png")
    let oneClass = try train(fixture.output("one"))
    #expect(oneClass.status == 65 && oneClass.errors.contains("two classes"), "\(oneClass.errors)")
    let pairs = try XAIProcess.run(
      "train", "--from-scratch", fixture.configuration, "-d", "shapes:size=32", "--train-split", "pairs",
      "-o",
      fixture.output("out"))
    #expect(pairs.status == 65 && pairs.errors.contains("no image of the split 'pairs' has a class"))
    #expect(!fixture.folder.names().contains("out"))
  }

  @Test func wrongModels() throws {
    let fixture = try TrainingFixture(images: 2)
    let absent = try XAIProcess.run(
      "train", "-m", fixture.output("none"), "-d", fixture.data, "-o", fixture.output("out"))
    #expect(absent.status == 66)
    let onto = try XAIProcess.run(
      "train", "--from-scratch", fixture.configuration, "-d", fixture.data, "-o", fixture.configuration)
    #expect(onto.status == 73 && onto.errors.contains("holds a model already"))
    #expect(fixture.folder.names(in: "config") == ["config.json"])
    let restarted = try XAIProcess.run(
      "train", "--from-scratch", fixture.configuration, "-d", fixture.data, "-o", fixture.configuration,
      "--restart")
    #expect(restarted.status == 73)
    #expect(fixture.folder.names(in: "config") == ["config.json"])
  }

  @Test func anotherRecipeDoesNotGoOn() throws {
    let fixture = try TrainingFixture(images: 4)
    #expect(try XAIProcess.run(fixture.arguments("out", "--stop-after", "3steps")).status == 0)
    let checkpoint = try fixture.bytes("out/checkpoint.safetensors")
    let other = try XAIProcess.run(fixture.arguments("out", "--beta1", "0.8", "--no-flip"))
    #expect(other.status == 64)
    #expect(
      other.errors.contains("beta1: 0.9 there, 0.8 here; flip: true there, false here"), "\(other.errors)")
    #expect(try fixture.bytes("out/checkpoint.safetensors") == checkpoint)
    // Another image is another training, too.
    try fixture.folder.writeImage("data/train/red/more.png")
    let more = try XAIProcess.run(fixture.arguments("out"))
    #expect(more.status == 64 && more.errors.contains("training pictures"))
    let anew = try XAIProcess.run(
      fixture.arguments("out", "--beta1", "0.8", "--restart", "--stop-after", "3steps"))
    #expect(anew.status == 0)
  }

  @Test func damagedImages() throws {
    let fixture = try TrainingFixture(images: 6)
    try fixture.folder.write("not an image".utf8, to: "data/train/red/bad.png")
    try fixture.folder.write([], to: "data/val/blue/empty.png")
    let result = try XAIProcess.run(fixture.arguments("out"))
    #expect(result.status == 0)
    #expect(result.errors.contains("Warning: 2 images were left out:"), "\(result.errors)")
    for name in ["train/red/bad.png", "val/blue/empty.png"] {
      #expect(result.errors.components(separatedBy: name).count == 3, "named at once and at the end: \(name)")
    }
    let record = String(decoding: try fixture.bytes("out/training.json"), as: UTF8.self)
    #expect(record.contains("bad.png"))
    // What had to be assumed is kept, as it is said.
    #expect(result.errors.contains("no preprocessor_config.json says how images become inputs"))
    #expect(record.contains("no preprocessor_config.json says how images become inputs"), "\(record)")
    let strict = try XAIProcess.run(fixture.arguments("strict", "--strict"))
    #expect(strict.status == 65 && strict.errors.contains("train/red/bad.png"))
    #expect(!fixture.folder.names(in: "strict").contains("model.safetensors"))
  }

  @Test func aLossThatIsNoNumberAnyMore() throws {
    let fixture = try TrainingFixture(images: 4)
    let result = try XAIProcess.run(
      fixture.arguments(
        "out", "--learning-rate", "1e30", "--clip", "0", "--schedule", "constant", "--checkpoint-every", "0"))
    #expect(result.status == 70, "\(result.errors)")
    #expect(
      result.errors.contains("number any more at step ") && result.errors.contains("lower learning rate"))
    #expect(fixture.folder.names(in: "out") == ["checkpoint.safetensors"])
    // In the last step, only the weights tell, or the validation.
    for (output, rate) in [("weights", "1e300"), ("validation", "1e30")] {
      let last = try XAIProcess.run(
        fixture.arguments(
          output, "--learning-rate", rate, "--clip", "0", "--epochs", "0.1", "--schedule", "constant"))
      #expect(last.status == 70 && last.errors.contains("at step 1"), "\(output): \(last.errors)")
      #expect(!fixture.folder.names(in: output).contains("model.safetensors"))
    }
  }
}

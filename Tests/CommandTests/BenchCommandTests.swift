import Foundation
import Testing
import XAITensor

@testable import XAICommand

@Suite(.serialized) struct BenchCommandTests {
  private struct Report: Decodable {
    struct Machine: Decodable {
      struct Peak: Decodable {
        let unit: String
        let precision: String
        let gigaflops: Double
        let spread: Double
      }
      struct Bandwidth: Decodable {
        let gigabytesPerSecond: Double
      }
      let threads: Int
      let peaks: [Peak]
      let bandwidth: Bandwidth
    }
    struct Model: Decodable {
      struct Measurement: Decodable {
        struct Timing: Decodable {
          let best: Double
          let median: Double
          let worst: Double
          let runs: Int
        }
        struct Phases: Decodable {
          let forward: Double
          let reverse: Double
          let rest: Double
        }
        let work: String
        let explainers: [String]
        let metrics: [String]
        let precision: String
        let batch: Int
        let images: Int
        let forwards: Int
        let seconds: Timing
        let phases: Phases?
        let imagesPerSecond: Double
        let gigaflops: Double?
        let doneGigaflops: Double?
        let shareOfPeak: Double?
      }
      let name: String
      let parameters: Int
      let forwardGigaflop: Double?
      let measurements: [Measurement]
    }
    let version: String
    let kernels: String
    let machine: Machine
    let models: [Model]
    let isComplete: Bool
  }

  /// What is measured of evaluations, which are kept in a database.
  #if XAI_DATABASE
  private static let evaluations = [(work: "evaluate", batch: 16)]
  #else
  private static let evaluations: [(work: String, batch: Int)] = []
  #endif

  private func bench(_ arguments: String...) throws -> CommandResult {
    try XAIProcess.run(["bench"] + arguments)
  }

  @Test func numbersForPrograms() throws {
    let result = try bench(
      "--model", EvaluationFixture.model, "--batch", "1,2", "--repeat", "1", "--threads", "2", "--format",
      "json", "-q", "-e", "gmar", "-e", "attention-rollout")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(report.isComplete && report.version == XAICommandLine.version)
    #expect(report.kernels.contains("2 threads") && report.machine.threads == 2)
    #expect(report.machine.peaks.first?.precision == "float32")
    #expect(report.machine.peaks.allSatisfy { $0.gigaflops > 0 && $0.spread >= 0 })
    #expect(report.machine.bandwidth.gigabytesPerSecond > 0)
    let model = try #require(report.models.first)
    #expect(report.models.count == 1 && model.name == "model" && model.parameters == 698_504)
    #expect(abs((model.forwardGigaflop ?? 0) - 0.127) < 0.002)
    #expect(
      model.measurements.map(\.work) == [
        "forward", "forward", "explain", "explain", "explain", "explain",
      ] + Self.evaluations.map(\.work))
    #expect(model.measurements.map(\.batch) == [1, 2, 1, 2, 1, 2] + Self.evaluations.map(\.batch))
    #expect(model.measurements.map(\.images) == [1, 2, 1, 2, 1, 2] + Self.evaluations.map { _ in 1 })
    #expect(
      model.measurements.map(\.explainers).map(\.count) == [0, 0, 1, 1, 1, 1]
        + Self.evaluations.map { _ in 2 })
    #expect(model.measurements.last?.metrics.contains("insertion") == !Self.evaluations.isEmpty)
    for measurement in model.measurements {
      #expect(measurement.seconds.runs == 1 && measurement.seconds.best == measurement.seconds.worst)
      #expect(measurement.precision == "float32" && measurement.imagesPerSecond > 0)
      #expect(measurement.gigaflops ?? 0 > 0 && measurement.shareOfPeak ?? 0 > 0)
      #expect((measurement.phases == nil) == (measurement.work == "forward"))
    }
  }

  @Test func textForPeopleAndAProfile() throws {
    let result = try bench(
      "--model", EvaluationFixture.model, "--batch", "2", "--repeat", "1", "--quick", "--profile", "-q")
    #expect(result.status == 0, "\(result.errors)")
    for words in [
      "processor ", "kernels ", "peak, float32", "GB/s", "of peak", "forward  ", "gmar  ", "  reverse",
    ] { #expect(result.output.contains(words), "\(words) is not in \(result.output)") }
    #expect(!result.output.contains("evaluation"), "--quick has none")
    #expect(result.errors.contains("model, forward, 2 images: 1 run\n"))
    #expect(result.errors.contains("attention, dA = dO·Vᵀ") && result.errors.contains("not measured"))
  }

  @Test func wrongArguments() throws {
    for (arguments, words) in [
      (["--size", "ti,xl"], "no size 'xl'; there are ti, s, b, l, h"),
      (["--size", "ti", "--model", "x"], "give either"),
      (["--batch", "0"], "--batch is a number from 1 to 1024"),
      (["--batch", "1,,2"], "not '1,,2'"),
      (["--repeat", "0"], "--repeat is from 1 to 1000"),
      (["--precision", "float16"], "float32"),
      (
        ["--precision", "bfloat16", "--kernels", "onednn"],
        KernelSelection.availableKernels.contains("onednn") ? "onednn" : "no oneDNN kernels"
      ),
      (["--explainer", "gmr"], "did you mean 'gmar'"),
      (["--kernels", "cuda"], "cuda"),
      (["--threads", "0"], "threads"),
      (["--format", "xml"], "text"),
    ] {
      let result = try XAIProcess.run(["bench"] + arguments)
      #expect(result.status == 64, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
    }
    let absent = try bench("--model", "/nowhere/at/all")
    #expect(absent.status == 66)
  }

  /// What has been measured is told, and nothing is left behind.
  @Test func aRequestToStop() throws {
    let folder = try TemporaryFolder()
    let result = try XAIProcess.run(
      ["bench", "--model", EvaluationFixture.model, "--repeat", "5", "--threads", "1", "--format", "json"],
      environment: Milestone.signal("INT", at: "result", 3).merging(["TMPDIR": folder.url.path]) { $1 })
    #expect(result.status == 130, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(!report.isComplete && folder.names().isEmpty)
    // Three runs of the first measurement were done, one of them to warm up.
    let measurements = report.models.flatMap(\.measurements)
    #expect(measurements.map(\.work) == ["forward"] && measurements.map(\.seconds.runs) == [2])
  }
}

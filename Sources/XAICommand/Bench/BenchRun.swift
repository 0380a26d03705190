import XAIBench
import XAICore
import XAIFoundation
import XAITensor

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A run of `xai bench`: the machine, then model after model.
struct BenchRun {
  private let plan: BenchPlan
  private var progress: Progress

  init(_ plan: BenchPlan) {
    self.plan = plan
    progress = Progress(isShown: !plan.command.quiet)
  }

  mutating func run() throws {
    Interruption.watch()
    try OutputFolder.make(plan.folder.path)
    defer { try? FileManager.default.removeItem(at: plan.folder) }
    if let note = plan.note, !plan.command.quiet { StandardError.write("Note: \(note)\n") }
    tell("measuring the machine")
    var report = BenchReport(
      version: XAICommandLine.version, kernels: plan.kernels.name,
      kernelsAdvice: EngineOptions.fastKernelsAdvice,
      machine: Machine(threads: plan.command.engine.threads, runs: min(plan.settings.repetition.most, 8)))
    try say(report.machineText)
    for subject in plan.subjects where !Interruption.isRequested {
      var model = try time(subject, on: &report.machine)
      model.compare(with: report.machine)
      if !model.measurements.isEmpty {
        try say(model.text(peak: report.machine.mostGigaflops(plan.settings.precision)))
      }
      report.models.append(model)
    }
    progress.clear()
    report.isComplete = !Interruption.isRequested
    report.compare()
    if plan.command.format == .json { try StandardOutput.write(json(report, isIndented: true)) }
    if Interruption.isRequested { throw Failure(.interrupted, "") }
  }

  private mutating func time(
    _ subject: BenchPlan.Subject, on machine: inout Machine
  ) throws -> BenchReport.Model {
    tell("making \(subject.name)")
    let model = try subject.make()
    var result = BenchReport.Model(
      name: subject.name, parameters: model.descriptor.parameterCount,
      forwardGigaflop: VisionTransformerOperations(of: model).map { $0.forward * 1e-9 })
    var what = ""
    try Bench(plan.settings).time(
      model,
      while: { work, run in
        what = "\(subject.name), \(work)"
        // The first run warms up, and is no part of the profile either.
        if run == 1 { _ = plan.profile?.take() }
        let most = plan.settings.repetition.most
        tell("\(what), " + (run == 0 ? "warming up" : "run \(run) of at most \(most)"))
        if run > 0 { TestMilestone.result.reached() }
        return !Interruption.isRequested
      },
      measured: { measurement in
        result.measurements.append(measurement)
        progress.clear()
        plan.profile?.report(
          "\(what): \(counted(measurement.seconds.runs, "run"))", model: model.descriptor)
        machine.measurePeakAgain(plan.settings.precision)
      })
    return result
  }

  private mutating func say(_ text: String) throws {
    progress.clear()
    if plan.command.format == .text { try StandardOutput.write(text) }
  }

  private mutating func tell(_ text: String) { progress.update { _ in text } }
}

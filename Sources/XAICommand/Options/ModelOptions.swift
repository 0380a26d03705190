import ArgumentParser
import XAICore
import XAITensor
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the arithmetic runs on.
struct EngineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Kernels to run on: \(Engine.availableKernels.joined(separator: ", ")). Default: $XAI_KERNELS, else the first.",
      valueName: "name"), completion: .list(Engine.availableKernels))
  var kernels: String?

  @Option(help: ArgumentHelp("Threads for each operation; as many as processors by default.", valueName: "n"))
  var threads: Int?

  /// Makes the kernels that the option or the environment names.
  func makeKernels() throws -> any Kernels {
    let variable = ProcessInfo.processInfo.environment[Engine.environmentVariable].flatMap {
      $0.isEmpty ? nil : $0
    }
    return try Engine.makeKernels(named: kernels ?? variable, threads: threads)
  }
}

/// A model with the directory that it came from and what its arithmetic runs on.
struct LoadedModel {
  let directory: ModelDirectory
  let model: any Model
  let kernels: any Kernels

  /// Finds and loads a model; what a family throws of its own is a problem of the model's files.
  init(_ name: String, engine: EngineOptions) throws(Failure) {
    do { kernels = try engine.makeKernels() } catch { throw Failure(error, otherwise: .usage) }
    do {
      directory = try ModelDirectory(name)
      model = try CommandContext.currentRegistry.loadModel(directory, on: kernels)
    } catch {
      throw Failure(error, otherwise: .inputData)
    }
  }
}

/// A size of pictures as users write it: `384`, `224x320` or `224×320`, height first.
struct PictureSize: ExpressibleByArgument {
  let height: Int
  let width: Int

  init?(argument: String) {
    let sides = argument.split(omittingEmptySubsequences: false) { "x×X".contains($0) }.map { Int($0) }
    guard let height = sides.first.flatMap({ $0 }), let width = sides.last.flatMap({ $0 }), sides.count <= 2,
      (1...16_384).contains(height), (1...16_384).contains(width)
    else { return nil }
    self.height = height
    self.width = width
  }
}

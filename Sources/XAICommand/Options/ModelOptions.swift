import ArgumentParser
import XAICore
import XAIEvaluation
import XAIFoundation
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
      "Kernels to run on: \(KernelSelection.availableKernels.joined(separator: ", ")). Default: $XAI_KERNELS, else the first.",
      valueName: "name"), completion: .list(KernelSelection.availableKernels))
  var kernels: String?

  @Option(help: ArgumentHelp("Threads for each operation; as many as processors by default.", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Precision of products: float32; bfloat16, for forward passes, and bfloat16-backward, for both, on processors with avx512_bf16 or AMX; bfloat16x3, near float32, with AMX.",
      valueName: "name"), completion: .list(KernelSelection.Precision.allCases.map(\.rawValue)),
    transform: namedValue)
  var precision = KernelSelection.Precision.float32

  /// Throws where less precision than float32 was asked for and would spoil what a command is for.
  func requireFloat32(for purpose: String) throws {
    guard precision == .float32 else {
      throw ValidationError("\(purpose) is in float32 only; leave out --precision \(precision.rawValue).")
    }
  }

  /// Makes the kernels that the option or the environment names.
  ///
  /// - Parameter profile: measures their operations.
  func makeKernels(profile: Profile? = nil) throws -> any Kernels {
    let variable = ProcessInfo.processInfo.environment[KernelSelection.environmentVariable].flatMap {
      $0.isEmpty ? nil : $0
    }
    let kernels = try KernelSelection.makeKernels(
      named: kernels ?? variable, threads: threads, precision: precision)
    return profile.map { ProfilingKernels(kernels, into: $0) } ?? kernels
  }

  /// The one line that gets the fast kernels, for a build without them; with AVX-512 the portable ones are the fast ones.
  static var fastKernelsAdvice: String? {
    guard !KernelSelection.availableKernels.contains("onednn"), !InstructionSet.available.contains(.avx512)
    else {
      return nil
    }
    return "sudo apt-get install libdnnl-dev && XAI_ONEDNN=on swift build -c release"
  }
}

/// A model with the directory that it came from and what its arithmetic runs on.
struct LoadedModel {
  let directory: ModelDirectory
  let model: any Model
  let kernels: any Kernels
  /// The classes that it was given in place of its own, if any.
  let classes: ClassSource?
  /// The files of the weights as they were before they were loaded.
  private let weightFiles: [String: FileSystem.Version]

  /// Finds and loads a model; what a family throws of its own is a problem of the model's files.
  ///
  /// - Parameters:
  ///   - classes: says which classes it is given; nil for its own.
  ///   - targets: what users wrote for `--target`, which may be the classes.
  ///   - profile: measures the loading, and the arithmetic of the model from then on.
  ///   - isQuiet: whether nothing is to be said of a download.
  init(
    _ name: String, engine: EngineOptions, classes options: GivenClassOptions? = nil, targets: [String] = [],
    profile: Profile? = nil, quiet isQuiet: Bool = false
  ) throws(Failure) {
    do { kernels = try engine.makeKernels(profile: profile) } catch {
      throw Failure(error, otherwise: .usage)
    }
    do {
      directory = try ModelDownloads(quiet: isQuiet).model(name)
      let files = (try? directory.weights().files) ?? []
      weightFiles = Dictionary(
        uniqueKeysWithValues: files.compactMap { file in FileSystem.version(of: file).map { (file, $0) } })
      let registry = CommandContext.currentRegistry
      classes = try options?.source(for: directory, registry: registry, targets: targets)
      model = try profile.measure("loading the model") { [directory, kernels, classes] in
        try registry.loadModel(directory, LoadRequest(kernels: kernels, classes: classes))
      }
    } catch {
      throw Failure(error, otherwise: .inputData)
    }
    if options != nil, classes == nil, isBackbone, let text = GivenClassOptions.texts(among: targets).first {
      throw Failure(
        .usage,
        "\(directory.name) has no classes, of which '\(text)' could be one, and doesn't read texts: for that there must be a text "
          + "tower and its tokenizer. Give it class vectors or images by --classes-from, or ask about an element of its features: "
          + "-t feature:0.")
    }
  }

  private var isBackbone: Bool { model.descriptor.output == .none }

  /// A hash of weights, configuration and given classes: a model with other classes is another model.
  func contentHash() throws -> String {
    let hash = try directory.contentHash()
    return classes.map { FNV1a("\(hash) \($0.contentHash())").text } ?? hash
  }

  /// Throws where somebody has written into a file of the weights: they are mapped, and what is read now would be of others.
  ///
  /// Another file that takes the place of one leaves the mapping as it is.
  func checkWeights() throws(EvaluationError) {
    for (file, version) in weightFiles {
      guard let now = FileSystem.version(of: file), now.identity == version.identity, now != version else {
        continue
      }
      throw .weightsChanged(file: file)
    }
  }

  /// Says what a user should know of how the model was loaded, unless nothing but errors is to be said.
  func tellNotes(quiet isQuiet: Bool = false) {
    guard !isQuiet else { return }
    for note in model.descriptor.notes { StandardError.write("Note: \(model.descriptor.name): \(note).\n") }
    guard isBackbone, (try? CommandContext.currentRegistry.readsTexts(directory)) == true else { return }
    StandardError.write(
      "Note: \(model.descriptor.name): it has no classes of its own and reads texts: give it some, -t \"a photo of a dog\" or "
        + "--classes-from texts.txt.\n")
  }
}

/// A size of images as users write it: `384`, `224x320` or `224×320`, height first.
struct ImageSize: ExpressibleByArgument {
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

/// The value of an enumeration of the libraries that a user wrote by its name.
@Sendable func namedValue<Value: RawRepresentable & CaseIterable>(_ text: String) throws -> Value
where Value.RawValue == String {
  guard let value = Value(rawValue: text) else {
    throw ValidationError(
      "there is no '\(text)'; there are \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return value
}

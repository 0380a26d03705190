import ArgumentParser
public import XAICore
import XAIEvaluation
import XAIFoundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The `xai` command as a library: an executable of three lines runs it with the plugins that it has.
///
/// A package with plugins of its own builds its own `xai`: `XAICommandLine.run(plugins: builtInPlugins + [Mine.self])`.
public enum XAICommandLine {
  /// What `--version` prints.
  public static let version = "0.1.0"

  /// Runs the command and ends the process with its exit status.
  ///
  /// - Parameters:
  ///   - plugins: the models, explainers and metrics that the command knows.
  ///   - arguments: what the user wrote after the command's name; those of the process where nil, whose paths may have any
  ///     bytes.
  public static func run(
    plugins: [any Plugin.Type], arguments: [String]? = nil
  ) -> Never {
    // A reader that goes away and a file that may not grow give errors to handle, so that nothing is left half-written.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    let given = arguments ?? argumentTexts()
    exit(CommandContext.$arguments.withValue(given) { status(plugins: plugins, arguments: given) })
  }

  private static func status(plugins: [any Plugin.Type], arguments: [String]) -> Int32 {
    let registry: Registry
    do { registry = try Registry(plugins: plugins) } catch { return report(error) }
    // Help and completions are made as errors are reported, and name what the registry has.
    return CommandContext.$registry.withValue(registry) {
      do {
        var command = try RootCommand.parseAsRoot(arguments)
        try command.run()
        return EXIT_SUCCESS
      } catch {
        return report(error)
      }
    }
  }

  /// Says what went wrong, or what was asked for where the parser ends a run with help or a version.
  private static func report(_ error: any Error) -> Int32 {
    let parserStatus = RootCommand.exitCode(for: error)
    if parserStatus == .success {
      do {
        try StandardOutput.write(RootCommand.fullMessage(for: error) + "\n")
        return EXIT_SUCCESS
      } catch {
        return report(error)
      }
    }
    // The parser knows the status of its own errors, and gives all others 1.
    if parserStatus != .failure {
      StandardError.write(RootCommand.fullMessage(for: error) + "\n")
      return parserStatus.rawValue
    }
    let failure = Failure(error)
    if !failure.message.isEmpty { StandardError.write("Error: \(failure.message)\n") }
    return failure.status.rawValue
  }
}

/// The root of the commands.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xai", abstract: "Shows where a vision transformer looks, and why.",
    discussion: """
      A model is a directory as Hugging Face or timm writes it (config.json and safetensors), or the name of a \
      repository of the Hugging Face Hub, which is downloaded once.

        xai list                              what this build can do
        xai download NAME                     get a model of the Hugging Face Hub
        xai inspect MODEL                     what a model is, and what fits
        xai explain --model MODEL photo.jpg   overlays, maps and records
        xai compare --model MODEL photo.jpg   all explainers, and whether they agree
        xai explore MODEL photo.jpg           a page where you ask the model
        xai train --model MODEL --data PHOTOS --output FOLDER
                                              fine-tune, or train from scratch
        xai evaluate --model MODEL --data PHOTOS --output RESULTS
                                              judge explainers by metrics
        xai merge SHARDS --output RESULTS     join the results of shards
        xai report RESULTS --output PAGE.html tables and a page of them
        xai check-gradients --model MODEL     is the backward pass right?
        xai bench                             how fast models run here

      Shell completions: xai --generate-completion-script bash (zsh, fish).

      \(ExitStatus.help)
      """, version: XAICommandLine.version,
    subcommands: [
      ListCommand.self, DownloadCommand.self, InspectCommand.self, ExplainCommand.self, CompareCommand.self,
      ExploreCommand.self, TrainCommand.self, EvaluateCommand.self, MergeCommand.self, ReportCommand.self,
      CheckGradientsCommand.self, BenchCommand.self,
    ])
}

/// What a run of the command has beside its arguments.
///
/// The parser makes commands from their static types, so nothing can be handed to their initialisers. A task-local value
/// reaches them all the same, is immutable for the whole run, and leaves no state that outlives it.
enum CommandContext {
  @TaskLocal static var registry: Registry?

  /// What the user wrote after the command's name.
  @TaskLocal static var arguments: [String] = []

  /// This run, as results keep it.
  static var run: RunIdentity {
    RunIdentity(
      program: "xai \(XAICommandLine.version)",
      command: (["xai"] + arguments.map { shellQuoted(FileName.shown($0)) }).joined(separator: " "))
  }

  /// The registry of this run; traps outside of one.
  static var currentRegistry: Registry {
    guard let registry else { fatalError("commands run inside XAICommandLine.run") }
    return registry
  }

  /// The ids of explainers, for shell completions.
  static var explainerIDs: [String] { registry?.explainers.map(\.descriptor.id) ?? [] }

  /// The ids of metrics, for shell completions.
  static var metricIDs: [String] { registry?.metrics.map(\.descriptor.id) ?? [] }
}

#if XAI_EXPLORE
import Dispatch
import Synchronization
import XAICore
import XAIExplore
import XAIFoundation
import XAIImage
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A run of `xai explore`: models and images are found, and served until Ctrl-C.
struct ExploreRun {
  private let command: ExploreCommand
  private let session: ExploreSession

  /// Checks everything before anything is served.
  init(_ command: ExploreCommand) throws {
    self.command = command
    let images = try ExploreImages(command)
    if !command.quiet { for note in images.notes { StandardError.write("Note: \(note)\n") } }
    let models = try ([command.model] + command.also).enumerated().map { index, text in
      let loaded = try LoadedModel(
        text, engine: command.engine, classes: command.classes, targets: command.target)
      loaded.tellNotes(quiet: command.quiet)
      return ExploreModel(
        loaded.model, id: String(index),
        origin: ExploreModel.Origin(
          directory: loaded.directory, request: LoadRequest(kernels: loaded.kernels, classes: loaded.classes),
          text: text, classArguments: Self.classArguments(command)))
    }
    session = ExploreSession(
      models: models, images: images.found, registry: CommandContext.currentRegistry,
      pixelLimit: command.pixelLimit)
  }

  /// Serves until Ctrl-C or SIGTERM.
  func run() throws {
    var configuration = ExploreServer.Configuration()
    (configuration.host, configuration.port) = (command.host, command.port)
    configuration.program = "xai \(XAICommandLine.version)"
    if command.host != "127.0.0.1", !command.quiet {
      StandardError.write(
        "Note: other machines can reach this page: whoever has the address with its token sees the images and uses this "
          + "processor. What is sent isn't encrypted.\n")
    }
    let server = ExploreServer(session, configuration)
    let (opens, quiet) = (!command.noOpen, command.quiet)
    let failure = Guarded<Failure?>(nil)
    let task = Task {
      do {
        try await server.run { address in
          try? StandardOutput.write(address + "\n")
          if !quiet { StandardError.write("Ctrl-C ends it.\n") }
          if opens { Browser.open(address) }
        }
      } catch {
        failure.withLock { $0 = Failure(error, otherwise: .usage) }
      }
      Self.ended.signal()
    }
    Interruption.watch()
    // A signal's handler can't wake anybody, so that this looks after it.
    while Self.ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      if Interruption.isRequested { task.cancel() }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// What gives a model classes from a file, for the command that makes a view again.
  private static func classArguments(_ command: ExploreCommand) -> [String] {
    guard let path = command.classes.classesFrom else { return [] }
    return ["--classes-from", path] + command.classes.template.flatMap { ["--template", $0] }
  }

  private static let ended = DispatchSemaphore(value: 0)
}

/// The browser of whoever sits at the machine.
private enum Browser {
  /// Opens an address, where there is a program that does so; the address is printed in any case.
  static func open(_ address: String) {
    #if os(macOS)
    let program = "open"
    #else
    let program = "xdg-open"
    guard ["DISPLAY", "WAYLAND_DISPLAY"].contains(where: { ProcessInfo.processInfo.environment[$0] != nil })
    else { return }
    #endif
    let settings = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(address), nil]
    var environment: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) }
    environment.append(nil)
    defer { for text in arguments + environment { free(text) } }
    var process = pid_t()
    _ = posix_spawnp(&process, program, nil, nil, &arguments, &environment)
  }
}
#endif

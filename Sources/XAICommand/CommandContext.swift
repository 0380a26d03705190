import XAICore

/// What a run of the command has beside its arguments.
///
/// The parser makes commands from their static types, so nothing can be handed to their initialisers. A task-local value
/// reaches them all the same, is immutable for the whole run, and leaves no state that outlives it.
enum CommandContext {
  @TaskLocal static var registry: Registry?

  /// The registry of this run; traps outside of one.
  static var currentRegistry: Registry {
    guard let registry else { preconditionFailure("commands run inside XAICommandLine.run") }
    return registry
  }

  /// The ids of explainers, for shell completions.
  static var explainerIDs: [String] { registry?.explainers.map(\.descriptor.id) ?? [] }

  /// The ids of metrics, for shell completions.
  static var metricIDs: [String] { registry?.metrics.map(\.descriptor.id) ?? [] }
}

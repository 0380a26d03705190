/// A program that added to results, and how it was called.
///
/// It is kept beside the results and is no part of them: hashes don't cover it, and the same experiment may be continued by another
/// call.
public struct RunIdentity: Codable, Hashable, Sendable {
  /// The program with its version: `xai 1.2.0`.
  public var program: String
  /// The command as it can be given to a shell again.
  public var command: String

  /// Names a program and its command.
  public init(program: String, command: String) {
    self.program = program
    self.command = command
  }
}

extension RunIdentity: Comparable {
  /// By program, then by command.
  public static func < (one: RunIdentity, other: RunIdentity) -> Bool {
    (one.program, one.command) < (other.program, other.command)
  }
}

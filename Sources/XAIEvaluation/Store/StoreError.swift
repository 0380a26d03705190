/// Why results can't be kept or read.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no file.
  case missing(path: String)

  /// What was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .missing(let path): "\(path): there is no such file"
    }
  }
}

/// Why a session doesn't answer, for programs by its kind and for people by its message.
public struct ExploreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What programs tell errors apart by.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The request makes no sense: a field is missing, has another type, or a value that nothing has.
    case badRequest = "bad-request"
    /// The token is missing or wrong.
    case unauthorised
    /// The request comes from a page or a name that this server is not for.
    case forbidden
    /// There is no such address, image, model or explainer.
    case notFound = "not-found"
    /// The address takes another method.
    case method
    /// A later request of the same view came before this one was done.
    case superseded
    /// The body, the image or the number of things is larger than the server takes.
    case tooLarge = "too-large"
    /// What was sent as an image is none that can be read.
    case unreadable
    /// The model or the method can't do what was asked.
    case unsupported
    /// The request was cancelled before it was done.
    case cancelled
    /// An error of the computation.
    case failed
  }

  /// What programs tell errors apart by.
  public var kind: Kind
  /// What was wrong, and what to do.
  public var message: String

  /// Makes an error.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}

public import Foundation

extension ExploreError: LocalizedError {
  /// The message.
  public var errorDescription: String? { description }
}

extension ExploreServerError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

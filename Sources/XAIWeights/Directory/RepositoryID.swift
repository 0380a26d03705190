/// The name of a repository on the Hugging Face hub, such as `google/vit-base-patch16-224@main`.
public struct RepositoryID: Hashable, Sendable, CustomStringConvertible {
  /// Owner and name, such as `google/vit-base-patch16-224`; old repositories have no owner.
  public let name: String
  /// A branch, a tag or a commit; nil stands for `main`.
  public let revision: String?

  /// Reads `name`, `owner/name`, each with an optional `@revision`; nil where the string can't be one.
  ///
  /// Parts become folder names of the cache, so nothing that leads elsewhere is let in: no part is empty, begins
  /// with a dot or a dash, or holds `..`.
  public init?(_ string: String) {
    let halves = string.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ Self.isPlain($0) && !$0.contains("--") }) else { return nil }
    self.name = String(halves[0])
    guard halves.count == 2 else {
      self.revision = nil
      return
    }
    // Revisions may have several parts, as refs/pr/1 has.
    let revision = halves[1].split(separator: "/", omittingEmptySubsequences: false)
    guard revision.allSatisfy(Self.isPlain) else { return nil }
    self.revision = String(halves[1])
  }

  /// The name and, if there is one, the revision.
  public var description: String { name + (revision.map { "@\($0)" } ?? "") }

  private static func isPlain(_ part: Substring) -> Bool {
    guard let first = part.utf8.first, part.utf8.count <= 96 else { return false }
    let isPlain = part.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      default: false
      }
    }
    return isPlain && first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && !part.contains("..")
  }
}

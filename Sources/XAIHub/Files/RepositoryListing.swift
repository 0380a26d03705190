import XAIFoundation
import XAIWeights

/// What a hub says of a repository at a revision: the commit, and the names of its files.
struct RepositoryListing: Sendable {
  var commit: String
  /// The files beside one another at the top, which are all that a model is read from; others are left out.
  var names: Set<String>

  static let byteLimit = 16 << 20

  /// Reads the answer of `/api/models/<name>/revision/<revision>`; throws its reason where that isn't a hub's.
  init(_ bytes: [UInt8]) throws(ReadFailure) {
    let value: JSONValue
    do throws(JSONFailure) {
      value = try FileBytes(copying: bytes).withBytes { (bytes) throws(JSONFailure) in
        try JSONValue(parsing: bytes)
      }
    } catch {
      throw ReadFailure(reason: "its answer isn't JSON: \(error.reason)")
    }
    guard case .object(let members) = value, case .string(let commit)? = members["sha"],
      HubNames.isCommit(commit)
    else { throw ReadFailure(reason: "its answer names no commit") }
    guard case .array(let siblings)? = members["siblings"] else {
      throw ReadFailure(reason: "its answer lists no files")
    }
    let all = siblings.compactMap { sibling -> String? in
      guard case .object(let file) = sibling, case .string(let name)? = file["rfilename"] else { return nil }
      return name
    }
    self.commit = commit
    names = Set(all.filter(Self.isPlain))
  }

  /// Whether a name is that of a file at the top: one part, which isn't hidden.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy {
        $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\")
      }
  }
}

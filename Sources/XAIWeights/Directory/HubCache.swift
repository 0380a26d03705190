import XAIFoundation

/// The folder where `hf download` and Python's `huggingface_hub` keep what they have downloaded.
///
/// `models--owner--name/refs/<revision>` holds a commit, `models--owner--name/snapshots/<commit>/` its files.
package struct HubCache: Sendable {
  package let path: String

  /// Finds the folder as `huggingface_hub` does: `HF_HUB_CACHE`, else `HUGGINGFACE_HUB_CACHE`, else `hub` of `HF_HOME`, else
  /// `huggingface/hub` of `XDG_CACHE_HOME`, else of `~/.cache`.
  package init(environment: [String: String]) {
    path =
      Self.path("HF_HUB_CACHE", environment) ?? Self.path("HUGGINGFACE_HUB_CACHE", environment)
      ?? "\(Self.home(environment))/hub"
  }

  /// The file with the token of whoever logged in: `HF_TOKEN_PATH`, else `token` beside the cache.
  package static func tokenPath(environment: [String: String]) -> String {
    path("HF_TOKEN_PATH", environment) ?? "\(home(environment))/token"
  }

  /// `HF_HOME`, else `huggingface` of `XDG_CACHE_HOME`, else of `~/.cache`.
  private static func home(_ environment: [String: String]) -> String {
    path("HF_HOME", environment)
      ?? "\(path("XDG_CACHE_HOME", environment) ?? "\(environment["HOME"] ?? "~")/.cache")/huggingface"
  }

  /// The path that a variable holds, with `~` and the variables that it names; nil where it is empty.
  private static func path(_ name: String, _ environment: [String: String]) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    let expanded = expanded(value, environment)
    guard expanded == "~" || expanded.hasPrefix("~/") else { return expanded }
    return (environment["HOME"] ?? "~") + expanded.dropFirst()
  }

  /// A path with the values of the variables that it names, `$NAME` or `${NAME}`; names that aren't set stay.
  private static func expanded(_ path: String, _ environment: [String: String]) -> String {
    var (result, rest) = ("", path[...])
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      let isBraced = rest.dropFirst().first == "{"
      let start = rest.dropFirst(isBraced ? 2 : 1)
      let name = start.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
      let end = start.dropFirst(name.count)
      if !name.isEmpty, !isBraced || end.first == "}", let value = environment[String(name)] {
        result += value
        rest = isBraced ? end.dropFirst() : end
      } else {
        result += "$"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  /// The files of a repository at a revision, nil where they are not there.
  package func snapshot(of id: RepositoryID) -> String? {
    let repository = path(of: id)
    let revision = id.revision ?? "main"
    let commit = commit(named: "\(repository)/refs/\(revision)") ?? revision
    guard Self.isCommit(commit) else { return nil }
    let snapshot = "\(repository)/snapshots/\(commit)"
    return fileExists(snapshot) ? snapshot : nil
  }

  /// The folder of a repository, whatever it holds; nil where there is none.
  func folder(of id: RepositoryID) -> String? { fileExists(path(of: id)) ? path(of: id) : nil }

  /// Where the folder of a repository lies, or would.
  package func path(of id: RepositoryID) -> String {
    "\(path)/models--\(id.name.split(separator: "/").joined(separator: "--"))"
  }

  /// The repository that a folder of the cache is for, nil where it is another one's.
  static func repositoryName(ofFolder name: String) -> String? {
    guard name.hasPrefix("models--") else { return nil }
    return name.dropFirst("models--".count).split(separator: "--").joined(separator: "/")
  }

  /// The repositories of models that are there, as users call them.
  var models: [String] {
    ((try? FileSystem.entries(of: path)) ?? []).map(\.name).compactMap(Self.repositoryName).sorted()
  }

  private func commit(named path: String) -> String? {
    guard let contents = try? FileBytes(mapping: path), contents.count < 1_000 else { return nil }
    let text = contents.withBytes { String(decoding: $0, as: UTF8.self) }
    return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
  }

  /// A commit is hexadecimal; anything else could lead out of the snapshots.
  private static func isCommit(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }
}

/// The name of a repository on the Hugging Face hub, such as `google/vit-base-patch16-224@main`.
public struct RepositoryID: Hashable, Sendable, CustomStringConvertible {
  /// Owner and name, such as `google/vit-base-patch16-224`; old repositories have no owner.
  public let name: String
  /// A branch, a tag or a commit; nil stands for `main`.
  public let revision: String?

  /// Reads `name`, `owner/name`, each with an optional `@revision`, and timm's `hf-hub:` before it; nil where the string can't be
  /// one.
  ///
  /// Parts become folder names of the cache, so nothing that leads elsewhere is let in: no part is empty, begins
  /// with a dot or a dash, or holds `..`.
  public init?(_ string: String) {
    let prefix = ["hf-hub:", "hf_hub:"].first(where: string.hasPrefix) ?? ""
    let halves = string.dropFirst(prefix.count).split(
      separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
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

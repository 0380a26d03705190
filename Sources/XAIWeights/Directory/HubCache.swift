#if canImport(FoundationEssentials)
import XAIFoundation
import FoundationEssentials
#else
import Foundation
#endif

/// The folder where `hf download` and Python's `huggingface_hub` keep what they have downloaded.
///
/// `models--owner--name/refs/<revision>` holds a commit, `models--owner--name/snapshots/<commit>/` its files.
struct HubCache {
  let path: String

  /// Finds the folder as `huggingface_hub` does: `HF_HUB_CACHE`, else `hub` of `HF_HOME`, else
  /// `huggingface/hub` of `XDG_CACHE_HOME`, else of `~/.cache`.
  init(environment: [String: String]) {
    func folder(_ name: String) -> String? {
      guard let value = environment[name], !value.isEmpty else { return nil }
      return value.hasPrefix("~/") ? (environment["HOME"] ?? "~") + value.dropFirst() : value
    }
    self.path =
      folder("HF_HUB_CACHE")
      ?? folder("HF_HOME").map { "\($0)/hub" }
      ?? "\(folder("XDG_CACHE_HOME") ?? "\(environment["HOME"] ?? "~")/.cache")/huggingface/hub"
  }

  /// The files of a repository at a revision, nil where they are not there.
  func snapshot(of id: RepositoryID) -> String? {
    let repository = "\(path)/models--\(id.name.split(separator: "/").joined(separator: "--"))"
    let revision = id.revision ?? "main"
    let commit = commit(named: "\(repository)/refs/\(revision)") ?? revision
    guard Self.isCommit(commit) else { return nil }
    let snapshot = "\(repository)/snapshots/\(commit)"
    return fileExists(snapshot) ? snapshot : nil
  }

  /// The repositories of models that are there, as users call them.
  var models: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix("models--") }
      .map { $0.dropFirst("models--".count).split(separator: "--").joined(separator: "/") }
      .sorted()
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

import XAIFoundation

/// What a hub says of a file before it sends it.
struct FileMetadata: Sendable {
  var name: String
  /// The hash of the content, by which the cache names it: SHA-256 for what is kept apart from the repository (Git LFS, Xet),
  /// else the SHA-1 of Git's blob.
  var etag: String
  /// The number of bytes; nil where the server doesn't say.
  var byteCount: Int?
  /// The commit that the file is of.
  var commit: String

  /// Whether the header of an answer has what a hub says of a file.
  static func isIn(_ head: HTTPHead) -> Bool {
    head.fields["x-repo-commit"] != nil && (head.fields["x-linked-etag"] ?? head.fields["etag"]) != nil
  }

  /// Reads the header of an answer; throws its reason where that isn't a hub's.
  init(name: String, _ head: HTTPHead) throws(ReadFailure) {
    guard let commit = head.fields["x-repo-commit"] else {
      throw ReadFailure(reason: "its answer for '\(name)' names no commit")
    }
    guard let stated = head.fields["x-linked-etag"] ?? head.fields["etag"] else {
      throw ReadFailure(reason: "its answer for '\(name)' has no hash")
    }
    let etag = Self.normalised(stated)
    guard HubNames.isEtag(etag) else {
      throw ReadFailure(reason: "its answer for '\(name)' has '\(etag.prefix(80))' in the place of a hash")
    }
    let length = head.fields["x-linked-size"] ?? (head.isRedirect ? nil : head.fields["content-length"])
    let byteCount = length.flatMap { Int($0) }
    guard byteCount ?? 0 >= 0 else {
      throw ReadFailure(reason: "its answer for '\(name)' has a negative size")
    }
    (self.name, self.etag, self.byteCount, self.commit) = (name, etag, byteCount, commit)
  }

  /// An entity tag without its quotes, and without the mark of a weak one.
  private static func normalised(_ text: String) -> String {
    var tag = text[...]
    if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
    return tag.filter { $0 != "\"" }
  }

  /// The hash of a file as the etag has it; nil where nothing tells which hash that is.
  func hash(of contents: UnsafeRawBufferPointer, tick: () throws -> Void) rethrows -> String? {
    let digits = etag.utf8.count
    guard digits == 40 || digits == 64, etag.utf8.allSatisfy({ HubNames.isHexadecimal($0) }) else {
      return nil
    }
    var digest = MessageDigest(digits == 64 ? .sha256 : .sha1)
    // Git hashes a header with the content.
    if digits == 40 { digest.update(Array("blob \(contents.count)\0".utf8)) }
    for start in stride(from: 0, to: contents.count, by: 8 << 20) {
      try tick()
      digest.update(UnsafeRawBufferPointer(rebasing: contents[start..<min(start + 8 << 20, contents.count)]))
    }
    return digest.text()
  }
}

/// Names that come from a server and become those of files: nothing in them may lead out of the cache.
enum HubNames {
  /// The full name of a commit.
  static func isCommit(_ text: String) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy(isHexadecimal)
  }

  /// Letters, digits, dots and dashes, a letter or digit first.
  static func isEtag(_ text: String) -> Bool {
    guard let first = text.utf8.first, (1...128).contains(text.utf8.count) else { return false }
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: false
      }
    }
    return isAlphanumeric(first)
      && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    case UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }
}

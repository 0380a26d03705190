import Foundation

/// The tags of a page, enough of a reader to check what the writer makes.
struct Page {
  struct Tag {
    let name: String
    let attributes: [String: String]
  }

  private static let empty: Set<String> = ["meta", "img", "br", "input"]

  private(set) var tags: [Tag] = []
  /// Why the tags are not balanced; nil where they are.
  private(set) var imbalance: String?
  private(set) var text = ""

  init(_ markup: String) {
    var open: [String] = []
    var rest = Substring(markup)
    while let start = rest.firstIndex(of: "<") {
      text += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ">") else { break }
      let inside = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if inside.hasPrefix("!") { continue }
      if inside.hasPrefix("/") {
        let name = String(inside.dropFirst())
        if open.popLast() != name, imbalance == nil { imbalance = "</\(name)> after \(open.suffix(3))" }
        continue
      }
      let tag = Self.tag(inside.hasSuffix("/") ? inside.dropLast() : inside)
      tags.append(tag)
      if inside.hasSuffix("/") || Self.empty.contains(tag.name) { continue }
      open.append(tag.name)
      // Scripts and styles are not markup.
      if ["script", "style"].contains(tag.name), let close = rest.range(of: "</\(tag.name)>") {
        rest = rest[close.lowerBound...]
      }
    }
    if !open.isEmpty, imbalance == nil { imbalance = "never closed: \(open)" }
  }

  private static func tag(_ inside: Substring) -> Tag {
    let name = inside.prefix { !$0.isWhitespace }
    var attributes: [String: String] = [:]
    for match in inside.dropFirst(name.count).matches(of: /([a-z0-9:A-Z-]+)(?:="([^"]*)")?/) {
      attributes[String(match.1)] = match.2.map(String.init) ?? ""
    }
    return Tag(name: String(name), attributes: attributes)
  }

  func all(_ name: String) -> [Tag] { tags.filter { $0.name == name } }
}

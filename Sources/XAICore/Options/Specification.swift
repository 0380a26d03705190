/// A plugin with options as users write it: `gmar:norm=l2,preset=paper`.
public struct Specification: Sendable, CustomStringConvertible {
  /// The plugin's id.
  public let id: String
  /// Keys and values, in the order in which they stand.
  public let values: [(key: String, value: String)]

  /// Reads `id` or `id:key=value,key=value`.
  public init(parsing text: String) throws(OptionError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = parts.first, !id.isEmpty else { throw .malformed(text: text) }
    self.id = String(id)
    var values: [(key: String, value: String)] = []
    if parts.count == 2 {
      for pair in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else { throw .malformed(text: text) }
        values.append((key: String(sides[0]), value: String(sides[1])))
      }
    }
    self.values = values
  }

  /// The text that reads back the same.
  public var description: String {
    values.isEmpty ? id : "\(id):" + values.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}

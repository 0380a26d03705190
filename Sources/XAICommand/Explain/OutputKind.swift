import ArgumentParser

/// A file that is written for each map.
enum OutputKind: String, CaseIterable, Hashable, Sendable {
  case overlay
  case heatMap = "heat-map"
  case map
  case upsampledMap = "upsampled-map"
  case record

  /// Reads kinds with commas between them.
  @Sendable static func list(_ text: String) throws -> [OutputKind] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let kind = OutputKind(rawValue: String(name)) else {
        throw ValidationError(
          "'\(name)' is none of \(allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return kind
    }
  }
}

public import XAICore

/// Adds lists of pictures.
public enum CSVListPlugin: Plugin {
  /// `CSVList`.
  public static let name = "CSVList"

  /// Adds `csv`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(dataset: CSVList.self)
  }
}

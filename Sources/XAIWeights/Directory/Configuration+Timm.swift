extension Configuration {
  /// The name of a timm architecture, without what stands before and behind it in the hub's names, such as
  /// `hf-hub:timm/vit_tiny_patch16_224.augreg_in21k`; nil where there is none.
  public var timmArchitecture: String? {
    guard let stated = try? optionalString("architecture") else { return nil }
    let name = stated.split { $0 == "/" || $0 == ":" }.last ?? ""
    return name.split(separator: ".").first.map { String($0) }
  }
}

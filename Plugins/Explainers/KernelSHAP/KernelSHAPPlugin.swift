public import XAICore

/// Adds Kernel SHAP.
public enum KernelSHAPPlugin: Plugin {
  /// `KernelSHAP`.
  public static let name = "KernelSHAP"

  /// Adds `kernel-shap`.
  public static func register(in registry: inout Registry) throws(RegistryError) {
    try registry.register(explainer: KernelSHAP.self)
  }
}

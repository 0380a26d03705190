import XAIFoundation

extension Metric {
  /// Everything that a value depends on beside model, image and map: the metric and all of its options, as text.
  public var protocolText: String {
    ([descriptor.id] + options.protocolTexts.map { "\($0.key)=\($0.value)" }).joined(separator: "\n")
  }

  /// The hash of `protocolText`, 16 hexadecimal digits: values of different hashes can't be compared.
  ///
  /// FNV-1a of 64 bits, the same on every machine and in every version that means the same by the text.
  public var protocolHash: String { FNV1a(protocolText).text }

  /// The preset that the options are; nil where they are none's, or there are none.
  public var protocolName: String? { options.presetName }
}

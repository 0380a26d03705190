import XAICore
import XAIEvaluation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How far maps agree, as it is sent.
struct AgreementBody: Encodable {
  /// Spearman's rank correlation of each pair; null where a map is the same everywhere.
  let rankCorrelation: [[Double?]]
  /// The share of the highest tenth of the patches that both have.
  let topTenth: [[Double?]]

  init(_ agreement: MapAgreement) {
    (rankCorrelation, topTenth) = (agreement.correlation, agreement.overlap)
  }
}

/// Attention as it is sent: a hundred thousand numbers as text would be three times as long and slow to read.
struct AttentionBody: Encodable {
  let layers: Int
  let heads: Int
  let grid: PatchGrid
  /// Base 64 of float32, little endian, [layers][heads][rows × columns].
  let rows: String
  /// The same of [layers][rows × columns].
  let rollout: String
  let toPrefix: [[Float]]
  let gmarWeights: [[Float]]?

  init(_ attention: ExploreAttention) {
    (layers, heads, grid) = (attention.layers, attention.heads, attention.grid)
    (toPrefix, gmarWeights) = (attention.toPrefix, attention.gmarWeights)
    (rows, rollout) = (Self.text(attention.rows), Self.text(attention.rollout))
  }

  private static func text(_ numbers: [Float]) -> String {
    Data(numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
      .base64EncodedString()
  }
}

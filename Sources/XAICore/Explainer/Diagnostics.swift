/// What an explainer noticed while it made a map; fields that don't apply to it are nil.
public struct Diagnostics: Hashable, Sendable, Codable {
  /// Weight of each head in the map: `headWeights[layer][head]`; the weights of a layer sum to 1.
  public var headWeights: [[Float]]?
  /// Share of negative entries in each head's attention gradient: `negativeGradientShare[layer][head]`.
  ///
  /// A norm drops the sign, so a head with a share near 1 counts evidence against the class as evidence for it.
  public var negativeGradientShare: [[Float]]?
  /// Entropy of the readout row of each head's attention over ln N: 1 is uniform, 0 is one token.
  public var attentionEntropy: [[Float]]?
  /// How alike the rows of the rollout matrix are: 1 means that every token gives the same map.
  ///
  /// One minus the total variation distance between the readout row and the mean row, both summing to 1.
  public var rankCollapse: Float?
  /// Sum of all attributions minus what the class gained from the baseline to the image, where both should be equal.
  public var completenessGap: Float?

  /// Makes diagnostics; by default nothing was noticed.
  public init(
    headWeights: [[Float]]? = nil, negativeGradientShare: [[Float]]? = nil,
    attentionEntropy: [[Float]]? = nil,
    rankCollapse: Float? = nil, completenessGap: Float? = nil
  ) {
    self.headWeights = headWeights
    self.negativeGradientShare = negativeGradientShare
    self.attentionEntropy = attentionEntropy
    self.rankCollapse = rankCollapse
    self.completenessGap = completenessGap
  }
}

@_exported public import XAIAverageDrop
@_exported public import XAIAverageGain
@_exported public import XAIAverageIncrease
@_exported public import XAIAveragePrecision
@_exported public import XAIClassLocalisation
@_exported public import XAIClassSensitivity
@_exported public import XAICompleteness
public import XAICore
@_exported public import XAIDeletion
@_exported public import XAIEntropy
@_exported public import XAIHeadAblation
@_exported public import XAIInfidelity
@_exported public import XAIInsertion
@_exported public import XAIIntersectionOverUnion
@_exported public import XAIMatchedAverageDrop
@_exported public import XAIMaxSensitivity
@_exported public import XAIMuFidelity
@_exported public import XAINegativePerturbation
@_exported public import XAIObjectEnergy
@_exported public import XAIPointingGame
@_exported public import XAIROAD
@_exported public import XAIRandomisation
@_exported public import XAIRelevanceRank
@_exported public import XAISaCo
@_exported public import XAISparsity
@_exported public import XAIStructuralCompactness
@_exported public import XAISymmetricRelevanceGain

/// Every metric that ships with the package: importing this module imports them all.
public let builtInMetrics: [any Plugin.Type] = [
  AverageDrop.self,
  AverageIncrease.self,
  AverageGain.self,
  MatchedAverageDrop.self,
  Insertion.self,
  Deletion.self,
  NegativePerturbation.self,
  SymmetricRelevanceGain.self,
  ROAD.self,
  HeadAblation.self,
  Infidelity.self,
  MuFidelity.self,
  SaCo.self,
  Completeness.self,
  MaxSensitivity.self,
  PointingGame.self,
  ObjectEnergy.self,
  RelevanceRank.self,
  IntersectionOverUnion.self,
  AveragePrecision.self,
  ClassLocalisation.self,
  ClassSensitivity.self,
  Randomisation.self,
  Entropy.self,
  Sparsity.self,
  StructuralCompactness.self,
]

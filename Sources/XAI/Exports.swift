// An application imports XAI and has everything: this is the only file that exports other modules.
@_exported public import XAIAttentionRollout
@_exported public import XAIAverageDrop
@_exported public import XAIAverageGain
@_exported public import XAIAverageIncrease
@_exported public import XAICore
@_exported public import XAIDeiT
@_exported public import XAIGMAR
@_exported public import XAIGenericAttention
@_exported public import XAIGradCAM
@_exported public import XAIGradientRollout
@_exported public import XAIImage
@_exported public import XAIRawAttention
@_exported public import XAITensor
@_exported public import XAITraining
@_exported public import XAITransformer
@_exported public import XAIViT
@_exported public import XAIWeights

@_exported public import XAIAGCAM
@_exported public import XAIAttCAT
@_exported public import XAIAttentionFlow
@_exported public import XAIAttentionRollout
@_exported public import XAIAttnLRP
@_exported public import XAIBTH
@_exported public import XAICPLRP
@_exported public import XAICentreMap
@_exported public import XAICoRT
@_exported public import XAIConservativePropagation
public import XAICore
@_exported public import XAIDAP
@_exported public import XAIFovEx
@_exported public import XAIFullGradPlus
@_exported public import XAIGMAR
@_exported public import XAIGenericAttention
@_exported public import XAIGradCAM
@_exported public import XAIGradCAMPlusPlus
@_exported public import XAIGradECLIP
@_exported public import XAIGradientRollout
@_exported public import XAIGreedyOracle
@_exported public import XAIHSIC
@_exported public import XAIInputXGradient
@_exported public import XAIIntegratedGradients
@_exported public import XAIKernelSHAP
@_exported public import XAILIME
@_exported public import XAILRP
@_exported public import XAILayerCAM
@_exported public import XAILeGrad
@_exported public import XAIOcclusion
@_exported public import XAIPartialLRP
@_exported public import XAIPatchPCA
@_exported public import XAIRISE
@_exported public import XAIRandomMap
@_exported public import XAIRawAttention
@_exported public import XAIReciproCAM
@_exported public import XAIScoreCAM
@_exported public import XAISmoothGrad
@_exported public import XAISobol
@_exported public import XAITIS
@_exported public import XAITokenNorm
@_exported public import XAITokenTM
@_exported public import XAITransformerAttribution
@_exported public import XAIViTCX
@_exported public import XAIViewMean

/// Every explainer that ships with the package: importing this module imports them all.
public let builtInExplainers: [any Plugin.Type] = [
  AttentionRollout.self,
  GMAR.self,
  GradCAM.self,
  RawAttention.self,
  GradientRollout.self,
  GenericAttention.self,
  GradCAMPlusPlus.self,
  LayerCAM.self,
  InputXGradient.self,
  IntegratedGradients.self,
  SmoothGrad.self,
  LeGrad.self,
  AGCAM.self,
  GradECLIP.self,
  AttCAT.self,
  FullGradPlus.self,
  DAP.self,
  AttentionFlow.self,
  TokenTM.self,
  BTH.self,
  LRP.self,
  PartialLRP.self,
  TransformerAttribution.self,
  ConservativePropagation.self,
  AttnLRP.self,
  CPLRP.self,
  CoRT.self,
  Occlusion.self,
  RISE.self,
  KernelSHAP.self,
  LIME.self,
  ScoreCAM.self,
  ViTCX.self,
  ReciproCAM.self,
  ViewMean.self,
  Sobol.self,
  HSIC.self,
  TIS.self,
  GreedyOracle.self,
  FovEx.self,
  TokenNorm.self,
  PatchPCA.self,
  RandomMap.self,
  CentreMap.self,
]

/// The explainers that are used where nobody says which, by the tables of docs/choosing.md.
///
/// AttnLRP with γ leads on scenes whose objects are known, by localisation and by insertion, and is second to gradient
/// rollout on photographs; both follow the class. Occlusion asks nothing of a model but its logits.
public enum BuiltInExplainerDefaults: Plugin {
  /// Sets the registry's.
  public static func register(in registry: inout Registry) {
    registry.defaults = ExplainerDefaults(
      leading: ["attnlrp:preset=vit", "gradient-rollout", "occlusion", "attention-rollout"],
      evaluated: [
        "attnlrp:preset=vit", "gradient-rollout", "generic-attention", "gmar", "attention-rollout",
        "grad-cam", "lrp", "integrated-gradients", "input-x-gradient", "random", "centre",
      ])
  }
}

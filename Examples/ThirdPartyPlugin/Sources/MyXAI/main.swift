import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenLength.self, HiResCAM.self, GradSAM.self, TorchvisionViT.self, RotaryViT.self, CosineViT.self,
    ZeroShotViT.self, CentreDistance.self, Comprehensiveness.self, MaxSensitivity.self, Infidelity.self,
    CIFAR10.self,
  ])

import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenLength.self, HiResCAM.self, GradSAM.self, TorchvisionViT.self, RotaryViT.self, CosineViT.self,
    ZeroShotViT.self, CentreDistance.self, Comprehensiveness.self, MirrorDistance.self,
    CIFAR10.self,
  ])

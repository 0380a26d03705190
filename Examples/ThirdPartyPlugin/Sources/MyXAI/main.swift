import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenNormPlugin.self, TorchvisionViTPlugin.self, ZeroShotViTPlugin.self, ComprehensivenessPlugin.self,
    CIFAR10Plugin.self,
  ])

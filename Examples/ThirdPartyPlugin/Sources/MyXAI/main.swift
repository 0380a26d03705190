import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenNormPlugin.self, TorchvisionViTPlugin.self, RotaryViTPlugin.self, CosineViTPlugin.self,
    ComprehensivenessPlugin.self, CIFAR10Plugin.self,
  ])

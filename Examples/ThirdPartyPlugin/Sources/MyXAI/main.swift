import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenNormPlugin.self, TorchvisionViTPlugin.self, ComprehensivenessPlugin.self, MaxSensitivityPlugin.self,
    InfidelityPlugin.self, CIFAR10Plugin.self,
  ])

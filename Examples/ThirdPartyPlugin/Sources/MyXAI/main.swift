import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(
  plugins: builtInPlugins + [
    TokenNormPlugin.self, AGCAMPlugin.self, GradECLIPPlugin.self, TorchvisionViTPlugin.self,
    ComprehensivenessPlugin.self, CIFAR10Plugin.self,
  ])

import ThirdPartyPlugins
import XAI
import XAICommand

XAICommandLine.run(plugins: builtInPlugins + [TokenLength.self])

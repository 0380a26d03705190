import XAI
import XAICommand

XAICommandLine.run(plugins: builtInPlugins)

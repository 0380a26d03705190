import Testing
package import XAICore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A plugin of a list, as an argument of a test.
package struct BuiltIn: Sendable, CustomTestStringConvertible {
  package let type: any Plugin.Type

  package init(type: any Plugin.Type) { self.type = type }

  package var testDescription: String { type.name }

  /// Whether the environment asks for this plugin: XAI_PLUGIN names one, as `make test-GMAR` does; without it all are.
  package var isChosen: Bool {
    let name = ProcessInfo.processInfo.environment["XAI_PLUGIN"]
    return name == nil || name == type.name
  }

  /// The plugins of a list that the environment asks for.
  package static func chosen(of plugins: [any Plugin.Type]) -> [BuiltIn] {
    plugins.map(BuiltIn.init).filter(\.isChosen)
  }
}

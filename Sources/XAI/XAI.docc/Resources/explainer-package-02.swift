// swift-tools-version: 6.1
import PackageDescription

// Plugins, an `xai` command that has them, and tests that end in the conformance kit.
let package = Package(
  name: "ThirdPartyPlugin",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ThirdPartyPlugins", targets: ["ThirdPartyPlugins"]),
    .executable(name: "my-xai", targets: ["my-xai"]),
  ],
  dependencies: [
    // The name holds whatever the folder is called. From a server: .package(url: "https://…/swift-xai", from: "…").
    .package(name: "swift-xai", path: "../..")
  ],
  targets: [
    .target(name: "ThirdPartyPlugins", dependencies: [.product(name: "XAI", package: "swift-xai")]),
    .executableTarget(
      name: "my-xai",
      dependencies: ["ThirdPartyPlugins", .product(name: "XAICommand", package: "swift-xai")],
      path: "Sources/MyXAI"),
    .testTarget(
      name: "ThirdPartyPluginsTests",
      dependencies: [
        "ThirdPartyPlugins", .product(name: "XAI", package: "swift-xai"),
        .product(name: "XAITesting", package: "swift-xai"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "ThirdPartyPlugin",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ThirdPartyPlugins", targets: ["ThirdPartyPlugins"])
  ],
  dependencies: [
    // The name holds whatever the folder is called. From a server: .package(url: "https://…/swift-xai", from: "…").
    .package(name: "swift-xai", path: "../..")
  ],
  targets: [
    .target(name: "ThirdPartyPlugins", dependencies: [.product(name: "XAI", package: "swift-xai")])
  ],
  swiftLanguageModes: [.v6]
)

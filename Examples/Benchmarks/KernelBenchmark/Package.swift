// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "KernelBenchmark",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-xai", path: "../../..")],
  targets: [
    .executableTarget(name: "KernelBenchmark", dependencies: [.product(name: "XAI", package: "swift-xai")])
  ],
  swiftLanguageModes: [.v6]
)

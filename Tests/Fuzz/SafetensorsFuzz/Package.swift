// swift-tools-version: 6.1
import PackageDescription

// A package of its own: it is built for libFuzzer, which brings the main function, and with instrumentation.
let package = Package(
  name: "SafetensorsFuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-xai", path: "../../..")],
  targets: [
    .executableTarget(
      name: "SafetensorsFuzz",
      dependencies: [
        .product(name: "XAIWeights", package: "swift-xai"), .product(name: "XAITensor", package: "swift-xai"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ],
  swiftLanguageModes: [.v6]
)

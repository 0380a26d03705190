// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The manifest is a table: one row per module, one row per plugin. Paths, test targets and settings are computed.

// MARK: - oneDNN

/// Whether XAITensor is built with oneDNN: where its headers are found, unless XAI_ONEDNN=on or off decides.
let usesOneDNN: Bool = {
  switch ProcessInfo.processInfo.environment["XAI_ONEDNN"] {
  case "on": return true
  case "off": return false
  default:
    return ["/usr/include", "/usr/local/include"].contains {
      FileManager.default.fileExists(atPath: $0 + "/oneapi/dnnl/dnnl.h")
    }
  }
}()

// MARK: - Tests

/// The test targets that are built: those that XAI_TESTS names, with commas between, or all.
let namedTests = ProcessInfo.processInfo.environment["XAI_TESTS"]?.split(separator: ",").map(String.init)

// MARK: - Modules

let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

/// A library module of `Sources/`, in the order in which they may depend on one another.
struct Module {
  var name: String
  var uses: [Target.Dependency] = []
}

let modules: [Module] = [
  Module(name: "XAITensor", uses: ["CVectorKernels"] + (usesOneDNN ? ["COneDNN"] : [])),
  Module(name: "XAIWeights", uses: ["XAITensor"]),
  Module(name: "XAIImage", uses: ["XAITensor", "CImageCodecs"]),
  Module(name: "XAICore", uses: ["XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAITransformer", uses: ["XAICore", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAITraining", uses: ["XAICore", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAIEvaluation", uses: ["XAICore", "XAITensor", "XAIWeights", "XAIImage", database]),
  Module(name: "XAIReport", uses: ["XAIEvaluation", "XAICore", "XAITensor", "XAIImage"]),
  Module(
    name: "XAIBench",
    uses: ["XAIEvaluation", "XAITransformer", "XAICore", "XAITensor", "XAIImage", "CVectorKernels"]),
  Module(name: "XAITesting", uses: ["XAICore", "XAITransformer", "XAITensor", "XAIWeights", "XAIImage"]),
]

// MARK: - Plugins

/// A plugin: the folder `Plugins/<kind>/<name>`, the module `XAI<name>`, the tests `Tests/XAI<name>Tests`.
struct Plugin {
  var kind: String
  var name: String
}

let plugins: [Plugin] = [
  Plugin(kind: "Models", name: "ViT"),
  Plugin(kind: "Models", name: "DeiT"),
  Plugin(kind: "Models", name: "BEiT"),
  Plugin(kind: "Models", name: "DINOv2"),
  Plugin(kind: "Models", name: "Swin"),
  Plugin(kind: "Explainers", name: "AttentionRollout"),
  Plugin(kind: "Explainers", name: "GMAR"),
  Plugin(kind: "Explainers", name: "GradCAM"),
  Plugin(kind: "Explainers", name: "RawAttention"),
  Plugin(kind: "Explainers", name: "GradientRollout"),
  Plugin(kind: "Explainers", name: "GenericAttention"),
  Plugin(kind: "Explainers", name: "GradCAMPlusPlus"),
  Plugin(kind: "Explainers", name: "LayerCAM"),
  Plugin(kind: "Explainers", name: "InputXGradient"),
  Plugin(kind: "Explainers", name: "IntegratedGradients"),
  Plugin(kind: "Explainers", name: "SmoothGrad"),
  Plugin(kind: "Explainers", name: "LeGrad"),
  Plugin(kind: "Explainers", name: "AttentionFlow"),
  Plugin(kind: "Explainers", name: "TokenTM"),
  Plugin(kind: "Explainers", name: "BTH"),
  Plugin(kind: "Explainers", name: "LRP"),
  Plugin(kind: "Explainers", name: "PartialLRP"),
  Plugin(kind: "Explainers", name: "TransformerAttribution"),
  Plugin(kind: "Explainers", name: "ConservativePropagation"),
  Plugin(kind: "Explainers", name: "AttnLRP"),
  Plugin(kind: "Explainers", name: "CPLRP"),
  Plugin(kind: "Explainers", name: "Occlusion"),
  Plugin(kind: "Explainers", name: "RISE"),
  Plugin(kind: "Explainers", name: "KernelSHAP"),
  Plugin(kind: "Explainers", name: "LIME"),
  Plugin(kind: "Explainers", name: "ScoreCAM"),
  Plugin(kind: "Explainers", name: "ViTCX"),
  Plugin(kind: "Explainers", name: "FovEx"),
  Plugin(kind: "Explainers", name: "RandomMap"),
  Plugin(kind: "Explainers", name: "CentreMap"),
  Plugin(kind: "Metrics", name: "AverageDrop"),
  Plugin(kind: "Metrics", name: "AverageIncrease"),
  Plugin(kind: "Metrics", name: "AverageGain"),
  Plugin(kind: "Metrics", name: "Insertion"),
  Plugin(kind: "Metrics", name: "Deletion"),
  Plugin(kind: "Metrics", name: "NegativePerturbation"),
  Plugin(kind: "Metrics", name: "PointingGame"),
  Plugin(kind: "Metrics", name: "ObjectEnergy"),
  Plugin(kind: "Metrics", name: "IntersectionOverUnion"),
  Plugin(kind: "Metrics", name: "AveragePrecision"),
  Plugin(kind: "Metrics", name: "ClassLocalisation"),
  Plugin(kind: "Metrics", name: "ClassSensitivity"),
  Plugin(kind: "Metrics", name: "Randomisation"),
  Plugin(kind: "Metrics", name: "Entropy"),
  Plugin(kind: "Metrics", name: "Sparsity"),
  Plugin(kind: "Datasets", name: "Shapes"),
  Plugin(kind: "Datasets", name: "ImageFolder"),
  Plugin(kind: "Datasets", name: "CSVList"),
  Plugin(kind: "Datasets", name: "TinyImageNet"),
]

// MARK: - Examples

/// Programs of `Examples/` that are part of this package; `Examples/ThirdPartyPlugin` is a package of its own.
let examples = ["ExplainImage", "CompareExplainers", "EvaluateExplainers", "ExportSamples"]

// MARK: - Targets

let pluginNames = plugins.map { "XAI\($0.name)" }
let core: [Target.Dependency] = ["XAICore", "XAITransformer", "XAITensor", "XAIWeights", "XAIImage"]
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let cTargets: [Target] =
  [
    .target(name: "CVectorKernels"),
    .target(name: "CImageCodecs", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
  ]
  + (usesOneDNN ? [.systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])])] : [])

let moduleTargets: [Target] = modules.flatMap { module -> [Target] in
  [.target(name: module.name, dependencies: module.uses)]
    + tests(for: module.name, uses: [.target(name: module.name)] + module.uses)
}

let pluginTargets: [Target] = plugins.flatMap { plugin -> [Target] in
  let name = "XAI\(plugin.name)"
  return [.target(name: name, dependencies: core, path: "Plugins/\(plugin.kind)/\(plugin.name)")]
    + tests(for: name, uses: [.target(name: name)] + core)
}

/// The test target of a module; XAITesting is the conformance kit that plugin tests end with.
func tests(for name: String, uses: [Target.Dependency]) -> [Target] {
  let kit: [Target.Dependency] = name == "XAITesting" ? ["XAI"] : ["XAITesting", "XAI"]
  return [.testTarget(name: "\(name)Tests", dependencies: uses + kit)]
}

let applicationTargets: [Target] = [
  .target(
    name: "XAI",
    dependencies: core + ["XAITraining", "XAIEvaluation", "XAIReport"] + pluginNames.map { .target(name: $0) }
  ),
  .target(
    name: "XAICommand",
    dependencies: ["XAI", "XAITraining", "XAIEvaluation", "XAIReport", "XAIBench", argumentParser] + core),
  .executableTarget(name: "xai", dependencies: ["XAI", "XAICommand"], path: "Sources/Executable"),
]

let exampleTargets: [Target] = examples.map {
  .executableTarget(
    name: $0, dependencies: ["XAI", argumentParser], path: "Examples/\($0)", exclude: ["README.md"])
}

/// Tests of the whole: golden values, the registry against the folders, the command, the examples.
let wholeTests: [Target] = [
  .testTarget(name: "XAIGoldenTests", dependencies: ["XAI", "XAITesting"] + core),
  .testTarget(name: "ExampleTests", dependencies: ["XAI"] + examples.map { .target(name: $0) }),
  .testTarget(name: "RegistryCompletenessTests", dependencies: ["XAI", "XAITesting"] + core),
  .testTarget(
    name: "XAICommandTests",
    dependencies: ["xai", "XAI", "XAICommand", "XAITraining", "XAIBench", "XAITesting", argumentParser] + core
  ),
]

let package = Package(
  name: "swift-xai",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "XAI", targets: ["XAI"] + modules.map(\.name) + pluginNames),
    .library(name: "XAITesting", targets: ["XAITesting"]),
    .library(name: "XAICommand", targets: ["XAICommand"]),
    .executable(name: "xai", targets: ["xai"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: (cTargets + moduleTargets + pluginTargets + applicationTargets + exampleTargets + wholeTests)
    .filter { $0.type != .test || namedTests?.contains($0.name) != false },
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  guard !target.name.hasPrefix("C") else { continue }
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  ]
  if target.name.hasPrefix("XAITensor"), usesOneDNN {
    target.swiftSettings?.append(.define("XAI_ONEDNN"))
  }
}

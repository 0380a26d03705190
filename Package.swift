// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The manifest is a table: one row per module, plugin and test target. Paths, products and settings are computed.

// MARK: - Libraries of the system

/// Where descriptions of libraries for pkg-config are looked for: in Homebrew's folder, and in those of PKG_CONFIG_PATH.
///
/// Debian's lie elsewhere and aren't needed, since the compiler finds all that they name.
let descriptionFolders =
  (ProcessInfo.processInfo.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":").map(String.init)
  + ["/opt/homebrew/lib/pkgconfig", "/usr/local/lib/pkgconfig", "/usr/lib/pkgconfig", "/usr/share/pkgconfig"]

func isDescribed(_ name: String) -> Bool {
  descriptionFolders.contains { FileManager.default.fileExists(atPath: "\($0)/\(name).pc") }
}

/// Whether a header lies where the compiler looks by itself.
func isFound(_ header: String) -> Bool {
  ["/usr/include", "/usr/local/include"].contains {
    FileManager.default.fileExists(atPath: "\($0)/\(header)")
  }
}

/// Whether something optional is built: where its header is found, unless a variable that is on or off decides.
func isWanted(_ variable: String, header: String, description: String? = nil) -> Bool {
  switch ProcessInfo.processInfo.environment[variable] {
  case "on": true
  case "off": false
  default: isFound(header) || description.map(isDescribed) == true
  }
}

/// Whether XAITensor is built with oneDNN, which no package describes: Homebrew's is not found on Apple's processors.
let usesOneDNN = isWanted("XAI_ONEDNN", header: "oneapi/dnnl/dnnl.h")

/// Whether images in WebP and GIF are read; without their libraries they are refused by name.
let usesWebP = isWanted("XAI_WEBP", header: "webp/demux.h", description: "libwebpdemux")
let usesGIF = isWanted("XAI_GIF", header: "gif_lib.h", description: "libgif")

/// A library that CImageCodecs is linked with.
struct ImageLibrary {
  var header: String
  var links: [String]
  /// What pkg-config calls it.
  var descriptions: [String]
  /// The packages of Debian and of Homebrew.
  var apt, brew: String
}

let imageLibraries =
  [
    ImageLibrary(
      header: "jpeglib.h", links: ["jpeg"], descriptions: ["libjpeg"], apt: "libjpeg-dev", brew: "jpeg-turbo"),
    ImageLibrary(
      header: "png.h", links: ["png", "z"], descriptions: ["libpng"], apt: "libpng-dev", brew: "libpng"),
  ]
  + (usesWebP
    ? [
      ImageLibrary(
        header: "webp/demux.h", links: ["webp", "webpdemux"], descriptions: ["libwebp", "libwebpdemux"],
        apt: "libwebp-dev", brew: "webp")
    ] : [])
  + (usesGIF
    ? [
      ImageLibrary(
        header: "gif_lib.h", links: ["gif"], descriptions: ["libgif"], apt: "libgif-dev", brew: "giflib")
    ] : [])

/// What SwiftPM asks pkg-config for.
///
/// A library that the compiler finds and no description names is left out, since SwiftPM would warn. Where neither is
/// there, SwiftPM says what to install.
let imageDescriptions = imageLibraries.flatMap { library in
  library.descriptions.filter { isDescribed($0) || !isFound(library.header) }
}

/// Whether XAIResults is built, and what needs it; SQLite is part of macOS's SDK.
let usesDatabase: Bool = {
  #if os(macOS)
  return ProcessInfo.processInfo.environment["XAI_DATABASE"] != "off"
  #else
  return isWanted("XAI_DATABASE", header: "sqlite3.h")
  #endif
}()

/// Whether XAIExplore and `xai explore` are built, with an HTTP server from outside that needs Swift 6.2.
let usesServer: Bool = {
  #if compiler(>=6.2)
  return ProcessInfo.processInfo.environment["XAI_EXPLORE"] != "off"
  #else
  return false
  #endif
}()

// MARK: - Documentation

/// Whether the manifest is that of the documentation, without tests and examples: only where `make docs` asks for it.
///
/// SwiftPM compiles the command plugins of dependencies for everybody, those who depend on this package too, so
/// swift-docc-plugin is none otherwise.
let buildsDocumentation = ProcessInfo.processInfo.environment["XAI_DOCS"] == "1"

let documentationPlugin: [Package.Dependency] =
  buildsDocumentation
  ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")] : []

// MARK: - Modules

let core: [Target.Dependency] = [
  "XAIFoundation", "XAICore", "XAITransformer", "XAITensor", "XAIWeights", "XAIImage",
]
let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let server: [Target.Dependency] = [
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A library module of `Sources/`.
struct Module {
  var name: String
  var uses: [Target.Dependency] = []
  /// Files that are compiled into the module as bytes, so that a program stays one file.
  var embedded: [String] = []
}

/// In the order in which they may depend on one another.
let modules: [Module] = [
  Module(name: "XAIFoundation"),
  Module(name: "XAITensor", uses: ["XAIFoundation", "CVectorKernels"] + (usesOneDNN ? ["COneDNN"] : [])),
  Module(name: "XAIWeights", uses: ["XAIFoundation", "XAITensor"]),
  Module(name: "XAIHub", uses: ["XAIFoundation", "XAIWeights", "CCurl"]),
  Module(name: "XAIImage", uses: ["XAIFoundation", "XAITensor", "CImageCodecs"]),
  Module(name: "XAIFigures", uses: ["XAIFoundation", "XAITensor", "XAIImage", "CPangoCairo"]),
  Module(name: "XAICore", uses: ["XAIFoundation", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAITransformer", uses: ["XAIFoundation", "XAICore", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAITowers", uses: ["XAIFoundation", "XAICore", "XAITransformer", "XAITensor", "XAIWeights"]),
  Module(name: "XAITraining", uses: ["XAIFoundation", "XAICore", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(
    name: "XAIEvaluation", uses: ["XAIFoundation", "XAICore", "XAITensor", "XAIWeights", "XAIImage"]),
  Module(name: "XAIResults", uses: ["XAIFoundation", "XAIEvaluation", "XAICore", "XAITensor", database]),
  Module(
    name: "XAIReport",
    uses: ["XAIFoundation", "XAIEvaluation", "XAICore", "XAITensor", "XAIImage", "XAIFigures"],
    embedded: ["Page/report.css", "Page/report.js", "Page/images.js"]),
  Module(
    name: "XAIExplore",
    uses: [
      "XAIFoundation", "XAIEvaluation", "XAICore", "XAITensor", "XAIWeights", "XAIImage", "XAIFigures",
    ] + server,
    embedded: [
      "Page/index.html", "Page/explore.css", "Page/api.js", "Page/attention.js", "Page/chart.js",
      "Page/classes.js", "Page/colours.js", "Page/dom.js", "Page/explore.js", "Page/fitting.js",
      "Page/hide.js", "Page/images.js", "Page/keep.js", "Page/layers.js", "Page/maps.js",
      "Page/methods.js", "Page/numbers.js", "Page/paint.js", "Page/pane.js", "Page/photo.js",
      "Page/pins.js", "Page/progress.js", "Page/questions.js", "Page/snapshot.js", "Page/stage.js",
      "Page/store.js", "Page/strokes.js", "Page/timing.js", "Page/tour.js", "Page/versus.js",
    ]),
  Module(
    name: "XAIBench",
    uses: [
      "XAIFoundation", "XAIEvaluation", "XAITransformer", "XAICore", "XAITensor", "XAIImage",
      "CVectorKernels",
    ]),
  Module(
    name: "XAITesting",
    uses: [
      "XAIFoundation", "XAIEvaluation", "XAICore", "XAITransformer", "XAITensor", "XAIWeights", "XAIImage",
      "XAISwin",
    ]),
].filter { (usesDatabase || $0.name != "XAIResults") && (usesServer || $0.name != "XAIExplore") }

/// The module that depends on the database, where there is one.
let results: [Target.Dependency] = usesDatabase ? ["XAIResults"] : []

/// The module that depends on the HTTP server, where there is one.
let explore: [Target.Dependency] = usesServer ? ["XAIExplore"] : []

// MARK: - Plugins

/// A plugin: the folder `Plugins/<kind>/<name>`, the module and the product `XAI<name>`.
struct Plugin {
  var kind: String
  var name: String
  /// What it depends on beside what all plugins do.
  var uses: [Target.Dependency] = []
  var module: String { "XAI\(name)" }
}

let plugins: [Plugin] = [
  Plugin(kind: "Models", name: "ViT"),
  Plugin(kind: "Models", name: "DeiT"),
  Plugin(kind: "Models", name: "BEiT"),
  Plugin(kind: "Models", name: "DINOv2"),
  Plugin(kind: "Models", name: "DINOv3"),
  Plugin(kind: "Models", name: "Swin"),
  Plugin(kind: "Models", name: "CLIP", uses: ["XAITowers"]),
  Plugin(kind: "Models", name: "SigLIP", uses: ["XAITowers"]),
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
  Plugin(kind: "Explainers", name: "AGCAM"),
  Plugin(kind: "Explainers", name: "GradECLIP"),
  Plugin(kind: "Explainers", name: "AttCAT"),
  Plugin(kind: "Explainers", name: "FullGradPlus"),
  Plugin(kind: "Explainers", name: "DAP"),
  Plugin(kind: "Explainers", name: "AttentionFlow"),
  Plugin(kind: "Explainers", name: "TokenTM"),
  Plugin(kind: "Explainers", name: "BTH"),
  Plugin(kind: "Explainers", name: "LRP"),
  Plugin(kind: "Explainers", name: "PartialLRP"),
  Plugin(kind: "Explainers", name: "TransformerAttribution"),
  Plugin(kind: "Explainers", name: "ConservativePropagation"),
  Plugin(kind: "Explainers", name: "AttnLRP"),
  Plugin(kind: "Explainers", name: "CPLRP"),
  Plugin(kind: "Explainers", name: "CoRT"),
  Plugin(kind: "Explainers", name: "Occlusion"),
  Plugin(kind: "Explainers", name: "RISE"),
  Plugin(kind: "Explainers", name: "KernelSHAP"),
  Plugin(kind: "Explainers", name: "LIME"),
  Plugin(kind: "Explainers", name: "ScoreCAM"),
  Plugin(kind: "Explainers", name: "ViTCX"),
  Plugin(kind: "Explainers", name: "ReciproCAM"),
  Plugin(kind: "Explainers", name: "ViewMean"),
  Plugin(kind: "Explainers", name: "Sobol"),
  Plugin(kind: "Explainers", name: "HSIC"),
  Plugin(kind: "Explainers", name: "TIS"),
  Plugin(kind: "Explainers", name: "GreedyOracle"),
  Plugin(kind: "Explainers", name: "FovEx"),
  Plugin(kind: "Explainers", name: "TokenNorm"),
  Plugin(kind: "Explainers", name: "PatchPCA"),
  Plugin(kind: "Explainers", name: "RandomMap"),
  Plugin(kind: "Explainers", name: "CentreMap"),
  Plugin(kind: "Metrics", name: "AverageDrop"),
  Plugin(kind: "Metrics", name: "AverageIncrease"),
  Plugin(kind: "Metrics", name: "AverageGain"),
  Plugin(kind: "Metrics", name: "MatchedAverageDrop"),
  Plugin(kind: "Metrics", name: "Insertion"),
  Plugin(kind: "Metrics", name: "Deletion"),
  Plugin(kind: "Metrics", name: "NegativePerturbation"),
  Plugin(kind: "Metrics", name: "SymmetricRelevanceGain"),
  Plugin(kind: "Metrics", name: "ROAD"),
  Plugin(kind: "Metrics", name: "HeadAblation"),
  Plugin(kind: "Metrics", name: "Infidelity"),
  Plugin(kind: "Metrics", name: "MuFidelity"),
  Plugin(kind: "Metrics", name: "SaCo"),
  Plugin(kind: "Metrics", name: "Completeness"),
  Plugin(kind: "Metrics", name: "MaxSensitivity"),
  Plugin(kind: "Metrics", name: "PointingGame"),
  Plugin(kind: "Metrics", name: "ObjectEnergy"),
  Plugin(kind: "Metrics", name: "RelevanceRank"),
  Plugin(kind: "Metrics", name: "IntersectionOverUnion"),
  Plugin(kind: "Metrics", name: "AveragePrecision"),
  Plugin(kind: "Metrics", name: "ClassLocalisation"),
  Plugin(kind: "Metrics", name: "ClassSensitivity"),
  Plugin(kind: "Metrics", name: "Randomisation"),
  Plugin(kind: "Metrics", name: "Entropy"),
  Plugin(kind: "Metrics", name: "Sparsity"),
  Plugin(kind: "Metrics", name: "StructuralCompactness"),
  Plugin(kind: "Datasets", name: "Shapes"),
  Plugin(kind: "Datasets", name: "ImageFolder"),
  Plugin(kind: "Datasets", name: "CSVList"),
  Plugin(kind: "Datasets", name: "TinyImageNet"),
]

/// Each kind has a module that imports all of its plugins and lists them, such as `XAIExplainers`.
let kinds = ["Models", "Explainers", "Metrics", "Datasets"]

func plugins(of kind: String) -> [Target.Dependency] {
  plugins.filter { $0.kind == kind }.map { .target(name: $0.module) }
}

// MARK: - Programs

/// Programs of `Examples/` that are part of this package; `Examples/ThirdPartyPlugin` is a package of its own.
let examples =
  buildsDocumentation
  ? []
  : ["ExplainImage", "FiveTasks", "MoreTasks", "FirstExplanation", "CompareExplainers", "ExportSamples"]
    + (usesDatabase ? ["EvaluateExplainers", "FabricatedResults", "GMARPaper"] : [])

// MARK: - Tests

/// A test target: the folder `Tests/<name>`.
struct Tests {
  var name: String
  var uses: [Target.Dependency]
  /// Folders and files that are left out.
  var excluded: [String] = []
}

/// A target for each module, and for each kind of plugin, with a folder for each plugin inside.
let tests: [Tests] = [
  Tests(name: "FoundationTests", uses: ["XAIFoundation"]),
  Tests(name: "TensorTests", uses: ["XAIFoundation", "XAITensor", "CVectorKernels"]),
  Tests(name: "WeightsTests", uses: ["XAIFoundation", "XAIWeights", "XAITensor", "XAITesting"]),
  Tests(name: "HubTests", uses: ["XAIFoundation", "XAIHub", "XAIWeights", "XAITensor", "XAITesting"]),
  Tests(name: "ImageTests", uses: ["XAIFoundation", "XAIImage", "XAITensor", "XAITesting"]),
  Tests(name: "FigureTests", uses: ["XAIFoundation", "XAIFigures", "XAIImage", "XAITensor", "XAITesting"]),
  Tests(name: "CoreTests", uses: core + kinds.map { .target(name: "XAI\($0)") } + ["XAITesting"]),
  // By themselves, so that the thread sanitizer, which builds everything anew, has little to build.
  Tests(name: "ConcurrencyTests", uses: core + ["XAIExplainers", "XAITesting"]),
  Tests(name: "TransformerTests", uses: core + ["XAIModels", "XAIExplainers", "XAITesting"]),
  Tests(name: "ConformanceKitTests", uses: core + ["XAIModels", "XAIExplainers", "XAITesting"]),
  Tests(name: "ModelTests", uses: core + ["XAITowers", "XAIModels", "XAIExplainers", "XAITesting"]),
  Tests(name: "ExplainerTests", uses: core + ["XAIExplainers", "XAITesting"]),
  Tests(name: "MetricTests", uses: core + ["XAIMetrics", "XAIEvaluation", "XAITesting"]),
  Tests(name: "DatasetTests", uses: core + ["XAIDatasets", "XAITesting"]),
  Tests(name: "TrainingTests", uses: core + ["XAITraining", "XAI", "XAITesting"]),
  Tests(
    name: "EvaluationTests",
    uses: core + ["XAIEvaluation", "XAI", "XAITesting"] + results + (usesDatabase ? [database] : []),
    excluded: usesDatabase ? [] : ["Store"]),
  Tests(name: "ReportTests", uses: core + ["XAIReport", "XAIFigures", "XAIEvaluation"]),
  Tests(name: "ExploreTests", uses: core + ["XAIEvaluation", "XAI", "XAITesting"] + explore),
  Tests(name: "BenchTests", uses: core + ["XAIBench", "XAI", "XAITesting"]),
  Tests(name: "RegistryTests", uses: core + ["XAI", "XAITesting", argumentParser]),
  Tests(name: "GoldenTests", uses: core + ["XAI", "XAITesting"]),
  Tests(
    name: "CommandTests",
    uses: core
      + [
        "XAITool", "XAI", "XAIHub", "XAICommand", "XAIFigures", "XAITraining", "XAIBench", "XAITesting",
        argumentParser,
      ]
      + results + explore),
  Tests(name: "ExampleTests", uses: ["XAI"] + examples.map { .target(name: $0) }),
]

/// The test targets that are built: those that XAI_TESTS names, with commas between, or all.
let namedTests = ProcessInfo.processInfo.environment["XAI_TESTS"]?.split(separator: ",").map(String.init)

// MARK: - Targets

let cTargets: [Target] =
  [
    .target(name: "CVectorKernels"),
    .target(
      name: "CImageCodecs", dependencies: ["CImageLibraries"],
      cxxSettings: (usesWebP ? [.define("XAI_WEBP")] : []) + (usesGIF ? [.define("XAI_GIF")] : []),
      linkerSettings: imageLibraries.flatMap(\.links).map { .linkedLibrary($0) }),
    .systemLibrary(
      name: "CImageLibraries",
      pkgConfig: imageDescriptions.isEmpty ? nil : imageDescriptions.joined(separator: " "),
      providers: [.apt(imageLibraries.map(\.apt)), .brew(imageLibraries.map(\.brew))]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CPangoCairo", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
  ]
  + (usesOneDNN
    ? [.systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])])] : [])

let moduleTargets: [Target] = modules.map {
  .target(name: $0.name, dependencies: $0.uses, resources: $0.embedded.map { .embedInCode($0) })
}

let pluginTargets: [Target] =
  plugins.map {
    .target(name: $0.module, dependencies: core + $0.uses, path: "Plugins/\($0.kind)/\($0.name)")
  }
  + kinds.map { .target(name: "XAI\($0)", dependencies: ["XAICore"] + plugins(of: $0)) }

let applicationTargets: [Target] =
  [
    .target(
      name: "XAI",
      dependencies: core + kinds.map { .target(name: "XAI\($0)") }
        + ["XAITowers", "XAIFigures", "XAITraining", "XAIEvaluation", "XAIReport"] + results
        // DocC resolves links to modules that a target names itself.
        + (buildsDocumentation ? plugins.map { .target(name: $0.module) } : [])),
    .target(
      name: "XAICommand",
      dependencies: core
        + [
          "XAI", "XAIHub", "XAIFigures", "XAITraining", "XAIEvaluation", "XAIReport", "XAIBench",
          argumentParser,
        ]
        + results + explore),
    // Its product is the program xai. Its own name isn't: it would differ from that of the module XAI by case alone, and
    // both have files in one folder, which macOS takes for the same.
    .executableTarget(name: "XAITool", dependencies: ["XAI", "XAICommand"]),
  ]
  + examples.map {
    .executableTarget(
      name: $0, dependencies: core + ["XAI", argumentParser], path: "Examples/\($0)", exclude: ["README.md"])
  }

let testTargets: [Target] = (buildsDocumentation ? [] : tests)
  .filter { namedTests?.contains($0.name) != false && (usesServer || $0.name != "ExploreTests") }
  .map { .testTarget(name: $0.name, dependencies: $0.uses, exclude: $0.excluded) }

// MARK: - Package

/// Every module with a public surface is a product, so that a program links what it uses; XAIBench serves `xai bench` alone.
///
/// ViT and GMAR come without the database, training, reports and the other plugins. XAI is everything that explains and
/// evaluates.
let libraries =
  modules.map(\.name).filter { $0 != "XAIBench" } + plugins.map(\.module) + kinds.map { "XAI\($0)" }
  + ["XAI", "XAICommand"]

let package = Package(
  name: "swift-xai",
  platforms: [.macOS(.v15)],
  products: libraries.map { .library(name: $0, targets: [$0]) } + [
    .executable(name: "xai", targets: ["XAITool"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ] + (usesDatabase ? [.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")] : [])
    + (usesServer
      ? [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
      ] : [])
    + documentationPlugin,
  targets: cTargets + moduleTargets + pluginTargets + applicationTargets + testTargets,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx20
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  guard !target.name.hasPrefix("C") || target.type == .test else { continue }
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  ]
  if usesOneDNN, ["XAITensor", "TensorTests"].contains(target.name) {
    target.swiftSettings?.append(.define("XAI_ONEDNN"))
  }
  if usesWebP, target.name == "XAIImage" { target.swiftSettings?.append(.define("XAI_WEBP")) }
  if usesGIF, target.name == "XAIImage" { target.swiftSettings?.append(.define("XAI_GIF")) }
  if usesServer, ["XAICommand", "CommandTests"].contains(target.name) {
    target.swiftSettings?.append(.define("XAI_EXPLORE"))
  }
  if usesDatabase, ["XAI", "XAICommand", "CommandTests", "ExampleTests"].contains(target.name) {
    target.swiftSettings?.append(.define("XAI_DATABASE"))
  }
}

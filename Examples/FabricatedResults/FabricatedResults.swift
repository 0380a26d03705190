import ArgumentParser
import XAI
import XAIFoundation

/// Makes the databases of an evaluation that never ran, as large as one likes: what merging and reporting cost is measured on them.
@main struct FabricatedResults: ParsableCommand {
  @Argument(help: "The folder for shard-1.sqlite and so on.") var folder: String
  @Option(help: "Images of the sample.") var images = 50_000
  @Option(help: "Explainers, the first ones that there are.") var explainers = 8
  @Option(help: "Metrics, at most 8; the first two have curves.") var metrics = 4
  @Option(help: "Databases that share the images out.") var shards = 100
  @Option(help: "Images with a thumbnail.") var thumbnails = 200
  @Option(help: "Heads of each of the 12 layers, with weights and effects of all; none by default.")
  var heads = 0

  func run() throws {
    try FileSystem.makeFolder(folder)
    let made = try Fabrication(
      images: images, explainers: explainers, metrics: metrics, thumbnails: thumbnails, heads: heads)
    for number in 1...shards {
      guard let shard = Shard(number, of: shards) else { continue }
      let store = try ResultStore(
        at: "\(folder)/shard-\(number).sqlite", experiment: made.experiment, shard: shard.description)
      let positions = shard.positions(ofSample: images)
      for start in stride(from: 0, to: positions.count, by: 500) {
        try store.add(positions[start..<min(start + 500, positions.count)].map(made.image))
      }
    }
    print(
      "\(folder): \(images) images × \(explainers) explainers × \(metrics) metrics in \(shards) databases")
  }
}

/// What such an evaluation of a ViT with 14×14 patches would have found, from a seed.
struct Fabrication {
  let experiment: Experiment
  private let thumbnailCount: Int
  private let headCount: Int
  private let thumbnail: [UInt8]
  private let curveX = (0..<50).map { Double($0) / 49 }

  init(images: Int, explainers: Int, metrics: Int, thumbnails: Int, heads: Int) throws {
    let registry = try Registry.builtIn()
    let ids = [
      "insertion", "deletion", "average-drop", "average-increase", "average-gain", "entropy", "sparsity",
      "negative-perturbation",
    ]
    experiment = Experiment(
      model: ModelIdentity(
        name: "fabricated", architecture: "vit", hash: "fab0", labels: (0..<1000).map { "class \($0)" },
        parameterCount: 5_717_416, layerCount: 12, headCount: max(heads, 3),
        grid: PatchGrid(rows: 14, columns: 14),
        inputHeight: 224, inputWidth: 224),
      data: DataIdentity(
        name: "fabricated", split: "validation", splitCount: images, hash: "fab1", sampleCount: images,
        sampleSeed: nil),
      target: "predicted",
      explainers: registry.explainers.prefix(explainers).map {
        ExplainerIdentity(specification: $0.descriptor.id, descriptor: $0.descriptor)
      },
      metrics: try ids.prefix(metrics).map { id in
        let metric = try registry.metric(id)
        return MetricIdentity(
          specification: metric.specification, descriptor: metric.descriptor,
          protocolName: metric.protocolName,
          protocolText: metric.protocolText, protocolHash: metric.protocolHash)
      }, measuresHeads: heads > 0, settings: ["batch size": "16", "group": "4", "kernels": "portable"])
    thumbnailCount = thumbnails
    headCount = heads
    thumbnail = try RGBImage(
      width: 224, height: 224,
      pixels: (0..<224 * 224 * 3).map { UInt8(truncatingIfNeeded: $0 / 672 + $0 % 672 / 3) }
    ).jpeg(quality: 80)
  }

  func image(_ position: Int) -> ImageResult {
    var random = SeededRandom(seed: 11, UInt64(position))
    func ofHeads() -> [[Float]]? {
      headCount > 0 ? (0..<12).map { _ in (0..<headCount).map { _ in random.uniform() } } : nil
    }
    let effects = ofHeads()
    let maps = experiment.explainers.map { explainer in
      MapResult(
        scores: (0..<196).map { _ in random.normal() },
        diagnostics: Diagnostics(headWeights: explainer.descriptor.id == "gmar" ? ofHeads() : nil),
        values: experiment.metrics.indices.map { metric in
          let value = Double(random.uniform()) * 100
          guard metric < 2 else { return MetricValue(value) }
          return MetricValue(value, curve: MetricValue.Curve(x: curveX, y: curveX.map { $0 * value }))
        })
    }
    return ImageResult(
      position: position, identifier: "n\(position % 1000)/ILSVRC2012_val_\(position).JPEG",
      label: position % 1000, thumbnail: position < thumbnailCount ? thumbnail : nil,
      content: FNV1a("\(position)").text, kernels: "portable avx512",
      subjects: [
        SubjectResult(
          classIndex: position % 1000, probability: random.uniform(), isPredicted: true,
          headEffects: effects, maps: maps)
      ])
  }
}

import XAICore
import XAIEvaluation
import XAIFoundation
import XAIImage

/// Results as an evaluation might give them, drawn from a seed: disks on coloured ground, maps that find them more or less.
struct SyntheticResults {
  var imageCount = 40
  var classesPerImage = 1
  var seed: UInt64 = 7
  var side = 8
  var thumbnailSide = 96
  var layers = 4
  var heads = 6
  var hasThumbnails = true
  var name = "vit-tiny-patch16-224"

  static let explainers:
    [(specification: String, title: String, family: ExplainerDescriptor.Family, skill: Float)] =
      [
        ("random", "Random", .baseline, 0), ("centre", "Centre", .baseline, 0.2),
        ("attention-rollout", "Attention Rollout", .attention, 0.45), ("gmar", "GMAR", .gradient, 0.6),
        ("gmar:norm=l2", "GMAR", .gradient, 0.62), ("grad-cam", "Grad-CAM", .gradient, 0.8),
        ("gradient-rollout", "Gradient Rollout", .gradient, 0.5),
        ("generic-attention", "Generic Attention", .gradient, 0.85),
      ]

  static let metrics:
    [(id: String, title: String, direction: MetricDescriptor.Direction, unit: String, preset: String?)] =
      [
        ("average-drop", "Average Drop", .lower, "%", nil),
        ("average-increase", "Average Increase", .higher, "%", nil),
        ("insertion", "Insertion", .higher, "%", "rise-fast"),
        ("deletion", "Deletion", .lower, "%", "rise-fast"),
        ("pointing-game", "Pointing Game", .higher, "%", nil), ("sparsity", "Sparsity", .neither, "", nil),
      ]

  var experiment: Experiment {
    Experiment(
      model: ModelIdentity(
        name: name, architecture: "vit", hash: "41c92d58be07a3f6",
        labels: ["triangle", "square", "disk, circle", "star"], parameterCount: 5_717_416, layerCount: layers,
        headCount: heads, grid: PatchGrid(rows: side, columns: side), inputHeight: 224, inputWidth: 224),
      data: DataIdentity(
        name: "shapes:size=224", split: "validation", splitCount: 1000, hash: "9c01d3e2f4a5b687",
        sampleCount: imageCount, sampleSeed: 1),
      target: classesPerImage > 1 ? "top:\(classesPerImage)" : "predicted",
      explainers: Self.explainers.map {
        let id = String($0.specification.prefix { $0 != ":" })
        return ExplainerIdentity(
          specification: $0.specification,
          descriptor: ExplainerDescriptor(
            id: id, title: $0.title, summary: "What \($0.title) does", family: $0.family, needs: [],
            isClassSpecific: $0.family == .gradient, scores: .magnitude, backwardPasses: "0",
            citation: Self.citation))
      },
      metrics: Self.metrics.map {
        MetricIdentity(
          specification: $0.id,
          descriptor: MetricDescriptor(
            id: $0.id, title: $0.title, summary: "What \($0.title) measures", direction: $0.direction,
            unit: $0.unit,
            range: $0.unit == "%" ? 0...100 : 0...1,
            curveAxes: $0.preset == nil
              ? nil : .init(x: "share of pixels changed", y: "probability of the class"),
            citation: Self.citation),
          protocolName: $0.preset, protocolText: "\($0.id)\nsteps=28\nsubstrate=zeros",
          protocolHash: FNV1a($0.id).text)
      }, measuresHeads: true, settings: ["batch-size": "8", "kernels": "oneDNN 2.6.3", "seed": "1"])
  }

  private static let citation = Citation(
    authors: "Doe & Roe", title: "On maps", venue: "Journal of Maps", year: 2020,
    identifier: "arXiv:2000.00000")

  func make() throws -> EvaluationResults {
    let experiment = experiment
    let images = try (0..<imageCount).map { position -> ImageResult in
      var random = SeededRandom(seed: seed, UInt64(position))
      let centre = (x: 0.2 + 0.6 * random.uniform(), y: 0.2 + 0.6 * random.uniform())
      let difficulty = random.uniform()
      let subjects = (0..<classesPerImage).map { index in
        subject(position + index, index, centre: centre, difficulty: difficulty, experiment, &random)
      }
      return ImageResult(
        position: position, identifier: "validation/\(position).png", label: position % 4,
        thumbnail: hasThumbnails ? try thumbnail(centre: centre, &random) : nil, subjects: subjects)
    }
    return EvaluationResults(experiment: experiment, images: images)
  }

  private func subject(
    _ classIndex: Int, _ index: Int, centre: (x: Float, y: Float), difficulty: Float,
    _ experiment: Experiment,
    _ random: inout SeededRandom
  ) -> SubjectResult {
    let weights = (0..<layers).map { layer -> [Float] in
      let raw = (0..<heads).map { head in
        1 + 0.5 * Float((head * 7 + layer * 3) % heads) / Float(heads) + 0.2 * random.uniform()
      }
      let sum = raw.reduce(0, +)
      return raw.map { $0 / sum }
    }
    let effects = (0..<layers).map { layer in
      (0..<heads).map { head in Float((head * 5 + layer) % heads) / Float(heads) - 0.3 + 0.4 * random.normal()
      }
    }
    let maps = Self.explainers.map { explainer in
      map(explainer, centre: centre, difficulty: difficulty, headWeights: weights, &random)
    }
    return SubjectResult(
      classIndex: classIndex % 4, probability: 0.5 + 0.5 * random.uniform(), isPredicted: index == 0,
      headEffects: effects, maps: maps)
  }

  private func map(
    _ explainer: (specification: String, title: String, family: ExplainerDescriptor.Family, skill: Float),
    centre: (x: Float, y: Float), difficulty: Float, headWeights: [[Float]], _ random: inout SeededRandom
  ) -> MapResult {
    let isCentre = explainer.specification == "centre"
    let isFlat = explainer.specification == "grad-cam" && difficulty > 0.95
    let scores = (0..<side * side).map { place -> Float in
      let (x, y) = ((Float(place % side) + 0.5) / Float(side), (Float(place / side) + 0.5) / Float(side))
      let (dx, dy) = (x - (isCentre ? 0.5 : centre.x), y - (isCentre ? 0.5 : centre.y))
      let bump = Float(exponential(-Double(dx * dx + dy * dy) * 12))
      let skill = isCentre ? 1 : explainer.skill
      return isFlat ? 0 : skill * bump + (1 - skill) * random.uniform()
    }
    let quality = Double(explainer.skill - 0.25 * difficulty) + 0.08 * Double(random.normal())
    let values = Self.metrics.map { metric -> MetricValue? in
      let good = min(max(quality, 0), 1)
      switch metric.id {
      case "average-increase": return MetricValue(good > 0.55 ? 100 : 0)
      case "pointing-game": return difficulty < 0.3 ? nil : MetricValue(good > 0.4 ? 100 : 0)
      case "sparsity": return MetricValue(0.3 + 0.5 * good)
      case "insertion", "deletion":
        let x = (0...28).map { Double($0) / 28 }
        let steepness = 2 + 6 * good
        let y = x.map {
          metric.id == "insertion" ? 1 - exponential(-steepness * $0) : exponential(-steepness * $0)
        }
        return MetricValue(100 * y.reduce(0, +) / 29, curve: .init(x: x, y: y))
      default: return MetricValue(100 * (metric.direction == .higher ? good : 1 - good) * 0.6)
      }
    }
    let hasWeights = explainer.title == "GMAR"
    return MapResult(
      scores: scores, diagnostics: Diagnostics(headWeights: hasWeights ? headWeights : nil), values: values)
  }

  private func thumbnail(centre: (x: Float, y: Float), _ random: inout SeededRandom) throws -> [UInt8] {
    let side = thumbnailSide
    let ground = (0..<3).map { _ in 60 + 120 * random.uniform() }
    let disk = (0..<3).map { _ in 40 + 200 * random.uniform() }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * 3)
    for row in 0..<side {
      for column in 0..<side {
        let (x, y) = (Float(column) / Float(side) - centre.x, Float(row) / Float(side) - centre.y)
        let isInside = x * x + y * y < 0.03
        let noise = 24 * random.uniform()
        for channel in 0..<3 {
          let shade = isInside ? disk[channel] : ground[channel] + 40 * y
          pixels.append(UInt8(min(max(shade + noise, 0), 255)))
        }
      }
    }
    return try RGBImage(width: side, height: side, pixels: pixels).jpeg(quality: 85)
  }
}

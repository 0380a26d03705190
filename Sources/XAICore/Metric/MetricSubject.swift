import Synchronization
import XAIFoundation
public import XAIImage
public import XAITensor

/// A map, with the image and the class that it is about.
public struct MetricSubject: Sendable {
  /// The image, which other maps may share.
  public let image: SubjectImage
  /// The map's scores, one a patch, as the explainer gave them.
  public let scores: [Float]
  /// The patches that the scores belong to.
  public let grid: PatchGrid
  /// What the scores mean.
  public let scoreMeaning: ScoreMeaning
  /// The map, upsampled to H × W and scaled to [0, 1] by its minimum and maximum, row by row: for the order of pixels.
  ///
  /// A mask or a mass is made of ``map(_:)``, in which 0 is what the explainer says 0 is.
  public let map: [Float]
  /// The class that is asked about.
  public let classIndex: Int
  /// Probability of that class on the whole image, by what the model's outputs mean; NaN where they have none.
  public let probability: Float
  /// The objects in the image whose place is known.
  public var objects: [ObjectRegion] = []
  /// The explainer that made the map, as users write it, shortest: `gmar:norm=l2`; empty where it is not known.
  public let explainer: String
  /// The model's logits on the whole image, one per class; empty where they are not known.
  public var logits: [Float] = []
  /// The model's layers, which decide the stages of a cascade of random weights; 0 where they are not known.
  public var layerCount = 0
  /// The weight of each head in the map, `headWeights[layer][head]`; nil where the explainer weights no heads.
  public var headWeights: [[Float]]?
  /// What the experiment's metrics draw with, where they say that they need a seed.
  public var experimentSeed = 0

  /// Holds what a metric judges.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - attribution: the map and its class; a map of pixels is summed over patches.
  ///   - probability: of that class on the whole image.
  /// - Throws: `MetricError` for a map of another input size than the image's.
  public init(image: SubjectImage, attribution: Attribution, probability: Float) throws(MetricError) {
    let attribution = attribution.pooled
    try self.init(
      image: image, scores: attribution.scores, grid: attribution.grid,
      scoreMeaning: attribution.scoreMeaning, map: attribution.heatMap.elements,
      classIndex: attribution.classIndex, probability: probability, explainer: attribution.explainer)
    headWeights = attribution.diagnostics.headWeights
  }

  /// Holds what a metric judges, with an image of its own: `pixels` [3, H, W] in [0, 1], and what makes the model's
  /// input of them.
  ///
  /// - Throws: `MetricError` for pixels that are no image, and a map of another size.
  public init(
    pixels: Tensor, preprocessing: Preprocessing, attribution: Attribution, probability: Float
  ) throws(MetricError) {
    try self.init(
      image: SubjectImage(pixels: pixels, preprocessing: preprocessing), attribution: attribution,
      probability: probability)
  }

  /// Holds what a metric judges, in parts, with an image of its own.
  ///
  /// - Throws: `MetricError` for pixels that are no image, a map of another size, and scores that are not one a patch.
  public init(
    pixels: Tensor, preprocessing: Preprocessing, scores: [Float], grid: PatchGrid,
    scoreMeaning: ScoreMeaning = .magnitude, map: [Float], classIndex: Int, probability: Float
  ) throws(MetricError) {
    try self.init(
      image: SubjectImage(pixels: pixels, preprocessing: preprocessing), scores: scores, grid: grid,
      scoreMeaning: scoreMeaning, map: map, classIndex: classIndex, probability: probability)
  }

  private init(
    image: SubjectImage, scores: [Float], grid: PatchGrid, scoreMeaning: ScoreMeaning, map: [Float],
    classIndex: Int, probability: Float, explainer: String = ""
  ) throws(MetricError) {
    let (height, width) = (image.pixels.shape[1], image.pixels.shape[2])
    guard map.count == height * width else {
      throw .wrongCount(of: "map", map.count, needed: "\(height)×\(width) pixels")
    }
    guard scores.count == grid.count else {
      throw .wrongCount(of: "scores", scores.count, needed: "\(grid) patches")
    }
    self.image = image
    self.scores = scores
    self.grid = grid
    self.scoreMeaning = scoreMeaning
    self.map = map
    self.classIndex = classIndex
    self.probability = probability
    self.explainer = explainer
  }

  /// The map as a mask or a mass, H × W in [0, 1], row by row.
  ///
  /// It is upsampled, then scaled: signed scores as `negative` says, others by their minimum and maximum. Scores that
  /// are all the same give zeros.
  public func map(_ negative: NegativeScores) -> [Float] {
    guard scoreMeaning.isSigned, negative != .shift, scores.contains(where: { $0 != scores[0] }) else {
      return map
    }
    let patches = Tensor([grid.rows, grid.columns], scores)
    return negative.scaled(
      BilinearUpsampling(height: height, width: width)(patches).elements, meaning: scoreMeaning)
  }

  /// The image that the model saw, after resize and crop, before mean and standard deviation: [3, H, W] in [0, 1].
  public var pixels: Tensor { image.pixels }

  /// How the pixels become the model's input.
  public var preprocessing: Preprocessing { image.preprocessing }

  /// Rows of the image.
  public var height: Int { pixels.shape[1] }

  /// Columns of the image.
  public var width: Int { pixels.shape[2] }

  /// The image's name in its data set; empty where it has none.
  public var identifier: String { image.identifier }

  /// What numbers of this image are drawn with: the same for every map of it, on every machine.
  ///
  /// `SeededRandom(seed: subject.seed, 7)` is the eighth sequence. It comes of the experiment's seed and the image's name,
  /// so that it depends neither on the image's place in a sample nor on where a run was stopped.
  public var seed: UInt64 { FNV1a("\(experimentSeed)\n\(identifier)").value }

  /// The likeliest class other than the one that is asked about, of equal ones the lower; nil where there is none.
  public var runnerUp: Int? { XAICore.runnerUp(to: classIndex, in: logits) }

  /// The stages at which a cascade of random weights is computed; none where the layers are not known.
  public var randomisationStages: [Int] {
    layerCount > 0 ? RandomisedModels.stages(layerCount: layerCount) : []
  }
}

/// The pixels of the model's input that an object covers.
public struct ObjectRegion: Hashable, Sendable {
  /// The object's class.
  public let classIndex: Int
  /// Whether each pixel of the input belongs to it, H × W, row by row.
  public let pixels: [Bool]

  /// Holds a region.
  public init(classIndex: Int, pixels: [Bool]) {
    self.classIndex = classIndex
    self.pixels = pixels
  }

  /// The region of an object of a sample in the model's input: its mask where there is one, otherwise its box.
  ///
  /// A pixel of the input belongs to the object where its centre does. Nil where the object has neither mask nor box,
  /// and where none of it is in the input: cropped away, or smaller than a pixel.
  public init?(of object: SampleObject, in image: RGBImage, preprocessing: Preprocessing) {
    let (mask, box) = (object.mask, object.box)
    guard mask != nil || box != nil else { return nil }
    let view = preprocessing.view(ofHeight: image.height, width: image.width)
    var pixels = [Bool](repeating: false, count: view.height * view.width)
    for row in 0..<view.height {
      let y = view.sourceY(of: row)
      for column in 0..<view.width {
        let x = view.sourceX(of: column)
        if let mask {
          pixels[row * view.width + column] = mask.contains(x: x, y: y)
        } else if let box {
          pixels[row * view.width + column] = box.contains(x: x, y: y)
        }
      }
    }
    guard pixels.contains(true) else { return nil }
    self.init(classIndex: object.classIndex, pixels: pixels)
  }
}

extension MetricSubject {
  /// Whether each pixel belongs to an object of the class that is asked about, row by row; nil where the image has
  /// no such object.
  public var targetPixels: [Bool]? { union(of: objects.filter { $0.classIndex == classIndex }) }

  /// Whether each pixel belongs to an object of another class, row by row; nil where the image has no such object.
  public var otherPixels: [Bool]? { union(of: objects.filter { $0.classIndex != classIndex }) }

  private func union(of regions: [ObjectRegion]) -> [Bool]? {
    guard !regions.isEmpty else { return nil }
    var pixels = [Bool](repeating: false, count: map.count)
    for region in regions {
      require(
        region.pixels.count == map.count,
        "a region of \(region.pixels.count) pixels is not one of an image of \(map.count)")
      for index in pixels.indices where region.pixels[index] { pixels[index] = true }
    }
    return pixels.contains(true) ? pixels : nil
  }
}

/// An image that maps are judged on, shared by all of them: what is made of it is made once, when first asked for.
public final class SubjectImage: Sendable {
  /// The image's name in its data set; empty where it has none.
  public let identifier: String
  /// The image that the model saw, after resize and crop, before mean and standard deviation: [3, H, W] in [0, 1].
  public let pixels: Tensor
  /// How the pixels become the model's input.
  public let preprocessing: Preprocessing
  private let whole: Lazy<Tensor>
  private let hidden = Guarded<[Fill: Tensor]>([:])

  /// Holds an image.
  ///
  /// - Throws: `MetricError.noImage` where `pixels` are not three channels.
  public init(
    pixels: Tensor, preprocessing: Preprocessing, identifier: String = ""
  ) throws(MetricError) {
    guard pixels.shape.rank == 3, pixels.shape[0] == 3 else { throw .noImage(shape: pixels.shape) }
    self.identifier = identifier
    self.pixels = pixels
    self.preprocessing = preprocessing
    whole = Lazy { preprocessing.normalised(pixels) }
  }

  /// The model's input: [3, H, W].
  public var input: Tensor { whole.value }

  /// The model's input where all of the image is hidden, made once: [3, H, W].
  package func input(of fill: Fill) -> Tensor {
    let whole = input
    return hidden.withLock { known in
      if let input = known[fill] { return input }
      let input = fill.input(hiding: whole, preprocessing: preprocessing)
      known[fill] = input
      return input
    }
  }
}

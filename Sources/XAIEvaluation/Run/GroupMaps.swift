import XAICore
import XAIImage
import XAITensor

/// The maps of a group of images: one forward pass for all explainers, and one backward pass each for all classes.
struct GroupMaps {
  /// A class of an image with its maps.
  struct Subject {
    let classIndex: Int
    let answer: FrameAnswer
    /// One an explainer, or why there is none.
    let attributions: [Result<Attribution, any Error>]
  }

  /// The images as the model saw them, [images, 3, H, W].
  let input: Tensor
  /// The place of each image's own class among all, from 1; nil where it has none that the model knows, and where the outputs
  /// of classes can't be held against one another.
  let labelRanks: [Int?]
  /// `subjects[image]`.
  let subjects: [[Subject]]
  /// Every class of each image that was explained, with its maps, one an explainer: `maps[explainer][image]`; none of an
  /// explainer that failed.
  let maps: [[[Attribution]]]

  /// Explains images.
  ///
  /// Where metrics ask for the maps of the next likeliest classes, these are rows of the same passes.
  init(of images: [LoadedImage], by evaluation: Evaluation) throws {
    let (model, explainers) = (evaluation.model, evaluation.explainers)
    let descriptor = model.descriptor
    input = try descriptor.preprocessing.withoutResizing.tensor(from: images.map(\.image))
    var trace = try model.forward(input, recording: evaluation.recording)
    trace.images = images.map(\.identifier)
    let logits = try model.finite(trace.logits, of: input)
    let rows = images.indices.map { LogitRow(logits[$0].elements, meaning: descriptor.output) }
    labelRanks = zip(images, rows).map { image, row in
      guard descriptor.output.hasProbabilities, let label = image.label, row.logits.count > 1,
        row.logits.indices.contains(label)
      else { return nil }
      return row.rank(of: label)
    }
    let asked = try evaluation.settings.target.classes(
      of: images, logits: logits, labels: descriptor.labels)
    guard asked.contains(where: { !$0.isEmpty }) else {
      (subjects, maps) = (images.map { _ in [] }, explainers.map { _ in images.map { _ in [] } })
      return
    }
    let others =
      evaluation.needs.contains(.runnerUp)
      ? zip(asked, rows).map { classes, row in classes.compactMap { runnerUp(to: $0, in: row.logits) } }
      : asked.map { _ in [] }
    let targets = PaddedTargets(zip(asked, others).map { $0 + $1 })
    let results = try explainers.map { explainer -> Result<[[Attribution]], any Error> in
      do {
        return .success(try explainer.maps(of: trace, targets: targets.targets, using: model))
      } catch let error as CancellationError {
        throw error
      } catch  where images.count == 1 {
        // Of several images one may be to blame, and each is tried by itself; here the others of the explainers go on.
        return .failure(error)
      }
    }
    if results.allSatisfy({ (try? $0.get()) == nil }), let first = results.first { _ = try first.get() }
    maps = results.map { (try? $0.get()) ?? images.map { _ in [] } }
    subjects = images.indices.map { image in
      asked[image].map { classIndex in
        let place = targets.place(of: classIndex, image: image)
        return Subject(
          classIndex: classIndex, answer: rows[image].answer(about: classIndex),
          attributions: results.map { $0.map { $0[image][place] } })
      }
    }
  }
}

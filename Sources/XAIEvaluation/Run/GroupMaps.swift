import XAICore
import XAIImage
import XAITensor

/// The maps of a group of images: one forward pass for all explainers, and one backward pass each for all classes.
struct GroupMaps {
  /// A class of an image with its maps.
  struct Subject {
    let classIndex: Int
    let answer: FrameAnswer
    /// One an explainer.
    let attributions: [Attribution]
  }

  /// The images as the model saw them, [images, 3, H, W].
  let input: Tensor
  /// `subjects[image]`.
  let subjects: [[Subject]]
  /// Every class of each image that was explained, with its maps, one an explainer: `maps[explainer][image]`.
  let maps: [[[Attribution]]]

  /// Explains images.
  ///
  /// Where metrics ask for the maps of the next likeliest classes, these are rows of the same passes.
  init(of pictures: [LoadedPicture], by evaluation: Evaluation) throws {
    let (model, explainers) = (evaluation.model, evaluation.explainers)
    let descriptor = model.descriptor
    input = try descriptor.preprocessing.withoutResizing.tensor(from: pictures.map(\.image))
    let trace = try model.forward(input, recording: evaluation.recording)
    let logits = try model.finite(trace.logits, of: input)
    let asked = try evaluation.settings.target.classes(
      of: pictures, logits: logits, labels: descriptor.labels)
    guard asked.contains(where: { !$0.isEmpty }) else {
      (subjects, maps) = (pictures.map { _ in [] }, explainers.map { _ in pictures.map { _ in [] } })
      return
    }
    let rows = pictures.indices.map {
      LogitRow(logits[$0].elements, meaning: descriptor.output)
    }
    let others =
      evaluation.needs.contains(.runnerUp)
      ? zip(asked, rows).map { classes, row in classes.compactMap { runnerUp(to: $0, in: row.logits) } }
      : asked.map { _ in [] }
    let targets = PaddedTargets(zip(asked, others).map { $0 + $1 })
    let maps = try explainers.map { try $0.maps(of: trace, targets: targets.targets, using: model) }
    self.maps = maps
    subjects = pictures.indices.map { picture in
      asked[picture].map { classIndex in
        let place = targets.place(of: classIndex, image: picture)
        return Subject(
          classIndex: classIndex, answer: rows[picture].answer(about: classIndex),
          attributions: maps.map { $0[picture][place] })
      }
    }
  }
}

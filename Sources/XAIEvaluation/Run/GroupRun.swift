import XAICore
import XAIFoundation
import XAITensor

/// The work on a group of images, a batch at a time: each call of ``next()`` has the model answer one batch or hands one
/// image's result over.
struct GroupRun {
  private let evaluation: Evaluation
  private let randomised: RandomisedModels?
  /// Results that are to be handed over.
  private var results: [ImageResult]
  /// Images that are still to be worked on, those of a list together.
  private var open: [[LoadedImage]]
  /// The images that are worked on, those of them that have a result, and the work.
  private var images: [LoadedImage] = []
  private var finished: Set<Int> = []
  private var work: GroupWork?

  init(_ evaluation: Evaluation, _ group: LoadedGroup, randomised: RandomisedModels?) {
    self.evaluation = evaluation
    self.randomised = randomised
    results = group.failures
    open = group.images.isEmpty ? [] : [group.images]
  }

  /// Works until there is something to tell; nil when every image has its result.
  ///
  /// - Throws: `CancellationError` where an explainer was stopped; nothing else, since what is wrong with an image is its
  ///   result.
  mutating func next() throws(CancellationError) -> EvaluationEvent? {
    while results.isEmpty {
      do {
        if let event = try advance() { return event }
        if results.isEmpty, open.isEmpty, work == nil { return nil }
      } catch let error as CancellationError {
        throw error
      } catch {
        fail(error)
      }
    }
    return .image(results.removeFirst())
  }

  /// Begins with images, or has a batch answered.
  private mutating func advance() throws -> EvaluationEvent? {
    guard work != nil else {
      guard !open.isEmpty else { return nil }
      (images, finished) = (open.removeFirst(), [])
      work = try GroupWork(on: images, by: evaluation, randomised: randomised)
      finish()
      return nil
    }
    guard try work?.answerNext() == true else {
      work = nil
      return nil
    }
    finish()
    return work.map { .working(images: images.count, share: $0.share) }
  }

  /// Takes in the results of images that wait for no more answers.
  private mutating func finish() {
    for place in work?.takeFinished() ?? [] {
      finished.insert(place)
      do {
        if let result = try work?.result(of: place) { results.append(result) }
      } catch {
        results.append(Self.failed(images[place], error))
      }
    }
  }

  /// Gives up images that can't be worked on together.
  ///
  /// One of them is to blame: each is tried by itself, so that the others have their results.
  private mutating func fail(_ error: any Error) {
    work = nil
    if images.count == 1 {
      results.append(Self.failed(images[0], error))
    } else {
      open = images.indices.filter { !finished.contains($0) }.map { [images[$0]] } + open
    }
  }

  private static func failed(_ image: LoadedImage, _ error: any Error) -> ImageResult {
    ImageResult(
      position: image.position, identifier: image.identifier, label: image.label, failure: "\(error)",
      content: image.content)
  }
}

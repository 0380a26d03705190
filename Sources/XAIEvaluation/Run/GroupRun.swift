import XAICore
import XAIFoundation
import XAITensor

/// The work on a group of pictures: maps, then the frames of all metrics, and each picture's result as it has its answers.
struct GroupRun {
  private let evaluation: Evaluation
  private let group: LoadedGroup
  private let randomised: [any Model]
  /// Places of the sample whose result has been handed on.
  private var done: Set<Int> = []
  private var isStopping = false

  init(_ evaluation: Evaluation, _ group: LoadedGroup, randomised: [any Model]) {
    self.evaluation = evaluation
    self.group = group
    self.randomised = randomised
  }

  /// Works everything out; gives false where it was asked to stop, and did.
  ///
  /// - Parameters:
  ///   - keep: takes the result of a picture, and says whether to go on.
  ///   - tell: is told how far the work is, and says whether to go on.
  mutating func run(
    keep: (PictureResult) throws -> Bool, tell: (EvaluationEvent) -> Bool
  ) throws -> Bool {
    do { return try work(keep: keep, tell: tell) } catch let error as Kept { throw error.error }
  }

  private mutating func work(
    keep: (PictureResult) throws -> Bool, tell: (EvaluationEvent) -> Bool
  ) throws -> Bool {
    for failure in group.failures {
      guard try hand(failure, to: keep) else { return false }
    }
    guard let first = group.pictures.first else { return true }
    do {
      return try evaluate(group.pictures, keep: keep, tell: tell)
    } catch is CancellationError {
      return false
    } catch let error where !(error is Kept) {
      if group.pictures.count == 1 { return try hand(Self.failed(first, error), to: keep) }
    }
    // One of the pictures is to blame: each by itself, so that the others have their results.
    for picture in group.pictures where !done.contains(picture.position) {
      do {
        guard try evaluate([picture], keep: keep, tell: tell) else { return false }
      } catch is CancellationError {
        return false
      } catch let error where !(error is Kept) {
        guard try hand(Self.failed(picture, error), to: keep) else { return false }
      }
    }
    return true
  }

  /// An error of the receiver of results, which ends the run whatever picture it is about.
  private struct Kept: Error {
    let error: any Error
  }

  /// Hands a result on; gives false where the run is to stop after it.
  private mutating func hand(
    _ result: PictureResult, to keep: (PictureResult) throws -> Bool
  ) throws -> Bool {
    do { if try !keep(result) { isStopping = true } } catch { throw Kept(error: error) }
    done.insert(result.position)
    return !isStopping
  }

  private static func failed(_ picture: LoadedPicture, _ error: any Error) -> PictureResult {
    PictureResult(
      position: picture.position, identifier: picture.identifier, label: picture.label, failure: "\(error)")
  }

  private mutating func evaluate(
    _ pictures: [LoadedPicture], keep: (PictureResult) throws -> Bool, tell: (EvaluationEvent) -> Bool
  ) throws -> Bool {
    let maps = try GroupMaps(of: pictures, by: evaluation, randomised: randomised)
    let profile = evaluation.profile
    var judgement = try profile.measure("planning frames") {
      try Judgement(of: maps, pictures: pictures, by: evaluation)
    }
    var waiting = Array(pictures.indices)
    var finished = judgement.finished(of: &waiting)
    guard try hand(finished, of: pictures, judgement, to: keep) else { return false }
    // Each round has the frames that the answers of the one before call for.
    while case let batches = judgement.takeBatches(), !batches.isEmpty {
      let table = judgement.table
      func build(_ number: Int) -> Background<TableBatch>? {
        guard number < batches.count else { return nil }
        return Background {
          profile.measure("making frames") {
            TableBatch(batches[number], of: table, pictures: pictures.map(\.subject))
          }
        }
      }
      var upcoming = build(0)
      for number in batches.indices {
        guard let batch = profile.measure("waiting for frames", { upcoming?.take() }) else { break }
        // The next batch is built while the model looks at this one.
        upcoming = build(number + 1)
        judgement.add(try batch.logits(of: evaluation.model), to: batch)
        finished = judgement.finished(of: &waiting)
        if !tell(.working(pictures: pictures.count, share: judgement.share)) { isStopping = true }
        guard try hand(finished, of: pictures, judgement, to: keep) else { return false }
      }
    }
    return true
  }

  /// Hands on the results of pictures that wait for no more answers; gives false where the run is to stop.
  private mutating func hand(
    _ places: [Int], of pictures: [LoadedPicture], _ judgement: Judgement,
    to keep: (PictureResult) throws -> Bool
  ) throws -> Bool {
    for place in places {
      let result: PictureResult
      do {
        result = try judgement.result(of: place)
      } catch {
        result = Self.failed(pictures[place], error)
      }
      guard try hand(result, to: keep) else { return false }
    }
    return true
  }
}

import Foundation
import Synchronization
import Testing
import XAI
import XAIReport

@testable import XAIEvaluation
@testable import XAIResults

/// Images that can't be read for a while, and images that are others than they were.
@Suite struct ReadingFaultTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Which images are away, or are other ones of the same name.
  private final class Faults: Sendable {
    let away = Mutex<Set<Int>>([])
    let others = Mutex<Set<Int>>([])
    let labels = Mutex<Int>(0)
  }

  private func evaluation(_ faults: Faults) throws -> Evaluation {
    let base = try Fixture.evaluation()
    let split = base.data.split
    let faulty = DatasetSplit(
      name: split.name, count: split.count, identifier: split.identifier,
      label: { index in split.label(index).map { ($0 + faults.labels.withLock { $0 }) % 5 } },
      sample: { index in
        if faults.away.withLock({ $0.contains(index) }) {
          throw ImageError.unreadable(file: "image-\(index)", reason: "Stale file handle")
        }
        let sample = try split.sample(index)
        guard faults.others.withLock({ $0.contains(index) }) else { return sample }
        let other = try RGBImage(
          width: sample.image.width, height: sample.image.height, pixels: sample.image.pixels.map { 255 - $0 }
        )
        return Sample(image: other, label: sample.label, objects: sample.objects)
      })
    return try Evaluation(
      model: base.model, data: EvaluationData(base.data.dataset, split: faulty), explainers: base.explainers,
      metrics: base.metrics, settings: base.settings)
  }

  private func store(_ name: String, _ evaluation: Evaluation) throws -> ResultStore {
    try ResultStore(at: folder.file(name), experiment: Fixture.experiment(evaluation))
  }

  private func results(_ name: String) throws -> EvaluationResults {
    try ResultStore.results(at: folder.file(name))
  }

  /// The results of a run without a fault.
  private func undisturbed() throws -> EvaluationResults {
    let evaluation = try evaluation(Faults())
    try evaluation.run(into: try store("whole", evaluation))
    return try results("whole")
  }

  @Test("a fault that passes while the run goes on leaves no trace")
  func passing() throws {
    let faults = Faults()
    let evaluation = try evaluation(faults)
    faults.away.withLock { $0 = [1, 5] }
    var told: [Int] = []
    try evaluation.run(into: try store("r", evaluation)) { event in
      guard case .image(let result) = event else { return }
      told.append(result.position)
      #expect(result.failure == nil)
      if result.position >= 8 { faults.away.withLock { $0 = [] } }
    }
    // The groups of images 1 and 5 come again at the end, whole.
    #expect(Set(told.prefix(3)) == [8, 9, 10] && told.sorted() == Array(0..<11))
    #expect(try results("r") == undisturbed())
  }

  @Test(
    "a fault that stays is a failure that the next run tries again, with the images that are computed with it"
  )
  func staying() throws {
    let faults = Faults()
    let evaluation = try evaluation(faults)
    faults.away.withLock { $0 = [5] }
    do {
      let store = try store("r", evaluation)
      try evaluation.run(into: store)
      #expect(try store.failures().map(\.isUnread) == [true])
      #expect(try store.donePositions.count == 11)
    }
    let first = try results("r")
    #expect(first.images[5].isUnread && first.images[5].failure?.contains("Stale") == true)
    #expect(first.images[4].failure == nil)
    faults.away.withLock { $0 = [] }
    var known: Int?
    try evaluation.run(into: try store("r", evaluation)) { event in
      if case .began(let count, _) = event { known = count }
    }
    #expect(known == 7)
    #expect(try results("r") == undisturbed())
  }

  @Test("a damaged image is not tried again")
  func damaged() throws {
    var scenes = Scenes.Options()
    scenes.damaged = 5
    let evaluation = try Fixture.evaluation(scenes: scenes)
    try evaluation.run(into: try store("r", evaluation))
    var known: Int?
    try evaluation.run(into: try store("r", evaluation)) { event in
      if case .began(let count, _) = event { known = count }
    }
    #expect(known == 11)
  }

  @Test("other images and labels under the same names are refused by a run that resumes")
  func resuming() throws {
    let faults = Faults()
    let evaluation = try evaluation(faults)
    #expect(
      try Fixture.finishes(evaluation, into: store("r", evaluation)) {
        if case .image(let result) = $0, result.position == 4 { throw CancellationError() }
      } == false)
    let before = try folder.bytes("r")
    faults.others.withLock { $0 = [7] }
    let name = "image-7"
    #expect(throws: StoreError.otherImage(path: folder.file("r"), identifier: name)) {
      try evaluation.run(into: store("r", evaluation))
    }
    faults.others.withLock { $0 = [] }
    faults.labels.withLock { $0 = 1 }
    #expect(throws: StoreError.otherLabels(path: folder.file("r"))) {
      try evaluation.run(into: store("r", evaluation))
    }
    #expect(try folder.bytes("r") == before)
    faults.labels.withLock { $0 = 0 }
    try evaluation.run(into: store("r", evaluation))
    #expect(try results("r") == undisturbed())
  }

  @Test("shards of other images or labels are refused by name, though they have no image in common")
  func merging() throws {
    let faults = Faults()
    for number in 1...3 {
      let evaluation = try evaluation(faults)
      let shard = try #require(Shard(min(number, 2), of: 2))
      try evaluation.run(into: try store("shard-\(number)", evaluation), shard: shard)
      faults.others.withLock { $0 = number == 1 ? [9] : [] }
      faults.labels.withLock { $0 = number == 2 ? 1 : 0 }
    }
    let paths = (1...3).map { folder.file("shard-\($0)") }
    #expect(throws: MergeError.otherImage(identifier: "image-9", first: paths[0], second: paths[1])) {
      try ResultStore.merge([paths[0], paths[1]], into: folder.file("all"))
    }
    #expect(throws: MergeError.otherLabels(first: paths[0], second: paths[2])) {
      try ResultStore.merge([paths[0], paths[2]], into: folder.file("all"))
    }
  }

  @Test("mixed kernels are kept with each image, and the report says what difference they make")
  func kernels() throws {
    let evaluation = try evaluation(Faults())
    let names = ["portable (avx512, 2 threads)", "oneDNN 2.6.3 (1 thread)"]
    for (index, name) in names.enumerated() {
      let store = try store("shard-\(index)", evaluation)
      try evaluation.run(
        into: store, shard: try #require(Shard(index + 1, of: 2)), kernels: name, areKernelsMixed: true)
      guard index == 1 else { continue }
      var check = try #require(try store.connection.kernelChecks().first)
      let place = KernelCheck.Place(position: 0, subject: 0, explainer: 0, metric: 0)
      let value = try #require(check.values[place])
      check.values[place] = value + 0.25
      try store.add(check)
    }
    _ = try ResultStore.merge((0...1).map { folder.file("shard-\($0)") }, into: folder.file("all"))
    let merged = try results("all")
    #expect(merged.kernelChecks.map(\.kernels) == ["oneDNN 2.6.3", "portable avx512"])
    #expect(merged.images.map { $0.kernels == "oneDNN 2.6.3" } == (0..<11).map { (4..<8).contains($0) })
    let section = try Report(of: [.init(name: "all", results: merged)]).sections[0]
    let note = try #require(section.notes.first { $0.hasPrefix("Different kernels") })
    #expect(note.contains("7 by portable avx512, 4 by oneDNN 2.6.3"), "\(note)")
    #expect(note.contains("at most 0.25 % in average-drop, 0 "), "\(note)")
  }
}

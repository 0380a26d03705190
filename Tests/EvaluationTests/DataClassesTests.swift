import Testing
import XAI
import XAIFoundation
import XAITesting

@testable import XAIEvaluation

/// Which of the model's classes an image of the data is asked about.
///
/// The scenes' class of image i is i mod 5. Where they are called in the opposite order, that is the model's class
/// 4 − i mod 5.
@Suite struct DataClassesTests {
  private func evaluation(
    target: EvaluationTarget = .label, model: (any Model)? = nil, count: Int? = nil,
    scenes change: (inout Scenes.Options) -> Void = { _ in },
    settings changeSettings: (inout Evaluation.Settings) -> Void = { _ in }
  ) throws -> Evaluation {
    var options = Scenes.Options()
    change(&options)
    let dataset = Scenes(options: options)
    var settings = Evaluation.Settings()
    settings.target = target
    changeSettings(&settings)
    return try Evaluation(
      model: model ?? ToyModel.classToken.make(on: AvailableKernels.preferred.make()),
      data: EvaluationData(dataset, split: dataset.split("all"), count: count, seed: 3),
      explainers: [GMAR()], metrics: [AverageDrop()], settings: settings)
  }

  private func identity(_ evaluation: Evaluation) -> String? {
    evaluation.experiment(modelHash: "", kernels: "").settings["class matching"]
  }

  private func labelled(_ labels: [String]) throws -> any Model {
    let toy = ToyModel.classToken.make(on: AvailableKernels.preferred.make())
    var random = SeededRandom(seed: 1)
    return try toy.trainable().replacingHead(labels: labels, random: &random)
  }

  @Test("classes in another order are asked about by their names")
  func anotherOrder() throws {
    let evaluation = try evaluation(scenes: { $0.isReversed = true })
    #expect(evaluation.notes == ["classes of the data matched with the model's: 5 by label"])
    let images = try evaluation.results().images
    #expect(images.count == 11)
    for (index, image) in images.enumerated() {
      #expect(image.label == 4 - index % 5)
      #expect(image.subjects.map(\.classIndex) == [4 - index % 5])
    }
    let plain = try self.evaluation()
    #expect(plain.notes.isEmpty && identity(plain) == nil)
    #expect(identity(evaluation)?.hasPrefix("auto (") == true)
    #expect(try plain.results().images.map(\.label) == (0..<11).map { $0 % 5 })
  }

  @Test func objects() throws {
    let images = try evaluation(target: .objects, scenes: { $0.isReversed = true }).results().images
    // Image 0 has objects of the classes 0 and 2, image 1 one of class 1.
    #expect(images[0].subjects.map(\.classIndex) == [4, 2])
    #expect(images[1].subjects.map(\.classIndex) == [3])
  }

  @Test("by order only where that is asked for, which makes another experiment")
  func byOrder() throws {
    let other = try labelled(["a", "b", "c", "d", "e"])
    let error = try #require(throws: EvaluationError.self) { _ = try evaluation(model: other) }
    #expect("\(error)".contains("5 of the 5 classes of the data are not among the model's 5: 'class 0'"))
    #expect("\(error)".contains("the target 'label'") && "\(error)".contains("the model's in its order"))
    let ordered = try evaluation(model: other, settings: { $0.classes = .order })
    #expect(ordered.notes == ["classes of the data matched with the model's: 5 by order"])
    #expect(identity(ordered)?.hasPrefix("order (") == true)
    #expect(try ordered.results().images.map(\.label) == (0..<11).map { $0 % 5 })
  }

  @Test("images of a class that is none of the model's are refused, or left out and counted")
  func unmatched() throws {
    let error = try #require(throws: EvaluationError.self) { _ = try evaluation(scenes: { $0.renamed = 1 }) }
    #expect("\(error)".contains("1 of the 5 classes of the data is not among the model's 5: 'mine'"))
    let left = try evaluation(scenes: { $0.renamed = 1 }, settings: { $0.skipsUnmatched = true })
    #expect(
      left.notes == [
        "classes of the data matched with the model's: 4 by label",
        "1 class of the data is none of the model's, and left out with its 2 images: 'mine'",
      ])
    let images = try left.results().images
    #expect(images.map(\.identifier) == [0, 2, 3, 4, 5, 7, 8, 9, 10].map { "image-\($0)" })
    #expect(images.map(\.label) == [0, 2, 3, 4, 0, 2, 3, 4, 0])
    let sample = try evaluation(
      count: 4, scenes: { $0.renamed = 1 }, settings: { $0.skipsUnmatched = true })
    #expect(sample.data.sampleCount == 4 && sample.data.split.count == 9)
    // Of objects, those of the class are left out, and images stay.
    let objects = try evaluation(
      target: .objects, scenes: { $0.renamed = 0 }, settings: { $0.skipsUnmatched = true })
    let results = try objects.results().images
    #expect(results.count == 11 && results[0].subjects.map(\.classIndex) == [2])
  }

  @Test("a class without images needs no match")
  func classesWithoutImages() throws {
    let evaluation = try evaluation(scenes: { ($0.count, $0.renamed) = (4, 4) })
    #expect(try evaluation.results().images.map(\.label) == [0, 1, 2, 3])
  }

  @Test("what nobody asks about is left out of the results, and that is said")
  func notNeeded() throws {
    let other = try labelled(["a", "b", "c"])
    let evaluation = try evaluation(target: .predicted, model: other)
    #expect(
      evaluation.notes == [
        "none of the data's 5 classes is found among the model's 3, so that results have no classes of the data"
      ])
    #expect(identity(evaluation) == nil)
    #expect(try evaluation.results().images.allSatisfy { $0.label == nil && $0.failure == nil })
    let same = try self.evaluation(target: .predicted, model: labelled(["a", "b", "c", "d", "e"]))
    #expect(identity(same) == "none")
    let some = try self.evaluation(target: .predicted, scenes: { $0.renamed = 1 })
    #expect(try some.results().images.prefix(3).map(\.label) == [0, nil, 2])
    #expect(some.notes.last == "1 class of the data is none of the model's, and left out: 'mine'")
  }

  @Test("images without a class are counted where their class is asked about")
  func withoutLabels() throws {
    struct Half: Dataset {
      static let descriptor = Scenes.descriptor
      let options = Scenes.Options()
      let classes = Scenes().classes
      let splitNames = ["all"]
      init(options: Scenes.Options) {}
      func split(_ name: String) -> DatasetSplit {
        let all = Scenes().split(name)
        return DatasetSplit(
          name: name, count: 4, identifier: all.identifier, label: { $0 < 2 ? nil : all.label($0) },
          sample: { Sample(image: try all.sample($0).image, label: $0 < 2 ? nil : all.label($0)) })
      }
    }
    let dataset = Half(options: Scenes.Options())
    var settings = Evaluation.Settings()
    settings.target = .label
    let evaluation = try Evaluation(
      model: ToyModel.classToken.make(on: AvailableKernels.preferred.make()),
      data: EvaluationData(dataset, split: dataset.split("all")), explainers: [GMAR()],
      metrics: [AverageDrop()], settings: settings)
    #expect(evaluation.notes == ["2 images of the sample have no class, and so no maps"])
  }

  @Test("what was taken for a target is said")
  func targets() throws {
    let model = try labelled(["cat, tabby", "dog", "class 2", "class 3", "class 4"])
    let target = try EvaluationTarget(parsing: "tabby")
    let evaluation = try evaluation(target: target, model: model)
    #expect(evaluation.notes.contains("'tabby' is taken for class 0, 'cat, tabby', by one of its names"))
    #expect(evaluation.experiment(modelHash: "", kernels: "").target == "tabby")
    #expect(try evaluation.results().images.allSatisfy { $0.subjects.map(\.classIndex) == [0] })
  }
}

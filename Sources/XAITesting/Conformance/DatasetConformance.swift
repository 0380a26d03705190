import Dispatch
import Synchronization
public import XAICore
import XAIFoundation
import XAIImage

/// What a data set has to do: see ``ConformanceFailure/Check`` for what is checked.
public struct DatasetConformance<Subject: Dataset>: Conformance {
  let options: Subject.Options
  let damaged: Subject.Options?

  /// Tries a data set on files, or on what it draws.
  ///
  /// All identifiers and labels are looked at, and some samples of each split are opened.
  ///
  /// - Parameters:
  ///   - type: the data set.
  ///   - options: those of a data set that is right; with boxes and masks, where the descriptor promises them.
  ///   - damaged: those of a data set in which an image or list is damaged, where it is made from files.
  public init(
    _ type: Subject.Type, options: Subject.Options = Subject.Options(), damaged: Subject.Options? = nil
  ) {
    self.options = options
    self.damaged = damaged
  }

  /// Runs every check and says what failed.
  public func failures() -> [ConformanceFailure] {
    let descriptor = Subject.descriptor
    var findings = Findings(of: descriptor.id)
    findings.checkDescriptor(
      id: descriptor.id, title: descriptor.title, summary: descriptor.summary, citation: descriptor.citation)
    findings.checkOptions(Subject.Options.self)
    findings.attempt(.results, "making it with '\(options.shortestText)'") { findings in
      let dataset = try Subject(options: options)
      findings.expect(dataset.options == options, .options, "its options are not those that it was made with")
      let again = try Subject(options: options)
      findings.expect(
        dataset.classNames == again.classNames && dataset.splitNames == again.splitNames, .determinism,
        "made a second time, it has other classes or splits")
      findings.expect(
        dataset.classNames.allSatisfy { !$0.isEmpty }, .labels, "a class has an empty name")
      checkSplitNames(of: dataset, &findings)
      var seen = (boxes: false, masks: false)
      for name in dataset.splitNames {
        findings.attempt(.splits, "the split '\(name)'") { findings in
          let split = try dataset.split(name)
          findings.expect(split.name == name, .splits, "the split '\(name)' says that it is '\(split.name)'")
          checkList(of: split, again: try again.split(name), classes: dataset.classNames.count, &findings)
          checkSamples(of: split, classes: dataset.classNames.count, &seen, &findings)
        }
      }
      findings.expect(
        seen.boxes || !descriptor.hasBoxes, .descriptor, "it promises boxes, and no sample has one")
      findings.expect(
        seen.masks || !descriptor.hasMasks, .descriptor, "it promises masks, and no sample has one")
    }
    if let damaged { checkDamage(damaged, &findings) }
    return findings.failures
  }

  private func checkSplitNames(of dataset: Subject, _ findings: inout Findings) {
    let names = dataset.splitNames
    findings.expect(!names.isEmpty, .splits, "it has no split")
    findings.expect(Set(names).count == names.count, .splits, "two splits have one name: \(names)")
    if let place = names.firstIndex(of: DatasetSplit.train) {
      findings.expect(place == 0, .splits, "the split for training is not the first: \(names)")
    }
    let wrong = "no-such-split"
    do {
      _ = try dataset.split(wrong)
      findings.fail(.refusal, "the unknown split '\(wrong)' opens")
    } catch {
      findings.expect(
        error as? DatasetError
          == .noSplit(name: wrong, dataset: Subject.descriptor.id, known: dataset.splitNames),
        .refusal, "an unknown split is not refused with DatasetError.noSplit, its id and its splits: \(error)"
      )
    }
  }

  /// Identifiers and labels of all samples.
  private func checkList(
    of split: DatasetSplit, again: DatasetSplit, classes: Int, _ findings: inout Findings
  ) {
    findings.expect(split.count > 0, .splits, "the split '\(split.name)' is empty")
    let identifiers = split.identifiers
    findings.expect(
      Set(identifiers).count == identifiers.count, .splits,
      "two samples of '\(split.name)' have one identifier")
    findings.expect(
      identifiers.allSatisfy { !$0.isEmpty && !$0.hasPrefix("/") }, .splits,
      "an identifier of '\(split.name)' is empty or an absolute path, which is another one on another machine"
    )
    findings.expect(
      identifiers == again.identifiers, .determinism,
      "made a second time, '\(split.name)' has other samples")
    let labels = split.labels
    findings.expect(
      labels.allSatisfy { $0.map((0..<classes).contains) ?? true }, .labels,
      "'\(split.name)' has labels outside the \(classes) classes")
    findings.expect(
      labels == again.labels, .determinism,
      "made a second time, '\(split.name)' has other labels")
  }

  /// Making it or opening one of its samples has to throw.
  private func checkDamage(_ options: Subject.Options, _ findings: inout Findings) {
    guard let dataset = try? Subject(options: options) else { return }
    let opensAll = dataset.splitNames.allSatisfy { name in
      guard let split = try? dataset.split(name) else { return false }
      return (0..<split.count).allSatisfy { (try? split.sample($0)) != nil }
    }
    findings.expect(!opensAll, .refusal, "every sample of the damaged data set opens")
  }
}

extension DatasetSplit {
  /// The identifiers of all samples.
  package var identifiers: [String] { (0..<count).map(identifier) }
  /// The labels of all samples.
  package var labels: [Int?] { (0..<count).map(label) }
}

extension DatasetConformance {
  /// Opens samples all over a split: alone, again, and on several threads at once.
  func checkSamples(
    of split: DatasetSplit, classes: Int, _ seen: inout (boxes: Bool, masks: Bool), _ findings: inout Findings
  ) {
    let most = 16
    let indices =
      split.count <= most ? Array(0..<split.count) : (0..<most).map { $0 * (split.count - 1) / (most - 1) }
    let threads = 4
    let parallel = Guarded([Int: [Opened?]]())
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      for index in indices {
        let opened = (try? split.sample(index)).map(Opened.init)
        parallel.withLock { $0[index, default: []].append(opened) }
      }
    }
    for index in indices {
      let what = "'\(split.identifier(index))' of '\(split.name)'"
      findings.attempt(.results, what) { findings in
        let sample = try split.sample(index)
        let opened = Opened(sample)
        findings.expect(
          try Opened(split.sample(index)) == opened, .determinism, "\(what) is another one the second time")
        findings.expect(
          parallel.withLock { $0[index] } == Array(repeating: opened, count: threads), .determinism,
          "\(what) is another one when several threads ask for it")
        findings.expect(
          sample.image.width > 0 && sample.image.height > 0, .results, "\(what) has no pixels")
        findings.expect(
          sample.label == split.label(index), .labels,
          "\(what) has the label \(text(sample.label)), and in the list \(text(split.label(index)))")
        for object in sample.objects { check(object, in: sample.image, classes: classes, what, &findings) }
        seen.boxes = seen.boxes || sample.objects.contains { $0.box != nil }
        seen.masks = seen.masks || sample.objects.contains { $0.mask != nil }
      }
    }
  }

  private func text(_ label: Int?) -> String { label.map(String.init) ?? "none" }

  private func check(
    _ object: SampleObject, in image: RGBImage, classes: Int, _ what: String, _ findings: inout Findings
  ) {
    findings.expect(
      (0..<classes).contains(object.classIndex), .objects,
      "\(what): an object has the class \(object.classIndex) of \(classes)")
    if let box = object.box {
      findings.expect(Subject.descriptor.hasBoxes, .descriptor, "\(what) has a box, which isn't declared")
      findings.expect(
        box.width > 0 && box.height > 0 && box.isInside(width: image.width, height: image.height), .objects,
        "\(what): \(box) is not inside \(image.width)×\(image.height) pixels")
    }
    guard let mask = object.mask else { return }
    findings.expect(Subject.descriptor.hasMasks, .descriptor, "\(what) has a mask, which isn't declared")
    findings.expect(
      mask.width == image.width && mask.height == image.height, .objects,
      "\(what): a mask of \(mask.width)×\(mask.height) for \(image.width)×\(image.height) pixels")
    guard let extent = mask.box else { return findings.fail(.objects, "\(what): a mask has no pixels") }
    if let box = object.box {
      let moved = BoundingBox(
        x: extent.x - box.x, y: extent.y - box.y, width: extent.width, height: extent.height)
      findings.expect(
        moved.isInside(width: box.width, height: box.height), .objects,
        "\(what): the mask reaches over \(extent), beyond its box \(box)")
    }
  }
}

extension BoundingBox {
  /// Whether the box lies within an extent, up to rounding.
  fileprivate func isInside(width limitX: Double, height limitY: Double) -> Bool {
    let tolerance = 0.01
    return x >= -tolerance && y >= -tolerance && x + width <= limitX + tolerance
      && y + height <= limitY + tolerance
  }

  fileprivate func isInside(width: Int, height: Int) -> Bool {
    isInside(width: Double(width), height: Double(height))
  }
}

/// A sample that can be compared.
private struct Opened: Equatable {
  let image: RGBImage
  let label: Int?
  let objects: [SampleObject]

  init(_ sample: XAICore.Sample) {
    image = sample.image
    label = sample.label
    objects = sample.objects
  }
}

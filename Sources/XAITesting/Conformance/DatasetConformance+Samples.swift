import Dispatch
import Synchronization
import XAICore
import XAIImage

extension DatasetConformance {
  /// Opens samples all over a split: alone, again, and on several threads at once.
  func checkSamples(
    of split: DatasetSplit, classes: Int, _ seen: inout (boxes: Bool, masks: Bool), _ findings: inout Findings
  ) {
    let most = 16
    let indices =
      split.count <= most ? Array(0..<split.count) : (0..<most).map { $0 * (split.count - 1) / (most - 1) }
    let threads = 4
    let parallel = Mutex([Int: [Opened?]]())
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
    _ object: SampleObject, in image: Image, classes: Int, _ what: String, _ findings: inout Findings
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
      let moved = Box(
        x: extent.x - box.x, y: extent.y - box.y, width: extent.width, height: extent.height)
      findings.expect(
        moved.isInside(width: box.width, height: box.height), .objects,
        "\(what): the mask reaches over \(extent), beyond its box \(box)")
    }
  }
}

extension Box {
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
  let image: Image
  let label: Int?
  let objects: [SampleObject]

  init(_ sample: XAICore.Sample) {
    image = sample.image
    label = sample.label
    objects = sample.objects
  }
}

public import XAITensor

/// The classes that each image of a batch is asked about, equally many for each.
///
/// Rows of a backward pass are target-major: row t·B + i is target t of image i.
public struct Targets: Hashable, Sendable {
  /// Class indices: `classes[image][target]`.
  public let classes: [[Int]]

  /// Holds class indices by image.
  ///
  /// - Throws: `TargetError` where images are asked about different numbers of classes, or about none.
  public init(_ classes: [[Int]]) throws(TargetError) {
    let counts = classes.map(\.count)
    guard Set(counts).count <= 1 else { throw .unequalCounts(counts) }
    guard counts.first != 0 else { throw .none }
    self.classes = classes
  }

  /// Holds class indices that are known to be equally many.
  init(equallyMany classes: [[Int]]) { self.classes = classes }

  /// The number of images.
  public var imageCount: Int { classes.count }

  /// The number of targets of each image.
  public var countPerImage: Int { classes.first?.count ?? 0 }

  /// The row of a target in a backward pass.
  public func row(image: Int, target: Int) -> Int { target * imageCount + image }

  /// ∂y_c/∂logits of every target, [k·B, classes]: 1 at the class, 0 elsewhere.
  ///
  /// An explainer begins with ``ForwardTrace/cotangent(of:contrast:share:)``, so that its users may hold a class against another.
  ///
  /// - Throws: `TargetError.unknownIndex` for a class beyond their number.
  public func cotangent(classCount: Int) throws(TargetError) -> Tensor {
    try check(classCount: classCount)
    let rows = imageCount * countPerImage
    return Tensor([rows, classCount]) { elements in
      elements.update(repeating: 0, count: rows * classCount)
      for (image, targets) in classes.enumerated() {
        for (target, index) in targets.enumerated() {
          elements[row(image: image, target: target) * classCount + index] = 1
        }
      }
    }
  }

  /// Throws for a class beyond their number.
  func check(classCount: Int) throws(TargetError) {
    for classes in classes {
      for index in classes where !(0..<classCount).contains(index) {
        throw .unknownIndex(index, classCount: classCount, called: nil)
      }
    }
  }

  /// Calls `body` for every target of every image and arranges the results as `result[image][target]`.
  public func map<R>(_ body: (_ image: Int, _ target: Int, _ classIndex: Int) throws -> R) rethrows -> [[R]] {
    try classes.enumerated().map { image, targets in
      try targets.enumerated().map { target, index in try body(image, target, index) }
    }
  }
}

extension ForwardTrace {
  /// Throws where targets are not those of the images of this trace.
  ///
  /// An explainer that makes no cotangent of them, which looks as well, begins with it.
  ///
  /// - Throws: `TargetError` for targets of more or fewer images, and for a class that the model doesn't have.
  public func check(_ targets: Targets) throws(TargetError) {
    guard targets.imageCount == batchCount else { throw .otherCount(targets.imageCount, images: batchCount) }
    // Of a model without classes the image itself is asked about, under the index 0.
    try targets.check(classCount: max(logits.shape[1], 1))
  }
}

/// Classes of images, filled up to equally many: a backward pass asks every image about as many.
package struct PaddedTargets {
  /// The classes of each image, each once, then the first again.
  package let targets: Targets

  /// Takes the classes of each image, of which some may come twice.
  package init(_ classes: [[Int]]) {
    let all = classes.map { classes in
      var seen: Set<Int> = []
      return classes.filter { seen.insert($0).inserted }
    }
    let most = all.map(\.count).max() ?? 0
    targets = Targets(equallyMany: all.map { $0 + Array(repeating: $0.first ?? 0, count: most - $0.count) })
  }

  /// Which target of an image a class is.
  package func place(of classIndex: Int, image: Int) -> Int {
    guard let place = targets.classes[image].firstIndex(of: classIndex) else {
      fatalError("class \(classIndex) was not asked for")
    }
    return place
  }
}

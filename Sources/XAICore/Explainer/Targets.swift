public import XAITensor

/// The classes that each image of a batch is asked about, equally many for each.
///
/// Rows of a backward pass are target-major: row t·B + i is target t of image i.
public struct Targets: Hashable, Sendable {
  /// Class indices: `classes[image][target]`.
  public let classes: [[Int]]

  /// Holds class indices by image; traps when images have different numbers of them.
  public init(_ classes: [[Int]]) {
    precondition(Set(classes.map(\.count)).count <= 1, "every image has equally many targets")
    self.classes = classes
  }

  /// The number of images.
  public var imageCount: Int { classes.count }

  /// The number of targets of each image.
  public var countPerImage: Int { classes.first?.count ?? 0 }

  /// The row of a target in a backward pass.
  public func row(image: Int, target: Int) -> Int { target * imageCount + image }

  /// ∂y_c/∂logits of every target, [k·B, classes]: 1 at the class, 0 elsewhere.
  ///
  /// An explainer begins with ``ForwardTrace/cotangent(of:contrast:)``, so that its users may hold a class against another.
  public func cotangent(classCount: Int) -> Tensor {
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

  /// Calls `body` for every target of every image and arranges the results as `result[image][target]`.
  public func map<R>(_ body: (_ image: Int, _ target: Int, _ classIndex: Int) throws -> R) rethrows -> [[R]] {
    try classes.enumerated().map { image, targets in
      try targets.enumerated().map { target, index in try body(image, target, index) }
    }
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
    targets = Targets(all.map { $0 + Array(repeating: $0.first ?? 0, count: most - $0.count) })
  }

  /// Which target of an image a class is.
  package func place(of classIndex: Int, image: Int) -> Int {
    guard let place = targets.classes[image].firstIndex(of: classIndex) else {
      preconditionFailure("class \(classIndex) was not asked for")
    }
    return place
  }
}

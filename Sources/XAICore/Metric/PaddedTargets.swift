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

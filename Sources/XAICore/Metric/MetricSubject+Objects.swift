extension MetricSubject {
  /// Whether each pixel belongs to an object of the class that is asked about, row by row; nil where the image has
  /// no such object.
  public var targetPixels: [Bool]? { union(of: objects.filter { $0.classIndex == classIndex }) }

  /// Whether each pixel belongs to an object of another class, row by row; nil where the image has no such object.
  public var otherPixels: [Bool]? { union(of: objects.filter { $0.classIndex != classIndex }) }

  private func union(of regions: [ObjectRegion]) -> [Bool]? {
    guard !regions.isEmpty else { return nil }
    var pixels = [Bool](repeating: false, count: map.count)
    for region in regions {
      precondition(
        region.pixels.count == map.count,
        "a region of \(region.pixels.count) pixels is not one of a picture of \(map.count)")
      for index in pixels.indices where region.pixels[index] { pixels[index] = true }
    }
    return pixels.contains(true) ? pixels : nil
  }
}

import XAIFoundation

extension RGBImage {
  /// The image resized to `width × height`, with the bytes of Pillow's `RGBImage.resize((width, height), filter)`.
  ///
  /// The bytes are those of Pillow 13. Pillow up to 12 always resizes rows first, which rounds differently (by one) where
  /// the height shrinks by more than twice as much as the width.
  ///
  /// - Throws: `ImageError.notResizable` where an extent isn't positive.
  public func resized(
    width newWidth: Int, height newHeight: Int, filter: ResamplingFilter
  ) throws(ImageError) -> RGBImage {
    guard newWidth > 0, newHeight > 0, width > 0, height > 0 else {
      throw .notResizable(from: "\(width)×\(height)", to: "\(newWidth)×\(newHeight)")
    }
    return resampled(width: newWidth, height: newHeight, filter: filter)
  }

  /// The same where all extents are known to be positive.
  package func resampled(width newWidth: Int, height newHeight: Int, filter: ResamplingFilter) -> RGBImage {
    require(
      newWidth > 0 && newHeight > 0 && width > 0 && height > 0,
      "\(width)×\(height) can't be resized to \(newWidth)×\(newHeight)")
    if newWidth == width, newHeight == height { return self }
    if filter == .nearest { return nearest(width: newWidth, height: newHeight) }
    let isVerticalFirst = height - newHeight > 2 * max(width - newWidth, 0)
    return isVerticalFirst
      ? resampled(height: newHeight, filter: filter).resampled(width: newWidth, filter: filter)
      : resampled(width: newWidth, filter: filter).resampled(height: newHeight, filter: filter)
  }

  /// The horizontal pass; nothing where the width stays.
  private func resampled(width newWidth: Int, filter: ResamplingFilter) -> RGBImage {
    guard newWidth != width else { return self }
    let columns = ResamplingWeights(from: width, to: newWidth, filter: filter)
    return withRows { Self.resampleRows(of: $0, width: width, height: height, by: columns) }
  }

  /// The vertical pass; nothing where the height stays.
  private func resampled(height newHeight: Int, filter: ResamplingFilter) -> RGBImage {
    guard newHeight != height else { return self }
    let rows = ResamplingWeights(from: height, to: newHeight, filter: filter)
    return withRows { Self.resampleColumns(of: $0, width: width, by: rows) }
  }

  private func withRows<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
    pixels.withUnsafeBufferPointer { buffer in
      guard let samples = buffer.baseAddress else {
        fatalError("an array of samples has an address")
      }
      return body(samples)
    }
  }

  /// The horizontal pass: every row by itself.
  private static func resampleRows(
    of source: UnsafePointer<UInt8>, width: Int, height: Int, by columns: ResamplingWeights
  ) -> RGBImage {
    let newWidth = columns.spans.count
    return RGBImage(width: newWidth, height: height) { target in
      columns.weights.withUnsafeBufferPointer { weights in
        columns.spans.withUnsafeBufferPointer { spans in
          for y in 0..<height {
            let row = source + y * width * 3
            var output = target + y * newWidth * 3
            for x in 0..<newWidth {
              let (first, count) = spans[x]
              let taps = UnsafeBufferPointer(
                rebasing: weights[x * columns.stride..<x * columns.stride + count])
              var sample = row + first * 3
              var red = ResamplingWeights.half
              var green = red
              var blue = red
              for weight in taps {
                red &+= Int32(sample[0]) &* weight
                green &+= Int32(sample[1]) &* weight
                blue &+= Int32(sample[2]) &* weight
                sample += 3
              }
              output[0] = clipped(red)
              output[1] = clipped(green)
              output[2] = clipped(blue)
              output += 3
            }
          }
        }
      }
    }
  }

  /// The vertical pass: rows are weighted and added as a whole, which the compiler makes into vector code.
  private static func resampleColumns(
    of source: UnsafePointer<UInt8>, width: Int, by rows: ResamplingWeights
  ) -> RGBImage {
    let newHeight = rows.spans.count
    let samples = width * 3
    return RGBImage(width: width, height: newHeight) { target in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: samples) { sums in
        guard let sums = sums.baseAddress else { return }
        for y in 0..<newHeight {
          sums.update(repeating: ResamplingWeights.half, count: samples)
          let (first, count) = rows.spans[y]
          for tap in 0..<count {
            let weight = rows.weights[y * rows.stride + tap]
            let row = source + (first + tap) * samples
            for index in 0..<samples { sums[index] &+= Int32(row[index]) &* weight }
          }
          let output = target + y * samples
          for index in 0..<samples { output[index] = clipped(sums[index]) }
        }
      }
    }
  }

  /// Drops the fraction and cuts to 0…255.
  @inline(__always)
  private static func clipped(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> ResamplingWeights.fractionalBits, 0), 255))
  }

  /// Takes the pixels under the centres of the target pixels.
  private func nearest(width newWidth: Int, height newHeight: Int) -> RGBImage {
    let columns = Self.nearestPositions(from: width, to: newWidth)
    let rows = Self.nearestPositions(from: height, to: newHeight)
    return RGBImage(width: newWidth, height: newHeight) { target in
      withRows { source in
        var output = target
        for row in rows {
          for column in columns {
            let sample = source + (row * width + column) * 3
            output[0] = sample[0]
            output[1] = sample[1]
            output[2] = sample[2]
            output += 3
          }
        }
      }
    }
  }

  /// Positions grow by repeated addition, as in Pillow's scaling transform: the rounding is part of the result.
  private static func nearestPositions(from source: Int, to target: Int) -> [Int] {
    let step = Double(source) / Double(target)
    var position = step * 0.5
    return (0..<target).map { _ in
      defer { position += step }
      return min(Int(position), source - 1)
    }
  }
}

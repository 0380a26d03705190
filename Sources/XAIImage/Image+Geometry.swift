extension Image {
  /// A part of the image; traps where it reaches outside.
  public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Image {
    precondition(
      x >= 0 && y >= 0 && newWidth >= 0 && newHeight >= 0 && x + newWidth <= width && y + newHeight <= height,
      "\(newWidth)×\(newHeight) at (\(x), \(y)) is outside a picture of \(width)×\(height)")
    return Image(width: newWidth, height: newHeight) { target in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for row in 0..<newHeight {
          (target + row * newWidth * 3).update(
            from: source + ((y + row) * width + x) * 3, count: newWidth * 3)
        }
      }
    }
  }

  /// The image as a mirror shows it: left and right exchanged.
  public func mirrored() -> Image {
    Image(width: width, height: height) { target in
      pixels.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let (from, to) = ((y * width + x) * 3, (y * width + width - 1 - x) * 3)
            target[to] = source[from]
            target[to + 1] = source[from + 1]
            target[to + 2] = source[from + 2]
          }
        }
      }
    }
  }
}

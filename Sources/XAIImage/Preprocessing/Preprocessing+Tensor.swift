import XAIFoundation
public import XAITensor

extension Preprocessing {
  /// The model input of one image: 1 × 3 × height × width, `(x × rescale − mean) / std`.
  public func tensor(from image: RGBImage) throws(PreprocessingError) -> Tensor {
    try tensor(from: [image])
  }

  /// The model input of several images: N × 3 × height × width.
  ///
  /// Throws ``PreprocessingError/unequalExtents(first:other:index:)`` where the images come out in different extents.
  public func tensor(from images: [RGBImage]) throws(PreprocessingError) -> Tensor {
    try tensor(from: images, values: table())
  }

  /// The pixels that the model sees, in [0, 1]: N × 3 × height × width, resized and cropped but not normalised.
  public func unitPixels(from images: [RGBImage]) throws(PreprocessingError) -> Tensor {
    let unit = (0..<256).map { Float($0) / 255 }
    return try tensor(from: images, values: unit + unit + unit)
  }

  /// The model input of pixels in [0, 1]; the shape ends in 3 × height × width.
  public func normalised(_ pixels: Tensor) -> Tensor {
    let range = Float(255 * (rescaleFactor ?? 1))
    guard let normalisation else {
      return pixels.mappingChannels(scale: [range, range, range], shift: [0, 0, 0])
    }
    return pixels.mappingChannels(
      scale: normalisation.standardDeviation.map { range / $0 },
      shift: zip(normalisation.mean, normalisation.standardDeviation).map { -$0 / $1 })
  }

  /// The pixels in [0, 1] of a model input; the shape ends in 3 × height × width.
  public func denormalised(_ input: Tensor) -> Tensor {
    let range = Float(255 * (rescaleFactor ?? 1))
    guard let normalisation else {
      return input.mappingChannels(scale: [1 / range, 1 / range, 1 / range], shift: [0, 0, 0])
    }
    return input.mappingChannels(
      scale: normalisation.standardDeviation.map { $0 / range }, shift: normalisation.mean.map { $0 / range })
  }
}

extension Preprocessing {
  /// The model input of each sample value in each channel.
  ///
  /// A sample has 256 values, so all arithmetic is done once: the product in double and rounded, mean and standard deviation in
  /// float32, in the order of NumPy in Hugging Face's processors.
  private func table() -> [Float] {
    (0..<3).flatMap { channel in
      (0..<256).map { sample in
        let rescaled = Float(Double(sample) * (rescaleFactor ?? 1))
        guard let normalisation else { return rescaled }
        return (rescaled - normalisation.mean[channel]) / normalisation.standardDeviation[channel]
      }
    }
  }

  private func tensor(from images: [RGBImage], values: [Float]) throws(PreprocessingError) -> Tensor {
    var views: [RGBImage] = []
    for image in images { views.append(try resizedAndCropped(image)) }
    guard let first = views.first else { throw .noImages }
    for (index, view) in views.enumerated()
    where view.width != first.width || view.height != first.height {
      throw .unequalExtents(
        first: "\(first.height)×\(first.width)", other: "\(view.height)×\(view.width)", index: index)
    }
    let count = first.width * first.height
    return Tensor([views.count, 3, first.height, first.width]) { elements in
      for (index, view) in views.enumerated() {
        view.writeChannels(to: elements + index * 3 * count, values: values)
      }
    }
  }
}

extension RGBImage {
  /// Writes the value of each sample, one channel after another.
  fileprivate func writeChannels(to elements: UnsafeMutablePointer<Float>, values: [Float]) {
    let count = width * height
    pixels.withUnsafeBufferPointer { samples in
      values.withUnsafeBufferPointer { values in
        for pixel in 0..<count {
          elements[pixel] = values[Int(samples[3 * pixel])]
          elements[count + pixel] = values[256 + Int(samples[3 * pixel + 1])]
          elements[2 * count + pixel] = values[512 + Int(samples[3 * pixel + 2])]
        }
      }
    }
  }
}

extension Tensor {
  /// Multiplies and shifts each element by the numbers of its channel; the shape ends in 3 × height × width.
  fileprivate func mappingChannels(scale: [Float], shift: [Float]) -> Tensor {
    require(
      shape.rank >= 3 && shape[shape.rank - 3] == 3, "images are 3 × height × width, not \(shape)")
    let plane = shape[shape.rank - 2] * shape[shape.rank - 1]
    return Tensor(shape) { result in
      withElements { elements in
        guard plane > 0 else { return }
        for (index, start) in stride(from: 0, to: count, by: plane).enumerated() {
          let (scale, shift) = (scale[index % 3], shift[index % 3])
          for index in start..<start + plane { result[index] = elements[index] * scale + shift }
        }
      }
    }
  }
}

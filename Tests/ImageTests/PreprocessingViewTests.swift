import Testing
import XAIImage

/// Where the pixels that a model sees are in the image.
@Suite struct PreprocessingViewTests {
  @Test("extents are those of the image after resize and crop")
  func extents() throws {
    let preprocessings = [
      Preprocessing(resize: .exact(height: 9, width: 11)), Preprocessing(resize: .shortestEdge(14)),
      Preprocessing(resize: .shortestEdge(14), crop: .init(height: 12, width: 10)),
      Preprocessing(resize: .cover(height: 20, width: 12), crop: .init(height: 20, width: 12)),
      Preprocessing(resize: .none, crop: .init(height: 30, width: 8)), Preprocessing(resize: .none),
    ]
    for preprocessing in preprocessings {
      for (height, width) in [(23, 37), (37, 23), (1, 5), (16, 16)] {
        let image = try RGBImage(
          width: width, height: height, pixels: [UInt8](repeating: 0, count: height * width * 3))
        let seen = try preprocessing.resizedAndCropped(image)
        let view = preprocessing.view(ofHeight: height, width: width)
        #expect((view.height, view.width) == (seen.height, seen.width), "\(preprocessing.resize)")
      }
    }
  }

  @Test("an exact resize stretches each axis by itself")
  func exact() {
    let view = Preprocessing(resize: .exact(height: 4, width: 10)).view(ofHeight: 8, width: 5)
    #expect((0..<4).map(view.sourceY) == [1, 3, 5, 7])
    #expect((0..<10).map(view.sourceX) == (0..<10).map { 0.25 + 0.5 * Double($0) })
  }

  @Test("a crop begins at its margin, and a border outside of the image")
  func crop() {
    // 20 × 30 becomes 10 × 15; (15 − 6) / 2 is 4 and a half.
    let floor = Preprocessing(resize: .shortestEdge(10), crop: .init(height: 12, width: 6))
      .view(ofHeight: 20, width: 30)
    #expect(floor.sourceY(of: 0) == -1 && floor.sourceY(of: 11) == 21)
    #expect(floor.sourceX(of: 0) == 9 && floor.sourceX(of: 5) == 19)
    // Half to even of (15 − 4) / 2 is 6.
    let even = Preprocessing(
      resize: .shortestEdge(10), crop: .init(height: 12, width: 4, rounding: .halfToEven)
    ).view(ofHeight: 20, width: 30)
    #expect(even.sourceX(of: 0) == 13)
  }

  @Test(
    "what the model sees of a gradient is where the view says",
    arguments: [ResamplingFilter.nearest, .bilinear])
  func gradient(_ filter: ResamplingFilter) throws {
    // Sample x + 1 in column x; a border is black.
    let (height, width) = (30, 48)
    let image = try RGBImage(
      width: width, height: height,
      pixels: (0..<height * width).flatMap { [UInt8](repeating: UInt8(4 * ($0 % width) + 4), count: 3) })
    let preprocessing = Preprocessing(
      resize: .shortestEdge(20), filter: filter, crop: .init(height: 12, width: 36))
    let view = preprocessing.view(ofHeight: height, width: width)
    let seen = try preprocessing.resizedAndCropped(image)
    for column in 0..<view.width {
      let x = view.sourceX(of: column)
      let sample = Double(seen[column, 5].red)
      if x < 0 || x >= Double(width) {
        #expect(sample == 0)
      } else if x > 2, x < Double(width) - 2 {
        // The value at x of a ramp whose column c has 4c + 4 at c + 0.5.
        #expect(abs(sample - (4 * (x - 0.5) + 4)) <= (filter == .nearest ? 2 : 0.6), "column \(column)")
      }
    }
  }
}

import Testing
import XAICore
import XAIFoundation
import XAIPointingGame
import XAITesting

@Suite struct PointingGameTests {
  private func value(
    _ map: [Float], object: Set<Int>, tolerance: Int = 0, ties: PointingGameOptions.Ties = .mean
  ) throws -> Double? {
    var subject = try EvidenceModel().subject { map[$0 * 16 + $1] }
    subject.objects = [ObjectRegion(classIndex: 1, pixels: (0..<256).map(object.contains))]
    var options = PointingGameOptions()
    (options.tolerance, options.ties) = (tolerance, ties)
    return try PointingGame(options: options).measure([], for: subject)?.number
  }

  private func onePixel(_ index: Int) -> [Float] { (0..<256).map { $0 == index ? 1 : 0 } }

  @Test("a maximum on the object is a hit, one beside it is not")
  func hit() throws {
    #expect(try value(onePixel(100), object: [99, 100]) == 100)
    #expect(try value(onePixel(101), object: [99, 100]) == 0)
  }

  @Test("of several highest pixels the share that hits counts, or one that does")
  func ties() throws {
    let map = (0..<256).map { [10, 20, 30, 40].contains($0) ? Float(1) : 0.5 }
    #expect(try value(map, object: [10, 50]) == 25)
    #expect(try value(map, object: [10, 50], ties: .any) == 100)
    #expect(try value(map, object: [50], ties: .any) == 0)
  }

  @Test(
    "a constant map gets the object's share of the image, as a random pixel does", arguments: [Float(0), 1])
  func constant(_ level: Float) throws {
    let map = [Float](repeating: level, count: 256)
    #expect(try value(map, object: Set(0..<64)) == 25)
    #expect(try value(map, object: Set(192..<256)) == 25)
  }

  @Test("the margin is Euclidean, by the formula in full", arguments: [0, 1, 2, 3, 5, 100, Int.max])
  func tolerance(_ tolerance: Int) throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<20 {
      let object = Set((0..<3).map { _ in Int(random.next() % 256) })
      let pixel = Int(random.next() % 256)
      let nearest = object.map { other in
        let (rows, columns) = (Double(other / 16 - pixel / 16), Double(other % 16 - pixel % 16))
        return (rows * rows + columns * columns).squareRoot()
      }.min()
      let isHit = try #require(nearest) <= Double(tolerance)
      #expect(try value(onePixel(pixel), object: object, tolerance: tolerance) == (isHit ? 100 : 0))
    }
  }

  @Test("any object of the class counts, and no other")
  func objects() throws {
    var subject = try EvidenceModel().subject { $0 == 3 && $1 == 4 ? 1 : 0 }
    func region(_ classIndex: Int, _ pixel: Int) -> ObjectRegion {
      ObjectRegion(classIndex: classIndex, pixels: (0..<256).map { $0 == pixel })
    }
    subject.objects = [region(1, 200), region(1, 52)]
    #expect(try PointingGame().measure([], for: subject)?.number == 100)
    subject.objects = [region(1, 200), region(0, 52)]
    #expect(try PointingGame().measure([], for: subject)?.number == 0)
    subject.objects = [region(0, 52)]
    #expect(try PointingGame().measure([], for: subject) == nil)
  }

  @Test("a negative tolerance is refused")
  func refusal() throws {
    expectError("a whole number from 0") {
      try PointingGameOptions([(key: "tolerance", value: "-1")], of: "pointing-game")
    }
  }
}

import Foundation
import Testing

@testable import XAIIntegratedGradients

@Suite("Quadrature") struct QuadratureRuleTests {
  @Test("Gauss and Legendre are exact to degree 2n − 1", arguments: [2, 3, 5, 20, 64, 1000])
  func polynomials(_ count: Int) {
    let points = QuadratureRule.gaussLegendre.points(count)
    #expect(points.count == count)
    for degree in [0, 1, count, 2 * count - 1] {
      let integral = points.reduce(0) { $0 + $1.weight * pow($1.place, Double(degree)) }
      #expect(abs(integral - 1 / Double(degree + 1)) < 1e-13, "x^\(degree) with \(count) points")
    }
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.place < $1.place })
    #expect(points.allSatisfy { $0.weight > 0 && (0...1).contains($0.place) })
  }

  @Test("beyond that degree it is not exact")
  func limit() {
    let integral = QuadratureRule.gaussLegendre.points(2).reduce(0) { $0 + $1.weight * pow($1.place, 4) }
    #expect(abs(integral - 0.2) > 1e-3)
  }

  @Test("known points of two and three")
  func known() {
    let two = QuadratureRule.gaussLegendre.points(2)
    #expect(abs(two[0].place - (1 - 1 / 3.0.squareRoot()) / 2) < 1e-15 && abs(two[0].weight - 0.5) < 1e-15)
    let three = QuadratureRule.gaussLegendre.points(3)
    #expect(abs(three[1].place - 0.5) < 1e-15 && abs(three[1].weight - 4.0 / 9) < 1e-15)
  }

  @Test("the trapezoidal rule is exact for lines and sums to 1", arguments: [2, 3, 20])
  func trapezoid(_ count: Int) {
    let points = QuadratureRule.trapezoid.points(count)
    #expect(points[0].place == 0 && points[count - 1].place == 1)
    #expect(abs(points.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
    #expect(abs(points.reduce(0) { $0 + $1.weight * $1.place } - 0.5) < 1e-14)
  }
}

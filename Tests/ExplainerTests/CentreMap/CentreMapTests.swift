import Foundation
import Testing
import XAICentreMap
import XAICore
import XAITesting

@Suite struct CentreMapTests {
  @Test("the Gaussian in full on every layout", arguments: ToyModel.all, [0.25, 0.1, 10])
  func formula(_ toy: ToyModel, _ sigma: Double) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    let grid = toy.layout.grid
    var options = CentreMapOptions()
    options.sigma = sigma
    let maps = try CentreMap(options: options).explain(
      model.input(images: 2), targets: .classes([0, 1]), using: model)
    let expected = (0..<grid.count).map { patch in
      let y = (Double(patch / grid.columns) + 0.5) / Double(grid.rows) - 0.5
      let x = (Double(patch % grid.columns) + 0.5) / Double(grid.columns) - 0.5
      return Float(exp(-(x * x + y * y) / (2 * sigma * sigma)))
    }
    for map in maps.flatMap({ $0 }) { expectClose(map.scores, expected, within: 1e-6, "\(toy), σ \(sigma)") }
  }

  @Test(
    "a deviation that leaves nothing of the image or all of it is refused",
    arguments: ["0", "-1", "0.001", "11"])
  func refusal(_ text: String) {
    expectError("0.01 to 10") { try CentreMapOptions([(key: "sigma", value: text)], of: "centre") }
  }
}

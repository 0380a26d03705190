import Testing
import XAICore
import XAIGMAR
import XAITesting

/// GMAR against full matrices in double precision.
@Suite("GMAR formula") struct GMAROracleTests {
  static let residuals: [Residual] = [.before(1), .before(0.3), .after(1), .after(0), .afterScaledMean(0.25)]

  /// Every combination of how heads are weighed, multiplied and read.
  static let chainSettings: [GMAROptions] = residuals.flatMap { residual in
    GMAROptions.Fusion.allCases.flatMap { fusion in
      GMAROptions.Order.allCases.flatMap { order in
        GMAROptions.Readout.allCases.map { readout in
          var options = GMAROptions()
          (options.residual, options.fusion, options.order, options.readout) = (
            residual, fusion, order, readout
          )
          return options
        }
      }
    }
  }

  /// Every combination of how heads are scored.
  static let scoreSettings: [GMAROptions] = GMAROptions.GradientSource.allCases.flatMap { gradient in
    GMAROptions.Norm.allCases.flatMap { norm in
      GMAROptions.Scope.allCases.map { scope in
        var options = GMAROptions()
        (options.gradient, options.norm, options.scope) = (gradient, norm, scope)
        return options
      }
    }
  }

  @Test("every option on every layout", arguments: ToyModel.all)
  func options(_ toy: ToyModel) throws {
    let model = ScriptedModel.random(layout: toy.layout)
    for options in Self.chainSettings + Self.scoreSettings {
      let maps = try GMAR(options: options).explain(
        model.input(images: 2), targets: .classes([0, 1]), using: model)
      // One image and class of each setting keeps the naive products affordable; the pair is not on the diagonal.
      let naive = NaiveGMAR(model: model, image: 1, classIndex: 0, options: options)
      let what = "\(toy) '\(options.shortestText)'"
      expectSameMap(maps[1][0].scores, naive.map, within: 1e-5, what)
      let weights = try #require(maps[1][0].diagnostics.headWeights)
      expectClose(
        weights.flatMap { $0 }, naive.weights.flatMap { $0.map(Float.init) }, within: 1e-6, "weights, \(what)"
      )
    }
  }
}

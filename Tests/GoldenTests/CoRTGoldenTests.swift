import Testing
import XAI
import XAITesting

/// CoRT, and relevance with the γ rule of residual sums, against automatic differentiation and full matrices.
@Suite struct CoRTGoldenTests {
  private let golden: GoldenMaps

  init() throws {
    golden = try GoldenMaps("cort")
  }

  @Test("maps in their own scale", arguments: GoldenCase.all, AvailableKernels.all)
  func maps(_ model: GoldenCase, _ kernels: AvailableKernels) throws {
    try golden.forEach(of: model, on: kernels) { spec, name, found, expected in
      expectCloseToLargest(
        Tensor(expected.shape, found.scores), expected, within: Self.tolerance(spec), name)
    }
  }

  /// A root makes what rounding leaves of a score near 0 larger.
  ///
  /// √(1e-8) of the largest is 1e-4, and half as much more where it is sharpened. Ranks are equal to the last one, or two patches have changed places.
  private static func tolerance(_ spec: String) -> Float {
    spec.hasPrefix("cort") && !spec.contains("power=1") && !spec.contains("preset=plain") ? 1e-3 : 1e-4
  }

  @Test("there are maps of every model, and of damped residual sums on those of timm's blocks")
  func coverage() {
    func specs(_ model: GoldenCase) -> [String] {
      [0, 3].flatMap { golden.names(model, target: $0).map(\.spec) }
    }
    for model in GoldenCase.all {
      // Maps of ranks of nearly equal scores are left out.
      #expect(specs(model).filter { $0.hasPrefix("cort") }.count >= 8, "\(model.name)")
    }
    let damped = GoldenCase.all.filter { specs($0).contains("attnlrp:residual-gamma=1") }.map(\.name)
    #expect(damped.contains("timm-vit") && damped.contains("timm-vit-rpn") && damped.count >= 10)
  }
}

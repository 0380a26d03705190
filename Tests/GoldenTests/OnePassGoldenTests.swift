import Testing
import XAI
import XAITesting

/// Explainers of one backward pass, LibraGrad's pass, and contrasts with several classes, against automatic differentiation, lxt
/// and pytorch-grad-cam.
@Suite struct OnePassGoldenTests {
  private let golden: GoldenMaps

  init() throws {
    golden = try GoldenMaps("one-pass")
  }

  @Test("maps in their own scale", arguments: GoldenCase.all, AvailableKernels.all)
  func maps(_ model: GoldenCase, _ kernels: AvailableKernels) throws {
    try golden.forEach(of: model, on: kernels) { spec, name, found, expected in
      expectCloseToLargest(Tensor(expected.shape, found.scores), expected, within: 1e-4, name)
    }
  }

  @Test("there are maps of every model, of each explainer, and of all that LibraGrad's pass is an option of")
  func coverage() throws {
    for model in GoldenCase.all {
      #expect(golden.names(model, target: 0).count + golden.names(model, target: 3).count >= 40)
    }
    let specs = golden.specs
    for id in ["agcam", "grad-eclip", "attcat", "fullgrad-plus", "dap"] {
      #expect(specs.contains(id) && specs.contains { $0.hasPrefix("\(id):") && $0.contains("contrast=") })
    }
    #expect(specs.filter { $0.contains("contrast=top:") }.count >= 3)
    // Grad-CAM++ takes the gradient of the same pass as its relatives.
    for entry in try Registry.builtIn().explainers
    where entry.options.contains(where: { $0.name == "backward" })
      && entry.descriptor.id != "grad-cam-plus-plus"
    {
      #expect(
        specs.contains { $0.hasPrefix("\(entry.descriptor.id):") && $0.contains("backward=libra") },
        "\(entry.descriptor.id)")
    }
  }
}

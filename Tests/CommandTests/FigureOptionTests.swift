import Foundation
import Testing
import XAI

@testable import XAIFigures

/// Figures of commands, in all formats and sizes.
@Suite struct FigureOptionTests {
  private func bytes(_ folder: TemporaryFolder, _ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
  }

  @Test(
    "figures have the format, the resolution, the width and the columns that were asked for",
    .enabled(if: Drawing.cairoProblem == nil, "needs Pango and Cairo"))
  func figureOptions() throws {
    let folder = try TemporaryFolder()
    for index in 0..<2 { try folder.writeImage("photos/p\(index).png", seed: index) }
    func explain(_ output: String, _ options: String...) throws -> [String] {
      let result = try XAIProcess.run(
        [
          "explain", "-m", FixtureModel.vit, folder.path("photos"), "-o", folder.path(output), "--montage",
          "-e", "gmar", "-e", "attention-rollout",
        ] + options)
      #expect(result.status == 0, "\(result.errors)")
      return folder.names(in: output)
    }
    #expect(
      try explain("wide", "--figure-width", "100mm", "--dpi", "254", "--figure-format", "jpeg").contains(
        "montage.jpg"))
    #expect(try folder.image("wide/montage.jpg").width == 1000)
    _ = try explain("pixels", "--figure-width", "777px", "--dpi", "96")
    #expect(try folder.image("pixels/montage.png").width == 777)
    #expect(try explain("pdf", "--figure-format", "pdf").contains("montage.pdf"))
    #expect(try bytes(folder, "pdf/montage.pdf").starts(with: "%PDF-".utf8))
    // Input and two maps in two columns: two lines an image, and captions instead of headers; both maps are magnitudes.
    #expect(try explain("columns", "--columns", "2", "--figure-format", "svg").contains("montage.svg"))
    let narrow = String(decoding: try bytes(folder, "columns/montage.svg"), as: UTF8.self)
    #expect(narrow.components(separatedBy: "<image ").count == 1 + 2 * 3 + 1)
    #expect(narrow.contains(">highest</text>") && !narrow.contains(">against</text>"))
    #expect(narrow.components(separatedBy: ">Attention Rollout</text>").count == 3)
  }

  @Test("every head of every layer has a map with a true title")
  func attentionMaps() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"),
      "--attention-maps", "--figure-format", "svg")
    #expect(result.status == 0 && result.output.contains("out/photo.attention-maps.svg"), "\(result.errors)")
    let svg = String(decoding: try bytes(folder, "out/photo.attention-maps.svg"), as: UTF8.self)
    let model = try Registry.builtIn().loadModel(
      ModelDirectory(FixtureModel.vit), LoadRequest(kernels: KernelSelection.makeKernels()))
    for (layer, descriptor) in model.descriptor.layers.enumerated() {
      for head in 0..<(descriptor.attention?.headCount ?? 0) {
        #expect(svg.components(separatedBy: ">layer \(layer) · head \(head)</text>").count == 2)
      }
    }
  }

  @Test(
    "figures that can't be written are refused before anything is done",
    arguments: [
      ["--dpi", "0"], ["--dpi", "1e9"], ["--figure-width", "wide"], ["--figure-width", "-5mm"],
      ["--figure-width", "nanmm"], ["--figure-format", "gif"], ["--columns", "0"],
    ])
  func wrongFigureOptions(_ options: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      ["explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "--montage"]
        + options)
    #expect(result.status == 64 && result.errors.contains(options[0]), "\(result.errors)")
    #expect(folder.names(in: "out").isEmpty)
  }

  #if os(Linux)
  @Test("without Pango and Cairo figures are SVG, and what needs them is refused with what to install")
  func withoutCairo() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    // The loader takes the first file of a name, and this one is no library.
    try folder.write([UInt8](), to: "libraries/libpangocairo-1.0.so.0")
    func explain(_ options: String...) throws -> CommandResult {
      try XAIProcess.run(
        ["explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "--montage"]
          + options,
        environment: ["LD_LIBRARY_PATH": folder.path("libraries")])
    }
    for format in ["png", "jpeg", "pdf"] {
      let refused = try explain("--figure-format", format)
      #expect(refused.status == 64 && refused.errors.contains("libpangocairo-1.0-0"), "\(refused.errors)")
      #expect(folder.names(in: "out").isEmpty)
    }
    let written = try explain()
    #expect(written.status == 0 && written.errors.contains("figures are written as SVG"), "\(written.errors)")
    #expect(folder.names(in: "out").first == "montage.svg" && folder.names(in: "out").count == 2)
  }

  @Test("Pango and Cairo are loaded for a figure, and not for an overlay")
  func loading() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    func loads(_ options: String...) throws -> Bool {
      let result = try XAIProcess.run(
        ["explain", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out")] + options,
        environment: ["LD_DEBUG": "files"])
      #expect(result.status == 0)
      try #require(result.errors.contains("libjpeg"), "the loader says what it loads")
      return result.errors.contains("libpangocairo")
    }
    #expect(try !loads())
    #expect(try loads("--montage"))
  }
  #endif

  @Test("a comparison's matrices have numbers, and names in full")
  func comparison() throws {
    let folder = try TemporaryFolder()
    try folder.writeImage("photo.png")
    let result = try XAIProcess.run(
      "compare", "-m", FixtureModel.vit, folder.path("photo.png"), "-o", folder.path("out"), "-e",
      "integrated-gradients:steps=4,baseline=blur", "-e", "gmar", "--figure-format", "svg", "--columns", "3",
      "-t",
      "2")
    #expect(result.status == 0, "\(result.errors)")
    let agreement = String(decoding: try bytes(folder, "out/photo.2.agreement.svg"), as: UTF8.self)
    for text in ["Rank correlation", "Shared highest tenth", "1.00", "gmar 2"] {
      #expect(agreement.contains(">\(text)</text>"), "\(text)")
    }
    #expect(agreement.contains("steps=4") && !agreement.contains("…"))
    let maps = String(decoding: try bytes(folder, "out/photo.2.comparison.svg"), as: UTF8.self)
    #expect(maps.contains(">Input</text>") && maps.components(separatedBy: "<image ").count == 1 + 3 + 2)
    // One map is signed, and one has magnitudes.
    for text in ["against", "for", "lowest", "highest"] {
      #expect(maps.contains(">\(text)</text>"), "\(text)")
    }
  }
}

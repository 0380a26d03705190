import Foundation
import Testing
import XAICore
import XAIGMAR

@Suite("GMAR options") struct GMAROptionsTests {
  private func options(_ text: String) throws -> GMAROptions {
    try GMAROptions(Specification(parsing: "gmar:\(text)").values, of: "gmar")
  }

  @Test(
    "residuals read back as they are written",
    arguments: ["before(1)", "before(0.25)", "after(0)", "after(1e-05)", "after-scaled-mean(0.25)"])
  func residual(_ text: String) throws {
    let residual = try #require(Residual(optionText: text))
    #expect(residual.optionText == text)
  }

  @Test(
    "residuals that are none are refused",
    arguments: [
      "before", "before()", "before(-1)", "before(nan)", "before(inf)", "before(1", "beside(1)", "(1)", "",
    ])
  func noResidual(_ text: String) {
    #expect(Residual(optionText: text) == nil)
  }

  @Test("gmar-plus is the paper's reading")
  func presets() throws {
    #expect(try options("preset=gmar-plus") == options("preset=paper"))
    #expect(try options("preset=paper").order == .asPrinted)
    #expect(try options("preset=paper").residual == .after(1))
    #expect(try options("preset=default") == GMAROptions())
    let authors = try options("preset=authors-code")
    #expect(authors.gradient == .lastBlockNorm && authors.scope == .lastLayer && authors.fusion == .none)
    #expect(
      authors.order == .asPrinted && authors.residual == .afterScaledMean(0.25)
        && authors.readout == .authorsView)
  }

  @Test("a preset and options over it may stand in any order")
  func order() throws {
    #expect(try options("norm=l2,preset=paper") == options("preset=paper,norm=l2"))
    #expect(try options("alpha=0.5,preset=paper") == options("preset=paper,alpha=0.5"))
    #expect(try options("alpha=0.5,residual=after(1)") == options("residual=after(1),alpha=0.5"))
  }

  @Test("alpha is the strength of the residual, whatever its kind")
  func alpha() throws {
    #expect(try options("alpha=0.5").residual == .before(0.5))
    #expect(try options("alpha=0.5,preset=paper").residual == .after(0.5))
    #expect(throws: OptionError.self) { try options("alpha=-1") }
  }

  @Test("alpha is never written: residual says it")
  func alias() throws {
    let changed = try options("alpha=0.5")
    #expect(changed.shortestText == "residual=before(0.5)")
    #expect(GMAR(options: changed).specification == "gmar:residual=before(0.5)")
    #expect(!changed.texts.contains { $0.key == "alpha" })
    let json = String(decoding: try JSONEncoder().encode(changed), as: UTF8.self)
    #expect(!json.contains("alpha") && json.contains("before(0.5)"))
    #expect(try JSONDecoder().decode(GMAROptions.self, from: Data(json.utf8)) == changed)
  }

  @Test("JSON takes numbers and presets too")
  func json() throws {
    let decoded = try JSONDecoder().decode(
      GMAROptions.self, from: Data(#"{"alpha": 0.5, "preset": "paper", "norm": "l2"}"#.utf8))
    #expect(try decoded == options("preset=paper,norm=l2,alpha=0.5"))
  }

  @Test("help lists alpha among the options")
  func descriptions() {
    #expect(GMAROptions.descriptions.map(\.name).contains("alpha"))
    #expect(GMAROptions.descriptions[0].name == "preset")
    #expect(GMAROptions.descriptions[0].choices == ["default", "paper", "authors-code", "gmar-plus"])
  }
}

import Foundation
import Testing
import XAICore

/// Options of every kind of value, with presets and an alias.
private struct SampleOptions: PluginOptions {
  enum Mode: String, OptionValue, CaseIterable {
    case plain
    case fancy
  }

  var mode = Mode.plain
  var count = 3
  var ratio = 0.5
  var flag = false

  private var percent: Int {
    get { Int(ratio * 100) }
    set { ratio = Double(newValue) / 100 }
  }

  static let table: [OptionSpec<Self>] = [
    OptionSpec("percent", \.percent, "the ratio in percent", isAlias: true),
    OptionSpec("mode", \.mode, "how"),
    OptionSpec("count", \.count, "how many", allowed: "a number from 1", where: { $0 >= 1 }),
    OptionSpec("ratio", \.ratio, "how much"),
    OptionSpec("flag", \.flag, "whether"),
  ]

  static let presets: [Preset<Self>] = [
    Preset("default", "as it is") { $0 = Self() },
    Preset("many", "a lot") { $0.count = 100 },
    Preset("all", "more of everything") { ($0.count, $0.ratio, $0.flag) = (100, 1, true) },
  ]
}

@Suite struct OptionsTests {
  private func options(_ text: String) throws -> SampleOptions {
    try SampleOptions(Specification(parsing: "sample:\(text)").values, of: "sample")
  }

  @Test func values() throws {
    let options = try options("mode=fancy,count=7,ratio=2.5e-1,flag=true")
    #expect(options.mode == .fancy && options.count == 7 && options.ratio == 0.25 && options.flag)
    #expect(options.texts.map(\.value) == ["fancy", "7", "0.25", "true"])
  }

  @Test("defaults leave nothing to be written")
  func defaults() {
    #expect(SampleOptions().shortestText == "")
    #expect(SampleOptions().texts.map(\.key) == ["mode", "count", "ratio", "flag"])
  }

  @Test("a preset counts first and an alias last, wherever they stand")
  func order() throws {
    #expect(try options("count=5,preset=many").count == 5)
    #expect(try options("preset=many").count == 100)
    #expect(try options("percent=10,ratio=0.7").ratio == 0.1)
    #expect(try options("percent=10").shortestText == "ratio=0.1")
  }

  @Test(
    "the shortest text names the preset that is nearest",
    arguments: [
      ("count=100", "preset=many"), ("preset=many,mode=fancy", "preset=many,mode=fancy"),
      ("count=100,ratio=1,flag=true", "preset=all"), ("preset=all,mode=fancy", "preset=all,mode=fancy"),
      ("preset=all,count=3", "preset=all,count=3"), ("count=99", "count=99"), ("preset=default", ""),
    ])
  func shortestText(_ written: String, _ shortest: String) throws {
    #expect(try options(written).shortestText == shortest)
    #expect(try options(shortest == "" ? "count=3" : shortest) == options(written))
  }

  @Test(
    "errors name the owner and the option, and say what is right",
    arguments: [
      (
        "cuont=1",
        "sample has no option 'cuont'; did you mean 'count'?; its options are preset, percent, mode"
      ),
      ("nothing-like-it=1", "sample has no option 'nothing-like-it'; its options are"),
      ("mode=plane", "sample: mode can't be 'plane'; write plain | fancy"),
      ("count=0", "sample: count can't be '0'; write a number from 1"),
      ("count=1.5", "write a number from 1"), ("ratio=nan", "ratio can't be 'nan'; write a number"),
      ("ratio=inf", "write a number"), ("flag=yes", "write true | false"),
      ("preset=few", "sample: preset can't be 'few'; write default | many | all"),
      ("count=1,count=2", "count is given twice"),
    ])
  func errors(_ text: String, _ message: String) {
    let error = #expect(throws: OptionError.self) { try options(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("an option that may be left out is none")
  func optional() throws {
    #expect(Int?(optionText: "none") == .some(.none))
    #expect(Int?(optionText: "7") == .some(7))
    #expect(Int?(optionText: "seven") == .none)
    #expect(Int?.none.optionText == "none" && Int?(7).optionText == "7")
    #expect(String?.allowedOptionText == "a text | none" && String?.optionTexts.isEmpty)
    #expect(Bool?.optionTexts == ["none", "true", "false"])
  }

  @Test("a plugin without options says so")
  func noOptions() {
    let error = #expect(throws: OptionError.self) { try NoOptions([(key: "norm", value: "l2")], of: "plain") }
    #expect(error?.description == "plain has no options, so not 'norm'")
  }

  @Test func json() throws {
    let options = try options("mode=fancy,ratio=0.1")
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(SampleOptions.self, from: data) == options)
    let native = Data(#"{"count": 4, "ratio": 1, "flag": true, "mode": "fancy"}"#.utf8)
    let decoded = try JSONDecoder().decode(SampleOptions.self, from: native)
    #expect(decoded.shortestText == "preset=all,mode=fancy,count=4")
    for wrong in [
      #"{"cuont": 1}"#, #"{"count": 0}"#, #"{"flag": 1}"#, #"{"mode": null}"#, #"{"mode": ["fancy"]}"#,
    ] {
      #expect(throws: (any Error).self) {
        try JSONDecoder().decode(SampleOptions.self, from: Data(wrong.utf8))
      }
    }
  }

  @Test("descriptions have the preset first, and choices where they can be listed")
  func descriptions() {
    let descriptions = SampleOptions.descriptions
    #expect(descriptions.map(\.name) == ["preset", "percent", "mode", "count", "ratio", "flag"])
    #expect(descriptions.map(\.defaultValue) == ["default", "50", "plain", "3", "0.5", "false"])
    #expect(
      descriptions.map(\.choices) == [
        ["default", "many", "all"], [], ["plain", "fancy"], [], [], ["true", "false"],
      ])
  }

  @Test(
    "numbers are written as they are read",
    arguments: [0, 1, -1, 0.1, 1e-05, 1e300, .leastNonzeroMagnitude, 123_456_789, 0.30000000000000004])
  func numbers(_ number: Double) {
    #expect(Double(optionText: number.optionText) == number)
    #expect(!number.optionText.hasSuffix(".0"))
  }
}

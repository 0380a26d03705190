import XAICore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension PluginOptions {
  /// The defaults, and a value for every choice of every option and for every preset, as users would write them.
  static func settings() -> [[(key: String, value: String)]] {
    [[]] + descriptions.flatMap { option in option.choices.map { [(key: option.name, value: $0)] } }
  }
}

extension PluginOptions {
  /// The options that name a place of a model: what they take can't be listed without one.
  static var placeOptions: [String] {
    descriptions.filter { $0.allowed == Place.allowedOptionText }.map(\.name)
  }
}

extension Findings {
  /// Checks options: every setting that can be listed reads back as it was written, and wrong ones are refused.
  mutating func checkOptions<Options: PluginOptions>(_: Options.Type) {
    let names = Options.descriptions.map(\.name)
    expect(Set(names).count == names.count, .options, "two options have one name: \(names)")
    for option in Options.descriptions {
      expect(!option.summary.isEmpty, .options, "\(option.name) has no summary")
      expect(!option.allowed.isEmpty, .options, "\(option.name) doesn't say what it takes")
    }
    for setting in Options.settings() {
      let text = setting.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      attempt(.options, "the setting '\(text)'") { findings in
        try findings.checkRoundTrips(of: Options(setting, of: findings.subject), "the setting '\(text)'")
      }
    }
    checkRefusals(Options.self, known: names)
  }

  private mutating func checkRoundTrips<Options: PluginOptions>(of options: Options, _ what: String) throws {
    let decoded = try JSONDecoder().decode(Options.self, from: JSONEncoder().encode(options))
    expect(decoded == options, .options, "\(what) comes back from JSON as '\(decoded.shortestText)'")
    let read = try Options(options.texts, of: subject)
    expect(read == options, .options, "\(what) comes back from its texts as '\(read.shortestText)'")
    let specification = try Specification(
      parsing: options.shortestText.isEmpty ? subject : "\(subject):\(options.shortestText)")
    let again = try Options(specification.values, of: subject)
    expect(
      again == options, .options, "\(what) comes back from '\(specification)' as '\(again.shortestText)'")
  }

  private mutating func checkRefusals<Options: PluginOptions>(_: Options.Type, known names: [String]) {
    // A slip in the last letter of a name has that name as its nearest.
    let slips = names.filter { $0.count > 2 }.map { (slip: $0.dropLast() + "_", meant: $0) }
    for (slip, meant) in slips + [(slip: "no-such-option", meant: "")] {
      do {
        _ = try Options([(key: String(slip), value: "1")], of: subject)
        fail(.options, "the unknown option '\(slip)' is accepted")
      } catch {
        expect(
          "\(error)".contains(meant), .options,
          "the error for the unknown option '\(slip)' doesn't suggest '\(meant)': \(error)")
      }
    }
    for option in Options.descriptions where !option.choices.isEmpty {
      expect(
        (try? Options([(key: option.name, value: "no-such-value")], of: subject)) == nil, .options,
        "\(option.name) accepts 'no-such-value'")
    }
  }
}

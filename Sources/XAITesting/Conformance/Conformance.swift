public import Testing
package import XAICore
import XAIFoundation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a plugin of some kind has to do, as checks that can be run in a test.
///
///     @Test(arguments: AvailableKernels.all) func conforms(_ kernels: AvailableKernels) {
///       ExplainerConformance(MyExplainer.self, on: kernels.make()).run()
///     }
public protocol Conformance {
  /// Runs every check and says what failed.
  func failures() -> [ConformanceFailure]
}

extension Conformance {
  /// Runs every check and records each failure as an issue of the current test.
  public func run(sourceLocation: SourceLocation = #_sourceLocation) {
    for failure in failures() { Issue.record("\(failure)", sourceLocation: sourceLocation) }
  }
}

/// One thing that a plugin should do and doesn't.
public struct ConformanceFailure: Hashable, Sendable, CustomStringConvertible {
  /// What is checked.
  public enum Check: String, Hashable, Sendable {
    /// The descriptor is complete, and says what is so.
    case descriptor
    /// Options read back as they were written; wrong ones are refused.
    case options
    /// Results have the shapes that they should, and are finite.
    case results
    /// The same again gives the same bits.
    case determinism
    /// An image's result does not depend on the rest of its batch.
    case batch
    /// Several targets at once give what they give one by one.
    case targets
    /// The map depends on the class exactly where the descriptor says so.
    case classSpecificity
    /// Scores have the signs that the explainer declares.
    case scores
    /// What makes no difference to the logits makes none to the map.
    case symmetry
    /// The declared needs are enough, all used, and asked for before any arithmetic.
    case needs
    /// The declared recording is enough, and holds nothing else.
    case recording
    /// Inputs and models stay as they are.
    case mutation
    /// Attention rows sum to 1.
    case attention
    /// Gradients equal finite differences.
    case gradients
    /// Every rule of a backward pass is followed.
    case rules
    /// What is removed has no effect, and what is not stays as it was.
    case interventions
    /// Parameters are named as their gradients are, and replacing them does that and no more.
    case parameters
    /// What is written loads as what it was.
    case writing
    /// An untrained model has the labels it should, and comes from the seed.
    case untrained
    /// Unusable inputs and traces are refused with a clear error.
    case refusal
    /// The better map gets the better value.
    case direction
    /// Values lie in the declared range.
    case range
    /// Frames are complete and stay in their memory.
    case frames
    /// Splits open by their names, and their samples have names of their own.
    case splits
    /// Labels are classes, and the same before and after a sample is opened.
    case labels
    /// Boxes and masks lie in their images and agree.
    case objects
  }

  /// The id of the plugin's explainer, metric or data set, or the name of the model.
  public let subject: String
  /// What was checked.
  public let check: Check
  /// What was wrong, and where.
  public let message: String

  /// The failure in one line.
  public var description: String { "\(subject), \(check.rawValue): \(message)" }
}

/// Collects failures of one subject.
struct Findings {
  let subject: String
  private(set) var failures: [ConformanceFailure] = []

  init(of subject: String) {
    self.subject = subject
  }

  mutating func fail(_ check: ConformanceFailure.Check, _ message: String) {
    failures.append(ConformanceFailure(subject: subject, check: check, message: message))
  }

  mutating func expect(
    _ isRight: Bool, _ check: ConformanceFailure.Check, _ message: @autoclosure () -> String
  ) {
    if !isRight { fail(check, message()) }
  }

  /// Runs a group of checks; what it throws is a failure of `check`, and a process that dies in it says so.
  mutating func attempt(
    _ check: ConformanceFailure.Check, _ what: String, _ body: (inout Findings) throws -> Void
  ) {
    do {
      try Attempt.noting("\(subject), \(check.rawValue): \(what)") { try body(&self) }
    } catch {
      fail(check, "\(what) threw: \(error)")
    }
  }

  /// Expects a `ModelError` where something is asked for that isn't there.
  mutating func expectRefusal(
    _ check: ConformanceFailure.Check, _ what: String, _ body: () throws -> Void
  ) {
    do {
      try body()
      fail(check, "\(what) is not refused")
    } catch is ModelError {
      // As it should be.
    } catch {
      fail(check, "\(what) is refused with \(error), expected a ModelError")
    }
  }

  /// Expects values to be equal within a tolerance, and names the worst.
  mutating func expectClose(
    _ values: [Float], _ expected: [Float], within tolerance: Float, _ check: ConformanceFailure.Check,
    _ what: String
  ) {
    guard values.count == expected.count else {
      return fail(check, "\(what): \(values.count) values, expected \(expected.count)")
    }
    let differences = zip(values, expected).map { ($0 - $1).isNaN ? Float.infinity : abs($0 - $1) }
    guard let worst = differences.max(), worst > tolerance else { return }
    fail(check, "\(what): off by \(worst), more than \(tolerance)")
  }
}

/// A plugin of a list, as an argument of a test.
package struct BuiltIn: Sendable, CustomTestStringConvertible {
  package let type: any Plugin.Type

  package init(type: any Plugin.Type) { self.type = type }

  package var testDescription: String { type.name }

  /// Whether the environment asks for this plugin: XAI_PLUGIN names one, as `make test-GMAR` does; without it all are.
  package var isChosen: Bool {
    let name = ProcessInfo.processInfo.environment["XAI_PLUGIN"]
    return name == nil || name == type.name
  }

  /// The plugins of a list that the environment asks for.
  package static func chosen(of plugins: [any Plugin.Type]) -> [BuiltIn] {
    plugins.map(BuiltIn.init).filter(\.isChosen)
  }
}

extension Findings {
  /// Checks what every descriptor has.
  mutating func checkDescriptor(id: String, title: String, summary: String, citation: Citation) {
    expect(
      isKebabCase(id), .descriptor,
      "the id '\(id)' is not kebab-case: small letters, digits and hyphens, a letter first")
    expect(!title.isEmpty, .descriptor, "the title is empty")
    expect(!summary.isEmpty, .descriptor, "the summary is empty")
    expect(!summary.hasSuffix("."), .descriptor, "the summary ends in a full stop; lists set it without")
    expect(!summary.contains("\n"), .descriptor, "the summary is longer than a line")
    for (name, text) in [
      ("authors", citation.authors), ("title", citation.title), ("venue", citation.venue),
      ("identifier", citation.identifier),
    ] {
      expect(!text.isEmpty, .descriptor, "the citation has no \(name)")
    }
    expect((1900...2100).contains(citation.year), .descriptor, "the citation's year is \(citation.year)")
  }
}

import ArgumentParser
import Foundation
import Testing
import XAI

/// Names of public types against those of the frameworks that programs import beside ours.
///
/// A type of the same name makes every mention of either ambiguous in a file that imports both.
@Suite struct PublicNamesTests {
  /// Public types at the top level of the sources, without those that serve tests alone.
  static let declared: [String] = {
    var names: [String] = []
    let declaration = #/^public (?:final |indirect )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/#
    for folder in ["Sources", "Plugins"] {
      let files = FileManager.default.enumerator(
        at: PluginFolder.root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        // The code of tutorials, which catalogues have, is that of other packages.
        guard file.pathExtension == "swift", !file.pathComponents.contains(where: { $0.hasSuffix(".docc") }),
          let text = try? String(contentsOf: file, encoding: .utf8)
        else { continue }
        for line in text.split(separator: "\n") {
          if let match = line.firstMatch(of: declaration) { names.append(String(match.1)) }
        }
      }
    }
    return names
  }()

  /// Short names of types at the top level of the standard library, Foundation, ArgumentParser, Swift Testing, SwiftUI
  /// and the frameworks around it.
  static let taken: Set<String> = Set(
    """
    AnyView App Array Axis Binding Bool Button Canvas Capsule Character Circle Codable Collection Color ColorPicker Commands
    ContentMode CoordinateSpace Data Date DateInterval Decimal Decoder Dictionary Dimension Divider Double
    Duration Edge EdgeInsets Ellipse Encoder Environment Error Event Expression FileDocument Flag Float Font ForEach Form
    Formatter Gesture Gradient Grid GridItem GridRow Group GroupBox Hasher Host Identifiable Image ImageRenderer IndexPath
    IndexSet Int Issue ItemProvider Label LabeledContent Layout Link List Locale Material Measurement Menu Mirror Namespace
    Never Notification NumberFormatter Operation Option OptionGroup Optional Path Picker Port Predicate Preview
    Process Progress ProgressView Published Range Rectangle Regex RegexComponent Result Scale Scanner Scene Section Selection
    Sequence Set Shape Slider Spacer Spring Stack State Stepper Stream String Substring Subview Subviews Tab Table TabView Tag
    Task Test Text TextField Thread Timer TimeZone Toggle Trait Transaction Transition Unit URL UUID Value View
    ViewBuilder Visibility Window Argument ArgumentHelp CommandConfiguration CommandGroup CompletionKind ExitCode
    ParsableCommand ValidationError Confirmation Comment Attachment SourceLocation Attribute Query Relationship Schema
    BarMark Chart LineMark PointMark Plot Angle Animatable Animation Alignment Anchor Model
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  /// Names that are taken elsewhere and stay, with the reason that CONTRIBUTING.md gives.
  static let kept: Set<String> = ["Model"]

  @Test("no public type has the name of one that programs import beside ours")
  func framework() {
    #expect(Self.declared.count > 300)
    #expect(Set(Self.declared).intersection(Self.taken).subtracting(Self.kept).sorted() == [])
  }

  @Test("no two modules declare the same name")
  func unique() {
    let counts = Dictionary(Self.declared.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts.filter { $0.value > 1 }.keys.sorted() == [])
  }
}

/// A command of a program that imports everything: it compiles because no name is ambiguous.
private struct OwnCommand: ParsableCommand {
  @Argument var path: String
  @Option var size = 8
  @Flag var verbose = false

  func run() throws {
    let image = RGBImage(width: size, height: size, filledWith: .black)
    print(URL(fileURLWithPath: path), TensorShape([image.width]), PatchGrid(rows: 1, columns: 1))
  }
}

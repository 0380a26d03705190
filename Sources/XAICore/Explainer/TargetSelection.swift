public import XAITensor

/// Which classes to ask about.
public indirect enum TargetSelection: Hashable, Sendable {
  /// The class with the highest logit.
  case predicted
  /// The classes with the highest logits, highest first.
  case top(Int)
  /// These classes, for every image.
  case classes([Int])
  /// The class that is called so: of this label, of this WordNet id, or with this among its names.
  case label(String)
  /// The classes of several selections, one after the other; a class may come twice.
  case several([TargetSelection])
  /// A selection for each image, in their order, which all select equally many classes: `.each([.label("cat"), .classes([7])])`.
  case each([TargetSelection])

  /// Reads what users write: `predicted`, `top:5`, a class index, or what a class is called.
  ///
  /// A whole number is an index, also where a class is called so; `index:3` and `name:3` say which is meant.
  public init(parsing text: String) throws(TargetError) {
    if text == "predicted" {
      self = .predicted
    } else if text.hasPrefix("top:") {
      guard let count = Int(text.dropFirst(4)), count > 0 else { throw .malformed(text) }
      self = .top(count)
    } else if text.hasPrefix("index:") {
      guard let index = Int(text.dropFirst(6)) else { throw .malformed(text) }
      self = .classes([index])
    } else if text.hasPrefix("name:") {
      self = .label(String(text.dropFirst(5)))
    } else if let index = Int(text) {
      self = .classes([index])
    } else {
      self = .label(text)
    }
  }

  /// The class indices of every image; equal logits count the lower class first.
  ///
  /// Of a model without classes there is one thing to ask about each image, the image itself: `predicted` gives one target
  /// with the index 0, for explainers to which classes don't matter.
  ///
  /// - Throws: `TargetError` for a class that the model doesn't have, and where nothing is asked about.
  public func resolve(logits: Tensor, labels: [String]) throws(TargetError) -> Targets {
    let (images, classCount) = (logits.shape[0], logits.shape[1])
    switch self {
    case .top(..<1), .classes([]), .several([]), .each([]): throw .none
    case .predicted where classCount == 0:
      return Targets(equallyMany: Array(repeating: [0], count: images))
    case .predicted:
      return try TargetSelection.top(1).resolve(logits: logits, labels: labels)
    case .top(let count):
      guard count <= classCount else { throw .tooMany(count, classCount: classCount) }
      return Targets(
        equallyMany: (0..<images).map { image in
          let row = logits[image].onHost("logits").elements
          return Array(row.indices.sorted { (row[$1], $0) < (row[$0], $1) }.prefix(count))
        })
    case .classes(let indices):
      for index in indices where !(0..<classCount).contains(index) {
        throw .unknownIndex(
          index, classCount: classCount, called: ModelClasses.numbered(index, among: labels).first)
      }
      return Targets(equallyMany: Array(repeating: indices, count: images))
    case .label(let text):
      let reading = try ClassReading(of: text, among: ModelClasses(labels))
      return Targets(equallyMany: Array(repeating: [reading.index], count: images))
    case .several(let selections):
      var classes = Array(repeating: [Int](), count: images)
      for selection in selections {
        for (image, added) in try selection.resolve(logits: logits, labels: labels).classes.enumerated() {
          classes[image] += added
        }
      }
      return try Targets(classes)
    case .each(let selections):
      guard selections.count == images else { throw .otherCount(selections.count, images: images) }
      var classes: [[Int]] = []
      for (image, selection) in selections.enumerated() {
        let row = logits[image].reshaped(to: [1, classCount])
        classes += try selection.resolve(logits: row, labels: labels).classes
      }
      return try Targets(classes)
    }
  }

  /// The same with indices in place of names, which is looked up once, and what a user should know about it: which class
  /// was taken for what is not its label, and where a number is an index and another class is called so.
  ///
  /// - Throws: `TargetError` for what is no class, or may be several.
  package func reading(
    labels: [String]
  ) throws(TargetError) -> (selection: TargetSelection, notes: [String]) {
    switch self {
    case .predicted, .top: return (self, [])
    case .classes(let indices):
      let notes = indices.compactMap { index -> String? in
        let called = ModelClasses.numbered(index, among: labels)
        guard labels.indices.contains(index), let other = called.first, !called.contains(index) else {
          return nil
        }
        return "\(index) is taken for an index, that of '\(labels[index])'; class \(other) is called so: "
          + "name:\(labels[other])"
      }
      return (self, notes)
    case .label(let text):
      let reading = try ClassReading(of: text, among: ModelClasses(labels))
      var note =
        "'\(text)' is taken for class \(reading.index), '\(labels[reading.index])', by \(reading.means)"
      if let other = reading.others.first { note += "; class \(other), '\(labels[other])', is called so too" }
      return (.classes([reading.index]), reading.isLabel && reading.others.isEmpty ? [] : [note])
    case .several(let selections):
      let read = try Self.reading(selections, labels: labels)
      return (.several(read.selections), read.notes)
    case .each(let selections):
      let read = try Self.reading(selections, labels: labels)
      return (.each(read.selections), read.notes)
    }
  }

  private static func reading(
    _ selections: [TargetSelection], labels: [String]
  ) throws(TargetError) -> (selections: [TargetSelection], notes: [String]) {
    var read: (selections: [TargetSelection], notes: [String]) = ([], [])
    for selection in selections {
      let (selection, notes) = try selection.reading(labels: labels)
      read.selections.append(selection)
      read.notes += notes
    }
    return read
  }
}

extension TargetSelection: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// The class that is called so, as ``label(_:)``.
  public init(stringLiteral label: String) { self = .label(label) }

  /// The class of an index.
  public init(integerLiteral index: Int) { self = .classes([index]) }
}

/// The class that a text means.
private struct ClassReading {
  let index: Int
  /// Whether the text is the label, but for case and spelling.
  let isLabel: Bool
  /// By what it was found.
  let means: String
  /// Other classes that have the label among their names.
  let others: [Int]

  /// The first that finds classes decides, and has to find one: the label, the label but for spelling, the WordNet id, one
  /// of several names, words of a name.
  init(of text: String, among model: ModelClasses) throws(TargetError) {
    let wanted = ClassText(text)
    let whole = ClassText.normalised(text)
    let steps: [(means: String, isLabel: Bool, classes: () -> [Int])] = [
      ("its label", true, { model.classes(labelled: text) }),
      ("its label", true, { model.classes(spelled: wanted) }),
      ("its WordNet id", false, { wanted.wordNetID.map(model.classes(ofWordNetID:)) ?? [] }),
      ("one of its names", false, { model.classes(named: whole) }),
      ("words of its label, the only one that has them", false, { model.classes(withWords: whole) }),
    ]
    for step in steps {
      let classes = step.classes()
      if classes.count == 1 {
        (index, isLabel, means) = (classes[0], step.isLabel, step.means)
        others = step.isLabel ? model.classes(named: whole).filter { $0 != classes[0] } : []
        return
      }
      if classes.count > 1 {
        throw .ambiguousLabel(text, classes.map { .init(index: $0, label: model.labels[$0]) })
      }
    }
    // What contains the text, as `Scottish deerhound` does `deer`, is named and not taken.
    let parts = model.names.filter { !whole.isEmpty && $0.contains(whole) }
    let near = nearestNames(to: whole, among: model.names)
    var seen: Set<String> = []
    throw .unknownLabel(text, near: Array((near + parts).filter { seen.insert($0).inserted }.prefix(5)))
  }
}

/// A target that the model does not have.
public enum TargetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A class of a model.
  public struct Candidate: Hashable, Sendable {
    /// Its index.
    public let index: Int
    /// What the model calls it.
    public let label: String
  }

  /// Neither an index, nor `top:n`, nor a label.
  case malformed(String)
  /// A class index outside the model's classes.
  case unknownIndex(Int, classCount: Int, called: Int?)
  /// More classes than the model has.
  case tooMany(Int, classCount: Int)
  /// No label has this text.
  case unknownLabel(String, near: [String])
  /// Several labels have this text.
  case ambiguousLabel(String, [Candidate])
  /// A class would be held against itself.
  case contrastWithItself(Int)
  /// A class would be held against more others than there are.
  case tooFewOthers(Int, others: Int)
  /// No class is asked about.
  case none
  /// Selections for another number of images.
  case otherCount(Int, images: Int)
  /// Images that are asked about different numbers of classes.
  case unequalCounts([Int])

  /// What was wrong and what to write.
  public var description: String {
    switch self {
    case .malformed(let text):
      "the target '\(text)' is not a class index, a name, 'predicted' or 'top:N' with N at least 1"
    case .unknownIndex(let index, 0, _):
      "there is no class \(index): the model has none, it is a backbone without a classifier"
    case .unknownIndex(let index, let count, let called):
      "there is no class \(index): the model has classes 0 to \(count - 1)"
        + (called.map { "; class \($0) is called so: ask for it by its label or its index" } ?? "")
    case .tooMany(let count, let classCount):
      "the \(count) likeliest classes are asked for, and the model has \(classCount)"
    case .unknownLabel(let text, let near):
      "no class is labelled '\(text)'"
        + (near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))?")
    case .ambiguousLabel(let text, let candidates):
      "'\(text)' may be any of \(candidates.count) classes; write one of their indices: "
        + candidates.prefix(12).map { "\($0.index) (\($0.label))" }.joined(separator: ", ")
        + (candidates.count > 12 ? ", …" : "")
    case .contrastWithItself(let index):
      "contrast=\(index) holds class \(index) against itself; name another class, or hold it against the runner-up"
    case .tooFewOthers(let count, let others):
      "contrast=top:\(count) holds a class against the \(count) likeliest others, and there are \(others)"
    case .none: "no class is asked about; ask about at least one, such as the predicted one"
    case .otherCount(let count, let images):
      "there are \(count) selections of classes for \(images) images: give one for each"
    case .unequalCounts(let counts):
      "images are asked about different numbers of classes (\(counts.map(String.init).joined(separator: ", "))): "
        + "ask about equally many of each, or about one image at a time"
    }
  }
}

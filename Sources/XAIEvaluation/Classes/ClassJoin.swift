package import XAICore

/// How the classes of data are found among those of a model.
public enum ClassMatching: String, Hashable, Sendable, Codable, CaseIterable {
  /// By what says the most: the label, a WordNet id, a name among several, a number that the data state.
  case auto
  /// By what they are called; numbers are names too.
  case names
  /// By numbers: class 3 is the model's class of index 3, whatever it is called.
  case index
  /// The first is the first, the second the second: the numbers of classes have to be equal.
  case order
  /// As `auto`, where the model's classes are ImageNet's thousand in their order, whatever its labels say: timm's models
  /// often have none.
  case imageNet = "imagenet"
}

/// Which class of a model each class of data is.
///
/// A class is joined by the first that finds one class of the model, and one alone:
///
/// 1. the number that a list states,
/// 2. the label, byte for byte,
/// 3. the WordNet id, of the folder, the data set or ImageNet's label, and of the model's labels,
/// 4. the label but for case, spaces, underscores, hyphens, and how accents are composed,
/// 5. one of several names, such as `white shark` of `great white shark, white shark`.
///
/// Where all folders have whole numbers for names and no label is one of them, they are the model's indices. Nothing is
/// guessed: a name that several classes of the model have joins none of them.
package struct ClassJoin: Hashable, Sendable {
  /// By what a class was found.
  package enum Means: String, Hashable, Sendable, CaseIterable {
    case label = "label"
    case wordNetID = "WordNet id"
    case spelling = "label but for spelling"
    case synonym = "one of several names"
    case index = "index"
    case order = "order"
  }

  /// What was found for a class of the data.
  package enum Match: Hashable, Sendable {
    /// The model's class.
    case found(Int, by: Means)
    /// No class of the model is called so, or has the number.
    case absent
    /// Several classes of the model may be meant.
    case ambiguous([Int])
  }

  /// The data's classes.
  package let classes: [DatasetClass]
  /// The model's labels.
  package let labels: [String]
  /// How they were to be matched.
  package let matching: ClassMatching
  /// What was found, by class of the data.
  package let matches: [Match]

  /// Joins the classes of data to those of a model.
  package init(_ classes: [DatasetClass], to labels: [String], by matching: ClassMatching = .auto) {
    self.classes = classes
    self.labels = labels
    self.matching = matching
    let hasSameNames =
      classes.count == labels.count
      && zip(classes, labels).allSatisfy { $0.name.utf8.elementsEqual($1.utf8) }
    switch matching {
    case .order:
      matches = classes.indices.map { classes.count == labels.count ? .found($0, by: .order) : .absent }
    case .index:
      matches = classes.map { Self.match($0.index ?? DatasetClass.wholeNumber($0.name), of: labels) }
    case .auto where hasSameNames, .names where hasSameNames:
      matches = classes.indices.map { .found($0, by: .label) }
    case .imageNet:
      let model = ModelClasses(labels.count == ImageNet.labels.count ? ImageNet.labels : [])
      matches = Joiner(classes, model: model, takesNumbers: true).matches
    case .auto, .names:
      matches = Joiner(classes, model: ModelClasses(labels), takesNumbers: matching == .auto).matches
    }
  }

  static func match(_ index: Int?, of labels: [String]) -> Match {
    guard let index, labels.indices.contains(index) else { return .absent }
    return .found(index, by: .index)
  }

  /// The model's class of a class of the data; nil where none was found.
  package func index(of dataClass: Int) -> Int? {
    guard case .found(let index, _) = matches[dataClass] else { return nil }
    return index
  }

  /// Whether class indices of the data are those of the model: all that are found are found under their own number.
  package var isIdentity: Bool { matches.indices.allSatisfy { index(of: $0) == $0 } }

  /// Whether data and model call their classes the same, in the same order.
  package var hasSameNames: Bool {
    isIdentity && classes.count == labels.count
      && zip(classes, labels).allSatisfy { $0.name.utf8.elementsEqual($1.utf8) }
  }
}

/// Finds the classes of data among those of a model by what they are called.
private struct Joiner {
  private let classes: [DatasetClass]
  private let model: ModelClasses
  private let texts: [ClassText]
  /// Classes of the model that a class of the data has the label of, byte for byte.
  private let labelled: Set<Int>
  /// Whether names that are whole numbers are indices; nil where some may be names and some indices.
  private let hasNumbers: Bool?
  private let takesNumbers: Bool

  init(_ classes: [DatasetClass], model: ModelClasses, takesNumbers: Bool) {
    self.classes = classes
    self.model = model
    self.takesNumbers = takesNumbers
    texts = classes.map { entry in
      ClassText(entry.index.map { takesNumbers ? entry.name : String($0) } ?? entry.name)
    }
    labelled = Set(texts.flatMap { model.classes(labelled: $0.text) })
    let numbers = texts.compactMap { DatasetClass.wholeNumber($0.text) }
    if takesNumbers, !numbers.isEmpty, numbers.count == classes.count {
      let named = numbers.count { !model.classes(numbered: $0).isEmpty }
      hasNumbers = named == 0 ? true : named == numbers.count ? false : nil
    } else {
      hasNumbers = false
    }
  }

  var matches: [ClassJoin.Match] { classes.indices.map { match(at: $0) } }

  private func match(at place: Int) -> ClassJoin.Match {
    if takesNumbers, let index = classes[place].index { return match(number: index) }
    let text = texts[place]
    if hasNumbers != false, let number = DatasetClass.wholeNumber(text.text) {
      return hasNumbers == true ? ClassJoin.match(number, of: model.labels) : match(number: number)
    }
    let label = model.classes(labelled: text.text)
    if label.count == 1, rivals(of: label[0], text).isEmpty { return .found(label[0], by: .label) }
    let id = classes[place].wordNetID ?? text.wordNetID
    if let found = id.map(model.classes(ofWordNetID:)), found.count == 1 {
      return .found(found[0], by: .wordNetID)
    }
    if !label.isEmpty { return .ambiguous(Set(label).union(label.flatMap { rivals(of: $0, text) }).sorted()) }
    let spelled = model.classes(spelled: text)
    if spelled.count == 1, rivals(of: spelled[0], text).isEmpty { return .found(spelled[0], by: .spelling) }
    if spelled.count > 1 { return .ambiguous(spelled) }
    if let found = imageNetID(of: text).map(model.classes(ofWordNetID:)), found.count == 1 {
      return .found(found[0], by: .wordNetID)
    }
    let named = Set(text.names.flatMap(model.classes(named:))).sorted()
    if named.count == 1 { return .found(named[0], by: .synonym) }
    if named.count > 1 { return .ambiguous(named) }
    return id.map(matchByName) ?? .absent
  }

  /// A number is an index, unless it is the label of a class with another index too.
  private func match(number: Int) -> ClassJoin.Match {
    let others = model.classes(numbered: number).filter { $0 != number }
    guard others.isEmpty else {
      return .ambiguous((others + (model.labels.indices.contains(number) ? [number] : [])).sorted())
    }
    return ClassJoin.match(number, of: model.labels)
  }

  /// Other classes of the model that a class of this name may be: those that have it among their names, or that look the
  /// same, unless another class of the data has exactly their label.
  private func rivals(of found: Int, _ text: ClassText) -> [Int] {
    guard text.names.count == 1 else { return [] }
    return model.classes(named: text.names[0]).filter { other in
      other != found && !labelled.contains(other)
        && (ClassText(model.labels[other]).whole != text.whole || model.labels[other] == text.text)
    }
  }

  /// The WordNet id of ImageNet's class that has exactly these names, of which there are several.
  private func imageNetID(of text: ClassText) -> String? {
    guard text.names.count > 1 else { return nil }
    let classes = ImageNet.classes(ofLabel: text.whole)
    return classes.count == 1 ? ImageNet.wordNetIDs[classes[0]] : nil
  }

  /// A WordNet id that the model's labels don't have, by the names that are its class's alone.
  private func matchByName(ofWordNetID id: String) -> ClassJoin.Match {
    guard let index = ImageNet.index(ofWordNetID: id) else { return .absent }
    let names = ImageNet.names(of: index).filter { ImageNet.classes(ofName: $0).count == 1 }
    let named = Set(names.flatMap(model.classes(named:))).sorted()
    return named.isEmpty ? .absent : named.count == 1 ? .found(named[0], by: .wordNetID) : .ambiguous(named)
  }
}

/// The classes of a model, found by what they are called: the one place where a text becomes a class index.
package struct ModelClasses {
  /// The labels by class index.
  package let labels: [String]
  private let texts: [ClassText]
  private let byBytes: [[UInt8]: [Int]]
  private let byWhole: [String: [Int]]
  private let byName: [String: [Int]]
  private let byID: [String: [Int]]

  /// Reads what classes are called.
  package init(_ labels: [String]) {
    self.labels = labels
    texts = labels.map(ClassText.init)
    byBytes = Dictionary(grouping: labels.indices) { [labels] in Array(labels[$0].utf8) }
    byWhole = Dictionary(grouping: labels.indices) { [texts] in texts[$0].whole }
    var byName: [String: Set<Int>] = [:]
    var byID: [String: [Int]] = [:]
    let ids = Self.wordNetIDs(of: texts)
    for (index, text) in texts.enumerated() {
      for name in text.names { byName[name, default: []].insert(index) }
      guard let id = ids[index] else { continue }
      byID[id, default: []].append(index)
      // A model whose labels are ImageNet's ids or short names has the other names too.
      for name in ImageNet.index(ofWordNetID: id).map(ImageNet.names) ?? [] {
        byName[name, default: []].insert(index)
      }
    }
    self.byName = byName.mapValues { $0.sorted() }
    self.byID = byID
  }

  /// The classes with this label, byte for byte.
  package func classes(labelled text: String) -> [Int] { byBytes[Array(text.utf8)] ?? [] }

  /// The classes with this label but for case, spaces, underscores, hyphens and how accents are composed.
  package func classes(spelled text: ClassText) -> [Int] {
    text.whole.isEmpty ? [] : byWhole[text.whole] ?? []
  }

  /// The classes that have this among their names, which is normalised.
  package func classes(named name: String) -> [Int] { byName[name] ?? [] }

  /// The classes of a WordNet id.
  package func classes(ofWordNetID id: String) -> [Int] { byID[id] ?? [] }

  /// The classes whose label is this number.
  package func classes(numbered number: Int) -> [Int] { Self.numbered(number, among: labels) }

  /// The classes whose label is a number.
  package static func numbered(_ number: Int, among labels: [String]) -> [Int] {
    labels.indices.filter { DatasetClass.wholeNumber(labels[$0]) == number }
  }

  /// The classes one of whose names has these words in this order, next to each other.
  package func classes(withWords text: String) -> [Int] {
    let words = text.split(separator: " ")
    guard !words.isEmpty else { return [] }
    return texts.indices.filter { index in
      texts[index].names.contains { name in
        let other = name.split(separator: " ")
        return other.count >= words.count
          && (0...other.count - words.count).contains { other[$0..<$0 + words.count].elementsEqual(words) }
      }
    }
  }

  /// All names, for suggestions.
  var names: [String] { texts.flatMap(\.names) }

  /// The WordNet id of each label: those that the labels state, and those of ImageNet's classes.
  ///
  /// A label with several names that are exactly a class's is that class. Short names, such as `church`, are taken for
  /// ImageNet's only where all labels but one (a background) are names of its classes, and no two of the same. Of a name of
  /// two classes, such as `crane`, a model of a thousand means the one that stands where it stands in ImageNet.
  private static func wordNetIDs(of texts: [ClassText]) -> [String?] {
    let certain = texts.map { text -> String? in
      if let id = text.wordNetID { return id }
      let classes = text.names.count > 1 ? ImageNet.classes(ofLabel: text.whole) : []
      return classes.count == 1 ? ImageNet.wordNetIDs[classes[0]] : nil
    }
    var ids = certain
    var unknownCount = 0
    for (index, text) in texts.enumerated() where certain[index] == nil {
      let classes = Set(ImageNet.classes(ofLabel: text.whole) + text.names.flatMap(ImageNet.classes(ofName:)))
      if classes.isEmpty { unknownCount += 1 }
      let isWhole = texts.count == ImageNet.labels.count && classes.contains(index)
      ids[index] = (isWhole ? index : classes.count == 1 ? classes.first : nil).map {
        ImageNet.wordNetIDs[$0]
      }
    }
    let known = ids.compactMap { $0 }
    return known.count > 1 && unknownCount <= 1 && Set(known).count == known.count ? ids : certain
  }
}

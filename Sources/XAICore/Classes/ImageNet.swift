/// The 1,000 classes of ImageNet's challenge of 2012, which most vision transformers are trained on: their WordNet ids and
/// names.
///
/// A class has several names, and some names belong to two classes: a `crane` is a bird and a machine.
///
/// Source: Russakovsky et al., *ImageNet Large Scale Visual Recognition Challenge*, IJCV 2015, arXiv:1409.0575; ids and
/// names as timm and torchvision state them (`Scripts/imagenet-synsets.py`).
package enum ImageNet {
  /// The WordNet ids, such as `n01440764`, by class index.
  package static let wordNetIDs = synsets.map(\.id)

  /// The labels by class index, with commas between the names: `tench, Tinca tinca`.
  package static let labels = synsets.map(\.label)

  /// The index of the class of a WordNet id; nil where it is none of the 1,000.
  package static func index(ofWordNetID id: String) -> Int? { places[id] }

  /// The classes that have this whole label, by their normalised text.
  package static func classes(ofLabel label: String) -> [Int] { byLabel[label] ?? [] }

  /// The classes that have this among their names, by its normalised text.
  package static func classes(ofName name: String) -> [Int] { byName[name] ?? [] }

  /// The normalised names of a class.
  package static func names(of index: Int) -> [String] { synsets[index].names }

  private struct Synset {
    let id: String
    let label: String
    /// Normalised.
    let names: [String]
  }

  private static let synsets: [Synset] = table.split(separator: "\n").map { line in
    let id = line.prefix(while: { $0 != " " })
    let rest = line.dropFirst(id.count + 1)
    // Few lines have a second part, and a search for it in all would take most of the time.
    let bar = rest.utf8.firstIndex(of: UInt8(ascii: "|"))
    let label = bar.map { rest[..<$0].dropLast() } ?? rest
    let others = bar.map { [String(rest[rest.index(after: $0)...])] } ?? []
    return Synset(
      id: String(id), label: String(label),
      names: ClassText(String(label)).names + others.map(ClassText.normalised))
  }

  private static let places = Dictionary(uniqueKeysWithValues: zip(wordNetIDs, wordNetIDs.indices))

  private static let byLabel: [String: [Int]] = Dictionary(grouping: labels.indices) {
    ClassText(labels[$0]).whole
  }

  private static let byName: [String: [Int]] = {
    var classes: [String: [Int]] = [:]
    for (index, synset) in synsets.enumerated() {
      for name in Set(synset.names) { classes[name, default: []].append(index) }
    }
    return classes
  }()
}

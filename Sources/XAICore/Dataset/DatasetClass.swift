/// A class of a data set: what it is called, and by what else it can be found among the classes of a model.
public struct DatasetClass: Hashable, Sendable {
  /// What it is called; several names have commas between.
  public let name: String
  /// Its WordNet id, such as `n01440764`, where the data set says it elsewhere than in the name.
  public let wordNetID: String?
  /// Its number, where the data set has numbers in place of names; `name` then only repeats it.
  public let index: Int?

  /// Describes a class.
  public init(_ name: String, wordNetID: String? = nil, index: Int? = nil) {
    self.name = name
    self.wordNetID = wordNetID
    self.index = index
  }
}

extension DatasetClass {
  /// The number that a text is, where it is a whole one without a sign: `3`, `03`, and `3.0`, which tables of floating-point
  /// numbers have for it.
  package static func wholeNumber(_ text: some StringProtocol) -> Int? {
    let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let rest = text.utf8.dropFirst(digits.count)
    let isWhole =
      rest.isEmpty
      || rest.first == UInt8(ascii: ".") && rest.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") })
    return isWhole ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }

  /// Throws where two class names look alike and are different bytes: an accent that is one character in one and two in the
  /// other.
  ///
  /// Nobody could tell their results apart, and most software would take them for one class.
  package static func checkAppearance(of names: some Sequence<String>, place: String) throws(DatasetError) {
    // Strings are equal by canonical equivalence, and so are the keys.
    var seen: [String: String] = [:]
    for name in names {
      guard let other = seen.updateValue(name, forKey: name) else { continue }
      guard other.utf8.elementsEqual(name.utf8) else {
        throw .malformed(
          file: place, line: nil,
          reason:
            "two classes look alike, '\(name)': an accent is one character in one name and two in the other. "
            + "Rename one, or put their images together.")
      }
    }
  }
}

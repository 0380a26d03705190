import XAICore
import XAIFoundation
import XAIWeights

/// The members of a request's JSON object, read by name and type; what isn't known is refused.
struct RequestFields {
  private let members: [String: JSONValue]
  private let known: [String]

  /// Reads a body.
  ///
  /// - Parameters:
  ///   - bytes: one JSON object, no deeper than the reader of configurations allows and without repeated keys.
  ///   - known: the members that the address takes.
  init(_ bytes: [UInt8], known: [String]) throws(ExploreError) {
    let value: JSONValue
    do throws(JSONFailure) {
      value = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONFailure) in
        try JSONValue(parsing: UnsafeRawBufferPointer(bytes))
      }
    } catch {
      throw ExploreError(.badRequest, "the body is no JSON: \(error.reason)")
    }
    guard case .object(let members) = value else {
      throw ExploreError(.badRequest, "the body has to be a JSON object, {…}")
    }
    try self.init(members: members, known: known)
  }

  private init(members: [String: JSONValue], known: [String]) throws(ExploreError) {
    (self.members, self.known) = (members, known)
    guard let other = members.keys.filter({ !known.contains($0) }).min() else { return }
    let near = nearestNames(to: other, among: known).first.map { "; did you mean '\($0)'?" } ?? ""
    throw ExploreError(
      .badRequest,
      "there is no field '\(FileName.shown(String(other.prefix(60))))'\(near) The fields are \(known.joined(separator: ", "))."
    )
  }

  func wrong(_ name: String, _ what: String) -> ExploreError {
    ExploreError(.badRequest, "'\(name)' has to be \(what)")
  }

  /// Whether the field is there and not null.
  func has(_ name: String) -> Bool { value(name) != nil }

  func value(_ name: String) -> JSONValue? {
    guard let value = members[name], value != .null else { return nil }
    return value
  }

  func text(_ name: String) throws(ExploreError) -> String? {
    switch value(name) {
    case nil: return nil
    case .string(let text)?: return text
    default: throw wrong(name, "a text")
    }
  }

  func requiredText(_ name: String) throws(ExploreError) -> String {
    guard let text = try text(name) else { throw ExploreError(.badRequest, "'\(name)' is missing") }
    return text
  }

  func flag(_ name: String) throws(ExploreError) -> Bool? {
    switch value(name) {
    case nil: return nil
    case .boolean(let flag)?: return flag
    default: throw wrong(name, "true or false")
    }
  }

  func integer(_ name: String) throws(ExploreError) -> Int? {
    switch value(name) {
    case nil: return nil
    case .integer(let number)?: return number
    default: throw wrong(name, "a whole number")
    }
  }

  func number(_ name: String) throws(ExploreError) -> Double? {
    switch value(name) {
    case nil: return nil
    case .integer(let number)?: return Double(number)
    case .double(let number)?: return number
    default: throw wrong(name, "a number")
    }
  }

  func integers(_ name: String) throws(ExploreError) -> [Int]? {
    guard let value = value(name) else { return nil }
    guard case .array(let values) = value else { throw wrong(name, "a list of whole numbers") }
    var numbers: [Int] = []
    for value in values {
      guard case .integer(let number) = value else { throw wrong(name, "a list of whole numbers") }
      numbers.append(number)
    }
    return numbers
  }

  func texts(_ name: String) throws(ExploreError) -> [String]? {
    guard let value = value(name) else { return nil }
    guard case .array(let values) = value else { throw wrong(name, "a list of texts") }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else { throw wrong(name, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// Heads, `[[layer, head], …]`.
  func heads(_ name: String) throws(ExploreError) -> Set<Intervention.Head> {
    guard let value = value(name) else { return [] }
    let what = "a list of heads, [[layer, head], …]"
    guard case .array(let values) = value else { throw wrong(name, what) }
    var heads: Set<Intervention.Head> = []
    for value in values {
      guard case .array(let pair) = value, pair.count == 2, case .integer(let layer) = pair[0],
        case .integer(let head) = pair[1]
      else { throw wrong(name, what) }
      heads.insert(Intervention.Head(layer: layer, head: head))
    }
    return heads
  }

  /// An object in the field; nil where there is none.
  func object(_ name: String, known: [String]) throws(ExploreError) -> RequestFields? {
    guard let value = value(name) else { return nil }
    guard case .object(let members) = value else { throw wrong(name, "an object, {…}") }
    return try RequestFields(members: members, known: known)
  }

  /// The objects in the field.
  func objects(_ name: String, known: [String]) throws(ExploreError) -> [RequestFields] {
    guard let value = value(name) else { return [] }
    guard case .array(let values) = value else { throw wrong(name, "a list of objects") }
    var objects: [RequestFields] = []
    for value in values {
      guard case .object(let members) = value else { throw wrong(name, "a list of objects") }
      objects.append(try RequestFields(members: members, known: known))
    }
    return objects
  }
}

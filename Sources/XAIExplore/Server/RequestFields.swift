import XAICore
import XAIFoundation
import XAIImage
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

  private func wrong(_ name: String, _ what: String) -> ExploreError {
    ExploreError(.badRequest, "'\(name)' has to be \(what)")
  }

  /// Whether the field is there and not null.
  func has(_ name: String) -> Bool { value(name) != nil }

  private func value(_ name: String) -> JSONValue? {
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

extension RequestFields {
  /// The fields of a question about classes.
  static let answerFields = [
    "image", "model", "hidden", "keep", "fill", "removedHeads", "top", "classes", "view",
  ]

  /// The fields of a question for a map.
  static let mapFields = ["image", "model", "explainer", "target", "against", "removedHeads", "view"]

  /// A question for a map.
  ///
  /// - Parameters:
  ///   - image: the image where the fields don't say.
  ///   - model: the model where they don't.
  func mapQuestion(image: String? = nil, model: String? = nil) throws(ExploreError) -> ExploreMapQuestion {
    let named = try text("image") ?? image
    guard let named else { throw ExploreError(.badRequest, "'image' is missing") }
    var question = ExploreMapQuestion(image: named, explainer: try requiredText("explainer"))
    question.model = try text("model") ?? model
    question.target = try integer("target")
    question.against = try opponent()
    question.removedHeads = try heads("removedHeads")
    question.view = try text("view")
    return question
  }

  private func opponent() throws(ExploreError) -> ExploreMapQuestion.Opponent? {
    switch value("against") {
    case nil: return nil
    case .integer(let index)?: return .classIndex(index)
    case .string("runner-up")?: return .runnerUp
    case .string("others")?: return .others
    case .array(let values)? where values.isEmpty: return nil
    case .array(let values)? where values.count == 1:
      if case .integer(let index) = values[0] { return .classIndex(index) }
      fallthrough
    default: throw wrong("against", "a class index, \"runner-up\" or \"others\"")
    }
  }

  /// The way in which a field says that patches are hidden.
  func hiding(_ name: String, default hiding: Hiding) throws(ExploreError) -> Hiding {
    guard let text = try text(name) else { return hiding }
    guard let hiding = ExploreSession.hidings.first(where: { $0.optionText == text }) else {
      throw wrong(name, "one of " + ExploreSession.hidings.map(\.optionText).joined(separator: ", "))
    }
    return hiding
  }

  /// The token that looks: a patch, or `"readout"`.
  func looker() throws(ExploreError) -> ExploreSession.Looker {
    switch value("row") {
    case nil, .string("readout")?: return .readout
    case .integer(let patch)?: return .patch(patch)
    default: throw wrong("row", "a patch or \"readout\"")
    }
  }

  /// A text, or a list of them.
  func textOrTexts(_ name: String) throws(ExploreError) -> [String] {
    if case .string(let text)? = value(name) { return [text] }
    return try texts(name) ?? []
  }

  /// What a map is written as.
  func exportFormat() throws(ExploreError) -> ExploreExport.Format {
    let known = ExploreExport.Format.allCases.map(\.rawValue)
    guard let format = ExploreExport.Format(rawValue: try requiredText("format")) else {
      throw wrong("format", "one of " + known.joined(separator: ", "))
    }
    return format
  }

  /// How a map is drawn.
  func exportStyle() throws(ExploreError) -> ExploreExport.Style {
    var style = ExploreExport.Style()
    guard let fields = try object("style", known: ["colourMap", "alpha", "upsampling"]) else { return style }
    if let name = try fields.text("colourMap") {
      guard let map = ColourMap(name: name) else {
        throw wrong("colourMap", "one of " + ColourMap.allCases.map(\.rawValue).joined(separator: ", "))
      }
      style.colourMap = map
    }
    if let alpha = try fields.number("alpha") {
      guard (0...1).contains(alpha) else { throw wrong("alpha", "a number from 0 to 1") }
      style.alpha = alpha
    }
    if let name = try fields.text("upsampling") {
      guard let upsampling = MapStyle.Upsampling(rawValue: name) else {
        throw wrong(
          "upsampling", "one of " + MapStyle.Upsampling.allCases.map(\.rawValue).joined(separator: ", "))
      }
      style.upsampling = upsampling
    }
    return style
  }
}

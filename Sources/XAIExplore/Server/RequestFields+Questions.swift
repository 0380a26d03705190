import XAICore
import XAIImage
import XAIWeights

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

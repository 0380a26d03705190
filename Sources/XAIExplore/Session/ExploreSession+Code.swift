import XAICore
import XAIFoundation

/// How to make a map elsewhere.
public struct ExploreCode: Hashable, Sendable, Codable {
  /// The command.
  public let command: String
  /// A program in Swift.
  public let swift: String
  /// A program in Python that asks this server.
  public let python: String
}

extension ExploreSession {
  /// The command and the programs that make a map.
  ///
  /// - Throws: as for a map.
  public func code(for question: ExploreMapQuestion) async throws -> ExploreCode {
    let asked = try model(question.model)
    let explainer = try explainer(of: question)
    let image = try images.image(question.image)
    if let target = question.target { try asked.check(class: target) }
    let model = asked.origin?.text ?? asked.model.descriptor.name
    let path =
      if case .file(let path) = image.source { path } else { image.name }
    let notes =
      (question.removedHeads.isEmpty ? [] : ["the heads that are switched off on the page are on here"])
      + (asked.origin?.classArguments.isEmpty ?? true
        ? [] : ["the classes that the page has from a file are missing here"])
    return ExploreCode(
      command: Self.command(
        model, path, explainer.specification, question.target, asked.origin,
        question.removedHeads.isEmpty ? "" : notes[0]),
      swift: Self.swift(model, path, explainer, question.target, asked.origin, notes),
      python: Self.python(question, explainer.specification, path))
  }

  private static func command(
    _ model: String, _ path: String, _ explainer: String, _ target: Int?, _ origin: ExploreModel.Origin?,
    _ note: String
  ) -> String {
    var words = ["xai", "explain", "-m", model, path, "-e", explainer]
    if let origin, !origin.classArguments.isEmpty {
      words += origin.classArguments
    } else if case .texts(let given)? = origin?.request.classes {
      // The classes are the texts that are asked about: the one that is meant comes first.
      let names = target.map { asked in
        [given.names[asked]] + given.names.filter { $0 != given.names[asked] }
      }
      for name in names ?? given.names { words += ["-t", name] }
      for template in given.templates { words += ["--template", template] }
      return line(words, note)
    }
    if let target { words += ["-t", "index:\(target)"] }
    return line(words, note)
  }

  private static func line(_ words: [String], _ note: String) -> String {
    words.map(shellQuoted).joined(separator: " ") + (note.isEmpty ? "" : "  # \(note)")
  }

  private static func swift(
    _ model: String, _ path: String, _ explainer: any Explainer, _ target: Int?,
    _ origin: ExploreModel.Origin?, _ notes: [String]
  ) -> String {
    var classes = ""
    if origin?.classArguments.isEmpty ?? true, case .texts(let given)? = origin?.request.classes {
      let lists = [given.names, given.templates].map { list in
        "[" + list.map(swiftQuoted).joined(separator: ", ") + "]"
      }
      classes = ", classes: .texts(try ClassTexts(\(lists[0]), templates: \(lists[1])))"
    }
    return """
      import XAI

      let model = try loadModel(\(swiftQuoted(model))\(classes))
      let image = try RGBImage(contentsOf: \(swiftQuoted(path)))
      let explainer = try Registry.builtIn().explainer(\(swiftQuoted(explainer.specification)))
      let map = try explainer.explain(image, target: \(target.map(String.init) ?? ".predicted"), using: model)
      try map.overlay(on: image, seenBy: model).write(to: "overlay.png")

      """ + notes.map { "// \($0)\n" }.joined()
  }

  private static func python(_ question: ExploreMapQuestion, _ explainer: String, _ path: String) -> String {
    let heads = question.removedHeads.sorted { ($0.layer, $0.head) < ($1.layer, $1.head) }
    var body = ["\"image\": \(swiftQuoted(question.image))", "\"explainer\": \(swiftQuoted(explainer))"]
    if let model = question.model { body.append("\"model\": \(swiftQuoted(model))") }
    if let target = question.target { body.append("\"target\": \(target)") }
    if !heads.isEmpty {
      body.append("\"removedHeads\": [\(heads.map { "[\($0.layer), \($0.head)]" }.joined(separator: ", "))]")
    }
    return """
      import json, urllib.request

      address, token = "http://127.0.0.1:PORT", "TOKEN"  # as they were printed at the start
      request = urllib.request.Request(
          address + "/api/v1/map", json.dumps({\(body.joined(separator: ", "))}).encode(),
          {"Authorization": "Bearer " + token})
      answer = json.load(urllib.request.urlopen(request))  # \(path.replacingLines)
      """
  }

  /// A text as Swift, and Python too, read it back.
  static func swiftQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension String {
  /// The text on one line.
  fileprivate var replacingLines: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}

import HTTPTypes
import HummingbirdCore
import XAICore
import XAIFoundation
import XAIImage

extension Responder {
  /// The call of an address under `/api/v1`; throws where there is none, or where it takes another method.
  func route(_ request: Request, _ path: [Substring]) throws -> Call {
    guard path.count >= 3, path[0] == "api", path[1] == "v\(ExploreSession.version)" else {
      throw noAddress(request)
    }
    let (isGet, isPost) = (request.method == .get || request.method == .head, request.method == .post)
    let rest = path.dropFirst(2).map { String($0) }
    let query = request.uri.queryParameters
    func parameter(_ name: String) -> String? { query[name[...]].map { String($0) } }
    let session = session
    switch (rest[0], rest.count) {
    case ("session", 1):
      guard isGet else { throw wrongMethod(request, "GET") }
      let (limit, program) = (uploadLimit, program)
      return .get { try ExploreReply(json: session.overview(uploadLimit: limit, program: program)) }
    case ("classes", 1):
      guard isGet else { throw wrongMethod(request, "GET") }
      let (text, limit, model) = (parameter("q") ?? "", parameter("limit") ?? "20", parameter("model"))
      guard let limit = Int(limit), (1...1000).contains(limit) else {
        throw ExploreError(.badRequest, "limit is from 1 to 1000, not '\(FileName.shown(limit))'")
      }
      return .get { try ExploreReply(json: session.classes(matching: text, limit: limit, model: model)) }
    case ("images", 1):
      if isPost {
        let name = request.headers[.imageName].map(percentDecoded) ?? "image"
        return .post(limit: uploadLimit) { bytes in
          try ExploreReply(json: try await session.addImage(bytes, name: name), status: .created)
        }
      }
      guard isGet else { throw wrongMethod(request, "GET or POST") }
      return .get { try ExploreReply(json: session.imageList()) }
    case ("images", 3):
      guard isGet else { throw wrongMethod(request, "GET") }
      let (id, model) = (rest[1], parameter("model"))
      switch rest[2] {
      case "picture":
        let side = parameter("size")
        guard let size = side.map({ Int($0) }) ?? ExploreImages.pictureSide,
          (16...ExploreImages.pictureSide).contains(size)
        else {
          throw ExploreError(.badRequest, "size is from 16 to \(ExploreImages.pictureSide) pixels")
        }
        return .get {
          let picture = try await session.images.picture(id, side: size)
          return ExploreReply(type: picture.type, bytes: picture.bytes)
        }
      case "input": return .get { try ExploreReply(json: try await session.input(ofImage: id, model: model)) }
      default: throw noAddress(request)
      }
    case (let name, 2) where rest[1] == "stream" && Self.streams[name] != nil:
      guard isPost else { throw wrongMethod(request, "POST") }
      guard let answer = Self.streams[name] else { throw noAddress(request) }
      return .stream { bytes, tell in try await answer(session, bytes, tell) }
    case (let name, 1):
      if let answer = Self.streams[name] {
        guard isPost else { throw wrongMethod(request, "POST") }
        return .post(limit: Self.jsonLimit) { bytes in try await answer(session, bytes) { _ in } }
      }
      guard let answer = Self.questions[name] else { throw noAddress(request) }
      guard isPost else { throw wrongMethod(request, "POST") }
      return .post(limit: Self.jsonLimit) { bytes in try await answer(session, bytes) }
    default: throw noAddress(request)
    }
  }

  private typealias Streamed =
    @Sendable (
      ExploreSession, [UInt8], _ progress: @escaping @Sendable (Double) -> Void
    ) async throws -> ExploreReply

  /// Questions that may take many passes, of which each address has one below it, `…/stream`, that tells their progress.
  private static let streams: [String: Streamed] = [
    "map": { session, bytes, progress in
      let question = try RequestFields(bytes, known: RequestFields.mapFields).mapQuestion()
      return try ExploreReply(json: try await session.map(question, progress: progress))
    },
    "curves": { session, bytes, progress in
      let fields = try RequestFields(bytes, known: RequestFields.mapFields + ["fill", "steps"])
      return try ExploreReply(
        json: try await session.curves(
          of: fields.mapQuestion(), hiding: fields.hiding("fill", default: .fill(.mean)),
          steps: fields.integer("steps") ?? 14, progress: progress))
    },
  ]

  private typealias Question = @Sendable (ExploreSession, [UInt8]) async throws -> ExploreReply

  /// What is asked by a body of JSON, by the last part of the address.
  private static let questions: [String: Question] = [
    "answer": { session, bytes in
      let fields = try RequestFields(bytes, known: RequestFields.answerFields)
      return try ExploreReply(json: try await session.answer(try await fields.question(of: session)))
    },
    "agreement": { session, bytes in
      let fields = try RequestFields(bytes, known: ["image", "model", "maps", "view"])
      let questions = try fields.objects("maps", known: RequestFields.mapFields).map { map in
        try map.mapQuestion(image: try fields.text("image"), model: try fields.text("model"))
      }
      return try ExploreReply(json: AgreementBody(try await session.agreement(of: questions)))
    },
    "attention": { session, bytes in
      let fields = try RequestFields(
        bytes, known: ["image", "model", "row", "target", "removedHeads", "view"])
      return try ExploreReply(
        json: AttentionBody(
          try await session.attention(
            image: fields.requiredText("image"), from: fields.looker(), target: fields.integer("target"),
            model: fields.text("model"), removedHeads: fields.heads("removedHeads"), view: fields.text("view")
          )))
    },
    "tokens": { session, bytes in
      let fields = try RequestFields(bytes, known: ["image", "model", "view"])
      return try ExploreReply(
        json: try await session.tokens(
          image: fields.requiredText("image"), model: fields.text("model"), view: fields.text("view")))
    },
    "lens": { session, bytes in
      let fields = try RequestFields(bytes, known: ["image", "model", "top", "view"])
      return try ExploreReply(
        json: try await session.lens(
          image: fields.requiredText("image"), top: fields.integer("top") ?? 3, model: fields.text("model"),
          view: fields.text("view")))
    },
    "texts": { session, bytes in
      let fields = try RequestFields(bytes, known: ["texts", "template", "model"])
      guard let texts = try fields.texts("texts") else {
        throw ExploreError(.badRequest, "'texts' is missing")
      }
      let model = try await session.model(
        ofTexts: texts, templates: fields.textOrTexts("template"), model: fields.text("model"))
      return try ExploreReply(json: ["model": session.overview(model)])
    },
    "export": { session, bytes in
      let fields = try RequestFields(bytes, known: RequestFields.mapFields + ["format", "style"])
      let export = try await session.export(
        fields.mapQuestion(), as: fields.exportFormat(), style: fields.exportStyle())
      return ExploreReply(type: export.type, bytes: export.bytes, fileName: export.fileName)
    },
    "code": { session, bytes in
      let fields = try RequestFields(bytes, known: RequestFields.mapFields + ["format", "style"])
      return try ExploreReply(json: try await session.code(for: fields.mapQuestion()))
    },
  ]

  private func noAddress(_ request: Request) -> ExploreError {
    ExploreError(.notFound, "there is nothing at '\(FileName.shown(String(request.uri.path.prefix(100))))'")
  }

  private func wrongMethod(_ request: Request, _ right: String) -> ExploreError {
    ExploreError(.method, "\(FileName.shown(String(request.uri.path.prefix(100)))) takes \(right)")
  }
}

extension HTTPField.Name {
  /// What an image that is sent is called.
  fileprivate static let imageName = HTTPField.Name("X-Name") ?? .accept
}

extension RequestFields {
  /// A question about classes.
  func question(of session: ExploreSession) async throws -> ExploreQuestion {
    var question = ExploreQuestion(image: try requiredText("image"))
    question.model = try text("model")
    let patches = Set(try integers("hidden") ?? [])
    if try flag("keep") ?? false {
      let model = try session.model(question.model)
      let grid = try await session.grid(ofImage: question.image, of: model)
      guard patches.allSatisfy({ (0..<grid.count).contains($0) }) else {
        throw ExploreError(.badRequest, "there are \(grid.count) patches (\(grid)), counted from 0")
      }
      question.hidden = Set(0..<grid.count).subtracting(patches)
    } else {
      question.hidden = patches
    }
    question.hiding = try hiding("fill", default: question.hiding)
    question.removedHeads = try heads("removedHeads")
    question.top = try integer("top") ?? question.top
    question.classes = try integers("classes") ?? []
    question.view = try text("view")
    return question
  }
}

/// A text in which bytes may be written as `%C3%A9`, as headers need it; as it is where that gives no text.
func percentDecoded(_ text: String) -> String {
  var (bytes, rest): ([UInt8], Substring.UTF8View) = ([], text[...].utf8)
  while let byte = rest.popFirst() {
    let digits = String(decoding: rest.prefix(2), as: UTF8.self)
    if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let decoded = UInt8(digits, radix: 16) {
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self) ?? text
}

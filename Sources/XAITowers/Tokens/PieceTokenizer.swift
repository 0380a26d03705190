import XAICore
import XAIFoundation
import XAIWeights

/// SigLIP's tokenizers: pieces of a text, padded to the length of the context, as `transformers` computes them.
///
/// SigLIP's has pieces by a unigram language model (Kudo 2018, arXiv 1804.10959) and reads lower-case texts without punctuation;
/// SigLIP 2's is Gemma's, byte pairs with bytes for what they lack.
struct PieceTokenizer: TextTokenizer {
  /// The files that a tokenizer is read from, the first that is there.
  static let files = ["tokenizer.json", "spiece.model"]

  /// What is done to a text before all else.
  fileprivate let cleaning: TextCleaning
  fileprivate let pieces: any TokenPieces
  /// Tokens before and behind every text.
  fileprivate let before: [Int]
  fileprivate let after: [Int]
  fileprivate let padding: Int
  fileprivate let padsLeft: Bool
  /// Tokens that no text may hold, since they stand for its start, its end or padding.
  fileprivate let special: [String]
  let notes: [String]

  var largest: Int { max(pieces.largest, padding, (before + after).max() ?? 0) }

  func read(_ text: String, length: Int) throws(LoadError) -> (tokens: TextTransformer.Tokens, isCut: Bool) {
    let (ids, isCut) = try tokens(of: text, length: length)
    return (TextTransformer.Tokens(ids, pooled: length - 1), isCut)
  }

  /// The tokens of a text, as many as the context has.
  ///
  /// - Returns: the tokens, and whether some had to be left out.
  /// - Throws: `LoadError.unusableText` for a text that has none, and for one with a token of another meaning.
  func tokens(of text: String, length: Int) throws(LoadError) -> (ids: [Int], isCut: Bool) {
    for token in special where text.contains(token) {
      throw .unusableText(
        text, reason: "holds '\(token)', which stands for the start or end of a text, or for padding")
    }
    let own = pieces.ids(of: cleaning.cleaned(Array(text.unicodeScalars)))
    guard !own.isEmpty else {
      throw .unusableText(
        text, reason: "has nothing but white space and punctuation, which this model doesn't read")
    }
    let room = max(length - before.count - after.count, 0)
    let ids = before + own.prefix(room) + after
    let rest = [Int](repeating: padding, count: max(length - ids.count, 0))
    return (Array((padsLeft ? rest + ids : ids + rest).prefix(length)), own.count > room)
  }
}

/// Splits texts and gives the numbers of their pieces.
protocol TokenPieces: Sendable {
  func ids(of text: [Unicode.Scalar]) -> [Int]
  var largest: Int { get }
}

// MARK: - Files

extension PieceTokenizer {
  /// The tokenizer of a model directory: `tokenizer.json`, else `spiece.model`; nil where there is neither.
  init?(directory: ModelDirectory, isOpenCLIP: Bool) throws {
    let settings = try Configuration(optionalPath: "\(directory.path)/tokenizer_config.json")
    let (path, modelPath) = ("\(directory.path)/\(Self.files[0])", "\(directory.path)/\(Self.files[1])")
    if FileSystem.kind(of: path) != nil {
      self = try Self.read(TokenizerFile(path), settings, directory: directory, isOpenCLIP: isOpenCLIP)
    } else if FileSystem.kind(of: modelPath) != nil {
      let model = try SentencePieceModel(path: modelPath)
      self.init(
        cleaning: isOpenCLIP ? .openCLIP : .canonical(start: "\u{2581}"), pieces: model, before: [],
        after: [model.end], padding: try Self.padding(settings, directory, model.number) ?? model.end,
        padsLeft: try settings?.optionalString("padding_side") == "left", special: model.controls, notes: [])
    } else {
      return nil
    }
  }

  private static func read(
    _ file: TokenizerFile, _ settings: Configuration?, directory: ModelDirectory, isOpenCLIP: Bool
  ) throws -> PieceTokenizer {
    let (cleaning, notes) = try cleaning(file, settings, directory.config, isOpenCLIP: isOpenCLIP)
    let side = try settings?.optionalString("padding_side")
    return PieceTokenizer(
      cleaning: cleaning, pieces: file, before: file.before, after: file.after,
      padding: try padding(settings, directory, file.number) ?? file.padding ?? 0,
      padsLeft: side.map { $0 == "left" } ?? file.padsLeft, special: file.special, notes: notes)
  }

  /// What is done to texts before the steps of a `tokenizer.json`, and what a user should know of it.
  private static func cleaning(
    _ file: TokenizerFile, _ settings: Configuration?, _ config: Configuration, isOpenCLIP: Bool
  ) throws -> (TextCleaning, notes: [String]) {
    guard !isOpenCLIP else {
      let clean = try config.optionalString("model_cfg.text_cfg.tokenizer_kwargs.clean")
      return (clean == "canonicalize" ? .openCLIP : .none, [])
    }
    guard !file.isUnigram else { return (.canonical(start: ""), []) }
    // `Siglip2Tokenizer` makes letters small by itself; Gemma's own, which most checkpoints name, doesn't.
    let name = try settings?.optionalString("tokenizer_class")
    guard !file.makesLower, name != "Siglip2Tokenizer" else { return (.lower, []) }
    return (
      .none,
      [
        "its tokenizer tells capital letters from small ones, and SigLIP 2 was trained on small ones: write texts so"
      ]
    )
  }

  /// The token of padding by the files beside the tokenizer; nil where they don't say it.
  private static func padding(
    _ settings: Configuration?, _ directory: ModelDirectory, _ number: (String) -> Int?
  ) throws -> Int? {
    let stated = ["pad_token", "pad_token.content"].compactMap { settings?.optionalValue($0)?.text }
    if let name = stated.first, let id = number(name) { return id }
    return try directory.config.optionalInteger("text_config.pad_token_id")
      ?? directory.config.optionalInteger("model_cfg.text_cfg.pad_id")
  }
}

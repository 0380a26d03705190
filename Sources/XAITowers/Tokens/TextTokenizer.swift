import XAICore

/// From a text to the tokens of a text tower.
protocol TextTokenizer: Sendable {
  /// The largest number of a token.
  var largest: Int { get }
  /// What a user should know of how texts are read.
  var notes: [String] { get }

  /// A text as a tower reads it whose context has `length` tokens, and whether it was cut to them.
  ///
  /// - Throws: `LoadError.unusableText` for a text that has no tokens, and for one with a token of another meaning.
  func read(_ text: String, length: Int) throws(LoadError) -> (tokens: TextTransformer.Tokens, isCut: Bool)
}

/// Why a text isn't the JSON that its reader asked for, and where.
struct JSONFailure: Error {
  enum Cause {
    case expected(String)
    case notUTF8
    case nestedTooDeeply
    case invalidNumber(String)
    case duplicateKey
  }

  let cause: Cause
  /// Bytes from the beginning of the text.
  let offset: Int
  /// Keys of the objects around the failure, outermost first; the repeated key is the last one.
  let path: [String]

  var reason: String {
    switch cause {
    case .expected(let what): "expected \(what)"
    case .notUTF8: "a string isn't UTF-8"
    case .nestedTooDeeply: "nested more than \(JSONReader.depthLimit) levels deep"
    case .invalidNumber(let text): "\(text) isn't a whole number from 0 to \(Int.max)"
    case .duplicateKey: "the key \(quoted(path.last ?? "")) is there twice"
    }
  }
}

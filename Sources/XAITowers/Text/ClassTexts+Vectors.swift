import XAICore
import XAITensor

extension ClassTexts {
  /// The class vectors of texts: of each class the mean of the directions of its prompts, which a cosine takes for the mean
  /// divided by its length (Radford and others 2021, section 3.1.4).
  ///
  /// - Parameters:
  ///   - transformer: the text tower.
  ///   - tokens: a prompt as the tower reads it.
  func vectors(
    by transformer: TextTransformer, tokens: (String) throws -> TextTransformer.Tokens
  ) throws -> ClassVectors {
    let width = transformer.configuration.projectedWidth
    var result = [Float](repeating: 0, count: names.count * width)
    let perClass = max(templates.count, 1)
    let step = max(4096 / perClass, 1)
    for start in stride(from: 0, to: names.count, by: step) {
      let some = Array(start..<min(start + step, names.count))
      let vectors = try transformer.vectors(of: some.flatMap { try prompts(of: $0).map(tokens) }).elements
      for (place, index) in some.enumerated() {
        for prompt in 0..<perClass {
          let row = vectors[(place * perClass + prompt) * width..<(place * perClass + prompt + 1) * width]
          let length = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
          guard length > 0, length.isFinite else { continue }
          for (i, value) in row.enumerated() {
            result[index * width + i] += Float(Double(value) / length) / Float(perClass)
          }
        }
      }
    }
    return try ClassVectors(Tensor([names.count, width], result), names: names, scale: scale)
  }
}

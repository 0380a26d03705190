public import XAIImage

/// Classes that are described by texts, which a model's own text tower makes into class vectors.
///
/// A class may have several prompts, sentences with its text in the place of `{}`: its vector is the mean of the directions of
/// theirs (Radford and others 2021, arXiv 2103.00020, section 3.1.4).
public struct ClassTexts: Hashable, Sendable {
  /// One text a class, which is also its name.
  public let names: [String]
  /// Sentences with `{}` where the text of a class belongs; empty for the text alone.
  public let templates: [String]
  /// What cosines are multiplied by to be logits; nil for the model's own.
  public let scale: Float?

  /// Takes texts.
  ///
  /// - Throws: `LoadError.unusableText` for an empty text, one that is there twice and a template without `{}`;
  ///   `LoadError.unusableVectors` for no text at all.
  public init(_ names: [String], templates: [String] = [], scale: Float? = nil) throws(LoadError) {
    guard !names.isEmpty else { throw .unusableVectors("there is no text; give one for each class") }
    var seen: Set<String> = []
    for name in names {
      guard name.contains(where: { !$0.isWhitespace }) else {
        throw .unusableText(name, reason: "is empty")
      }
      guard seen.insert(name).inserted else {
        throw .unusableText(name, reason: "is there twice, for two classes")
      }
    }
    for template in templates where !template.contains(Self.place) {
      throw .unusableText(template, reason: "is a template without {}, the place of a class's text")
    }
    (self.names, self.templates, self.scale) = (names, templates, scale)
  }

  private static let place = "{}"

  /// The prompts of a class.
  public func prompts(of index: Int) -> [String] {
    guard !templates.isEmpty else { return [names[index]] }
    return templates.map { template in
      var prompt = ""
      var rest = template[...]
      while let place = rest.firstRange(of: Self.place) {
        prompt += rest[..<place.lowerBound] + names[index]
        rest = rest[place.upperBound...]
      }
      return prompt + rest
    }
  }
}

/// Classes that are images: how near an image is to each of them by the cosine of their features.
///
/// The vector of a class with several images is the mean of their features' directions.
public struct ClassImages: Sendable {
  /// One name a class.
  public let names: [String]
  /// The images of each class.
  public let images: [[RGBImage]]
  /// What cosines are multiplied by to be logits; nil for the model's own.
  public let scale: Float?

  /// Takes images.
  ///
  /// - Throws: `LoadError.unusableVectors` where they aren't some for each name.
  public init(_ images: [[RGBImage]], names: [String], scale: Float? = nil) throws(LoadError) {
    guard images.count == names.count, !images.isEmpty, images.allSatisfy({ !$0.isEmpty }) else {
      throw .unusableVectors("there are not images for each of \(names.count) names")
    }
    (self.names, self.images, self.scale) = (names, images, scale)
  }
}

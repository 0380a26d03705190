import XAICore
import XAIFoundation

extension ExploreSession {
  /// A model whose classes are texts, beside the one that it is made of, which stays as it is.
  ///
  /// The same texts give the same model. The last four such models are kept.
  ///
  /// - Parameters:
  ///   - texts: one a class.
  ///   - templates: sentences with `{}` in the place of a class's text; the texts alone where empty.
  ///   - id: the model, by its id; nil for the default one.
  /// - Throws: `LoadError` where the model reads no texts, and for texts that can't be classes.
  public func model(
    ofTexts texts: [String], templates: [String] = [], model id: String? = nil
  ) async throws -> ExploreModel {
    let base = try model(id.map { String($0.prefix { $0 != "~" }) })
    guard let origin = base.origin, base.readsTexts(registry) else {
      throw LoadError.noTexts(
        model: base.model.descriptor.name,
        reason: "for that there must be a text tower and its tokenizer")
    }
    guard texts.count <= 1000, (texts + templates).allSatisfy({ $0.utf8.count <= 1000 }),
      templates.count <= 100
    else {
      throw ExploreError(
        .tooLarge, "there may be 1000 texts and 100 templates, of 1000 bytes each")
    }
    let source = ClassSource.texts(try ClassTexts(texts, templates: templates))
    var hash = FNV1a()
    for text in texts {
      hash.add(text)
      hash.add(0)
    }
    for template in templates {
      hash.add(template)
      hash.add(1)
    }
    let id = "\(base.id)~\(hash.text)"
    if let known = models.first(where: { $0.id == id }) { return known }
    let registry = registry
    let made = try await turn(of: base, .long, for: "texts", view: nil) {
      var own = origin
      (own.request.classes, own.classArguments) = (source, [])
      return base.replaced(by: try registry.loadModel(own.directory, own.request), id: id, origin: own)
    }
    add(made)
    return made
  }
}

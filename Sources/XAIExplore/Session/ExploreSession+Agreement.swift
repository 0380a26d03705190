import XAICore
public import XAIEvaluation

extension ExploreSession {
  /// How far maps agree, pair by pair.
  ///
  /// - Throws: as for a map; where maps are of different models, whose patches can't be compared.
  public func agreement(of questions: [ExploreMapQuestion]) async throws -> MapAgreement {
    guard (1...32).contains(questions.count) else {
      throw ExploreError(.badRequest, "agreement is of 1 to 32 maps, not \(questions.count)")
    }
    var maps: [Attribution] = []
    for question in questions {
      maps.append(try await make(question, of: model(question.model), purpose: "agreement").attribution)
    }
    guard Set(maps.map(\.patches)).count == 1 else {
      throw ExploreError(.unsupported, "maps of different patches can't be compared")
    }
    return MapAgreement(maps)
  }
}

public import XAICore
import XAIImage
import XAITensor

/// What is shown to a model: an image of which patches are hidden, and a model of which heads are removed.
public struct ExploreQuestion: Hashable, Sendable {
  /// The image, by its id.
  public var image: String
  /// The model, by its id; nil for the default one.
  public var model: String?
  /// The patches that are hidden, counted row by row from 0.
  public var hidden: Set<Int> = []
  /// How they are hidden.
  public var hiding = Hiding.fill(.mean)
  /// The heads whose output is zero.
  public var removedHeads: Set<Intervention.Head> = []
  /// How many of the likeliest classes are told.
  public var top = 5
  /// Further classes that are told.
  public var classes: [Int] = []
  /// Where it is asked: see ``ExploreSession``.
  public var view: String?

  /// Asks about a whole image.
  public init(image: String) { self.image = image }
}

/// What a model says to a question.
public struct ExploreAnswer: Hashable, Sendable, Codable {
  /// The likeliest classes, likeliest first.
  public let top: [ExploreClass]
  /// The classes that were asked about, in their order.
  public let asked: [ExploreClass]
  /// What the pass took; 0 where the answer was known.
  public let milliseconds: Double
}

extension ExploreSession {
  /// The ways of hiding patches that a question may name.
  static let hidings = Hiding.fills + [.tokens]

  /// What the model says.
  ///
  /// - Throws: `ExploreError` for an image or model that isn't there, `ModelError` and `TargetError` for what the model
  ///   can't do or doesn't have.
  public func answer(_ question: ExploreQuestion) async throws -> ExploreAnswer {
    let asked = try model(question.model)
    try asked.checkHasClasses(for: "an answer")
    for index in question.classes { try asked.check(class: index) }
    guard (1...1000).contains(question.top) else {
      throw ExploreError(.badRequest, "top is from 1 to 1000, not \(question.top)")
    }
    let input = try await images.seen(question.image, by: asked).input
    let grid = try asked.model.layout(height: input.shape[2], width: input.shape[3]).grid
    guard question.hidden.allSatisfy({ (0..<grid.count).contains($0) }) else {
      throw ExploreError(.badRequest, "there are \(grid.count) patches (\(grid)), counted from 0")
    }
    let isWhole = question.hidden.isEmpty && question.removedHeads.isEmpty
    if isWhole, let known = asked.logits[question.image] {
      return Self.answer(ClassRow(known, of: asked.model.descriptor), question, milliseconds: 0)
    }
    let hiding = question.hiding
    let (logits, milliseconds) = try await turn(of: asked, .short, for: "answer", view: question.view) {
      try timed {
        let model = try asked.without(question.removedHeads)
        let content =
          question.hidden.isEmpty
          ? .whole
          : try Self.content(hiding: question.hidden, of: input, by: hiding, grid: grid, model.descriptor)
        return try FrameBatch([content], of: [input[0]]).logits(of: model)[0].elements
      }
    }
    if isWhole { asked.logits[question.image] = logits }
    return Self.answer(ClassRow(logits, of: asked.model.descriptor), question, milliseconds: milliseconds)
  }

  private static func answer(
    _ row: ClassRow, _ question: ExploreQuestion, milliseconds: Double
  ) -> ExploreAnswer {
    ExploreAnswer(
      top: row.top(question.top), asked: question.classes.map { row[$0] }, milliseconds: milliseconds)
  }

  /// An image of which patches are hidden, as the model sees it.
  private static func content(
    hiding hidden: Set<Int>, of input: Tensor, by hiding: Hiding, grid: PatchGrid, _ model: ModelDescriptor
  ) throws -> Frame.Content {
    let whole = input[0]
    guard let fill = hiding.substitute() else {
      guard hiding == .tokens else {
        throw ExploreError(.badRequest, "patches can't be hidden by '\(hiding.optionText)'")
      }
      return .patches((0..<grid.count).filter { !hidden.contains($0) })
    }
    let cells = PatchCells(grid: grid, height: input.shape[2], width: input.shape[3])
    let shown = Tensor([cells.height, cells.width]) { pixels in
      pixels.update(repeating: 1, count: cells.height * cells.width)
      for patch in hidden {
        let columns = cells.columns(of: patch % grid.columns)
        for row in cells.rows(of: patch / grid.columns) {
          (pixels + row * cells.width + columns.lowerBound).update(repeating: 0, count: columns.count)
        }
      }
    }
    let filled = fill.input(hiding: whole, preprocessing: model.preprocessing)
    return .image(.choice(whole, or: filled) { shown })
  }
}

import XAICore
import XAITensor

/// What the model said to the frames of a table, about the classes that their pictures are asked about.
struct FrameAnswers {
  /// Classes of each picture.
  private let classes: [[Int]]
  private let most: Int
  private let meaning: OutputMeaning
  /// `most` entries a frame.
  private var answers: [FrameAnswer] = []

  init(classes: [[Int]], meaning: OutputMeaning) {
    self.classes = classes
    self.meaning = meaning
    most = classes.map(\.count).max() ?? 0
  }

  /// Reads the logits of a batch, in place.
  mutating func add(_ logits: Tensor, to batch: TableBatch, of table: FrameTable) {
    let none = FrameAnswer(probability: .nan, isPredicted: false)
    answers += repeatElement(none, count: table.shown.count * most - answers.count)
    let classCount = logits.shape[1]
    logits.withElements { elements in
      for (row, frame) in batch.frames.enumerated() {
        let row = LogitRow(
          UnsafeBufferPointer(rebasing: elements[row * classCount..<(row + 1) * classCount]), meaning: meaning
        )
        for (place, index) in classes[table.shown[frame].picture].enumerated() {
          answers[frame * most + place] = row.answer(about: index)
        }
      }
    }
  }

  /// The answers to the frames that a source asked for, in order.
  func answers(to source: FrameTable.Source) -> [FrameAnswer] {
    source.shown.map { answers[$0 * most + source.classPlace] }
  }
}

import XAICore
import XAITensor

/// What the model said to the frames of a table, about the classes that their pictures are asked about.
struct FrameAnswers {
  /// Classes of each picture.
  private let classes: [[Int]]
  private let most: Int
  /// `most` entries a frame.
  private var answers: [FrameAnswer]

  init(frameCount: Int, classes: [[Int]]) {
    self.classes = classes
    most = classes.map(\.count).max() ?? 0
    answers = Array(repeating: FrameAnswer(probability: .nan, isPredicted: false), count: frameCount * most)
  }

  /// Reads the logits of a batch, in place.
  mutating func add(_ logits: Tensor, to batch: FrameBatch, of table: FrameTable) {
    let classCount = logits.shape[1]
    logits.withElements { elements in
      for (row, frame) in batch.frames.enumerated() {
        let logits = UnsafeBufferPointer(rebasing: elements[row * classCount..<(row + 1) * classCount])
        FrameAnswer.read(logits, classes: classes[table.shown[frame].picture]) { place, answer in
          answers[frame * most + place] = answer
        }
      }
    }
  }

  /// The answers to the frames of a source, in order.
  func answers(to source: FrameTable.Source) -> [FrameAnswer] {
    source.shown.map { answers[$0 * most + source.classPlace] }
  }
}

extension FrameAnswer {
  /// Reads a row of logits about several classes without a copy; the arithmetic is `softmax`'s, step by step.
  fileprivate static func read(
    _ logits: UnsafeBufferPointer<Float>, classes: [Int], _ give: (_ place: Int, FrameAnswer) -> Void
  ) {
    let predicted = predictedClass(of: logits)
    let highest = logits[predicted]
    func raised(_ logit: Float) -> Float { Float(exponential(Double(logit - highest))) }
    var sum: Float = 0
    for logit in logits { sum += raised(logit) }
    for (place, index) in classes.enumerated() {
      give(place, FrameAnswer(probability: raised(logits[index]) / sum, isPredicted: index == predicted))
    }
  }

  /// The class with the highest logit; of equal ones the lower.
  static func predictedClass(of logits: some RandomAccessCollection<Float>) -> Int {
    var (best, place, highest) = (0, 0, -Float.infinity)
    for logit in logits {
      if logit > highest { (best, highest) = (place, logit) }
      place += 1
    }
    return best
  }
}

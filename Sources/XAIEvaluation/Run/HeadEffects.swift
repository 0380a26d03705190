import XAICore
import XAITensor

/// What the removal of each head does to classes of an image.
enum HeadEffects {
  /// How much the logit of each class falls, `[class][layer][head]`.
  ///
  /// That is the logit of the whole model minus the one without the head; one pass serves all classes.
  static func measure(
    _ input: Tensor, subjects: [GroupMaps.Subject], model: any Model, batchSize: Int
  ) throws -> [[[Float]]] {
    let descriptor = model.descriptor
    let heads = (0..<descriptor.layerCount).flatMap { layer in
      (0..<descriptor.headCount).map { Intervention.Head(layer: layer, head: $0) }
    }
    var effects = subjects.map { _ in
      [[Float]](repeating: [Float](repeating: 0, count: descriptor.headCount), count: descriptor.layerCount)
    }
    for start in stride(from: 0, to: heads.count, by: batchSize) {
      let batch = Array(heads[start..<min(start + batchSize, heads.count)])
      let inputs = input.repeated(batch.count)
      let logits = try model.finite(
        model.intervenable().logits(inputs, under: .removingHeads(batch.map { [$0] })), of: inputs)
      try logits.withElements { elements in
        for (row, head) in batch.enumerated() {
          for (place, subject) in subjects.enumerated() {
            let effect =
              subject.answer.logits[subject.classIndex]
              - elements[row * descriptor.classCount + subject.classIndex]
            guard effect.isFinite else {
              throw EvaluationError.notFinite("a logit without head \(head.head) of layer \(head.layer)")
            }
            effects[place][head.layer][head.head] = effect
          }
        }
      }
    }
    return effects
  }
}

extension Tensor {
  /// `count` copies of the tensor, along a new first axis.
  fileprivate func repeated(_ count: Int) -> Tensor {
    Tensor(TensorShape([count] + shape.extents)) { elements in
      for row in 0..<count { write(to: elements + row * self.count) }
    }
  }
}

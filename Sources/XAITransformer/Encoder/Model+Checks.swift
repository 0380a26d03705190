package import XAICore
import XAIFoundation
package import XAITensor

extension Model {
  /// Throws where inputs would need more memory than the machine has, before the process is killed for it.
  package func checkMemory(bytesPerInput: Double, batch: Int, _ layout: TokenLayout) throws(ModelError) {
    let bytes = Double(batch) * bytesPerInput
    let limit = MachineLimits.memory * 0.9
    guard bytes > limit else { return }
    func gigabytes(_ bytes: Double) -> String { String(Int((bytes / 1e9).rounded(.up))) + " GB" }
    throw .unsupportedInput(
      model: descriptor.name,
      reason: "\(batch) input\(batch == 1 ? "" : "s") of \(layout.tokenCount) tokens would take about "
        + "\(gigabytes(bytes)) of memory, and this process may have \(gigabytes(limit / 0.9)); take smaller inputs or batches"
    )
  }
}

/// What a forward pass leaves for a backward pass.
package protocol EncoderTape: Sendable {
  var blocks: [EncoderBlock.Tape] { get }
}

extension Model {
  /// The tape of a trace of this model, where a backward pass can begin with a cotangent [k·B, classes].
  ///
  /// - Throws: `ModelError.foreignTrace` where the trace or the cotangent is not of this model.
  package func tape<Tape: EncoderTape>(
    _ type: Tape.Type, of trace: ForwardTrace, blocks: Int, from cotangent: Tensor
  ) throws -> Tape {
    guard let tape = trace.tape as? Tape, tape.blocks.count == blocks, cotangent.shape.rank == 2,
      cotangent.shape[1] == trace.logits.shape[1], cotangent.shape[0] % trace.batchCount == 0
    else { throw ModelError.foreignTrace(model: descriptor.name) }
    return tape
  }

  /// Throws where gradients of parameters are asked for and the rows of the pass aren't the images.
  package func checkParameters(_ request: GradientRequest, _ trace: ForwardTrace, rows: Int)
    throws(ModelError)
  {
    guard request.parameters || request.headParameters else { return }
    guard rows == trace.batchCount else {
      throw .unsupportedInput(
        model: descriptor.name,
        reason:
          "parameter gradients need one target per image: \(rows) rows don't fit \(trace.batchCount) images")
    }
  }
}

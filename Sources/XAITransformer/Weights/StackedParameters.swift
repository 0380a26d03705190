import XAITensor

/// Parameters of blocks that a checkpoint keeps in one tensor for all of them, along its second dimension.
struct StackedParameters {
  private let stacks: [String: Tensor]

  /// Takes the tensors that the naming says hold those of all blocks.
  init(_ source: ParameterSource, _ naming: CheckpointNaming, _ sizes: BlockSizes, depth: Int) {
    var stacks: [String: Tensor] = [:]
    for parameter in sizes.transformParameters.joined() where naming.stackedParameters.contains(parameter.id)
    {
      let shape = TensorShape([parameter.shape[0], depth] + parameter.shape.extents.dropFirst())
      let stack = source.tensor(naming.block(0).attentionParameter(parameter.id), shape)
      // A placeholder for one that isn't there is no stack; the reader reports it.
      stacks[parameter.id] = stack.shape == shape ? stack : Tensor(repeating: 0, shape)
    }
    self.stacks = stacks
  }

  /// A block's part of a stack, [a, blocks, …] to [a, …]; nil for the id of a parameter that isn't stacked.
  func part(_ id: String, ofLayer layer: Int) -> Tensor? {
    stacks[id].map { stack in
      let (first, blocks) = (stack.shape[0], stack.shape[1])
      return stack.gathering(
        (0..<first).map { $0 * blocks + layer }, columns: stack.count / (first * blocks),
        shape: TensorShape([first] + stack.shape.extents.dropFirst(2)))
    }
  }
}

extension CheckpointNaming {
  /// The tensors that hold parameters of all blocks, or the gradients of them, by name.
  func stacks(of blocks: [BlockWeights]) -> [(name: String, tensor: Tensor)] {
    stackedParameters.sorted().map { id in
      let parts = blocks.flatMap { $0.transforms.joined().filter { $0.id == id }.map(\.tensor) }
      let first = parts[0].shape[0]
      return (
        name: block(0).attentionParameter(id),
        tensor: Tensor.gathering(
          (0..<first).flatMap { row in parts.indices.map { $0 * first + row } }, of: parts,
          columns: parts[0].count / first,
          shape: TensorShape([first, parts.count] + parts[0].shape.extents.dropFirst()))
      )
    }
  }
}

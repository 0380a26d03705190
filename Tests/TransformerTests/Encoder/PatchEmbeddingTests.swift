import Testing
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

@Suite struct PatchEmbeddingTests {
  private func dot(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  private func model(_ toy: ToyModel, _ kernels: AvailableKernels = .preferred) throws -> VisionTransformer {
    try #require(toy.make(on: kernels.make()) as? VisionTransformer)
  }

  @Test("a patch is its planes, each row by row")
  func unfold() throws {
    let model = try model(.nonSquare)
    let input = Tensor([1, 3, 12, 12], (0..<432).map(Float.init))
    let patches = model.embedding.unfold(input, model.descriptor.layout.grid)
    #expect(patches.shape == [1, 8, 54])
    // Patches are 6 × 3: the sixth is the second of the lower row, and begins at row 6, column 3.
    let expected = (0..<54).map { index -> Float in
      let (plane, row, column) = (index / 18, 6 + index % 18 / 3, 3 + index % 3)
      return Float(plane * 144 + row * 12 + column)
    }
    #expect(patches[0][5].elements == expected)
  }

  @Test("fold is the adjoint of unfold", arguments: ToyModel.all)
  func adjoint(_ toy: ToyModel) throws {
    let model = try model(toy)
    let grid = toy.layout.grid
    var random = SeededRandom(seed: 6)
    let x = random.normal([2, 3, 12, 12])
    let unfolded = model.embedding.unfold(x, grid)
    let y = random.normal(unfolded.shape)
    let folded = model.embedding.fold(y, grid)
    #expect(abs(dot(unfolded, y) - dot(x, folded)) < 1e-3)
    #expect(model.embedding.fold(unfolded, grid).elements == x.elements)
  }

  @Test(
    "tokens are projected patches plus positions, prefix first", arguments: ToyModel.all + ToyModel.stages,
    AvailableKernels.all
  )
  func forward(_ toy: ToyModel, _ kernels: AvailableKernels) throws {
    let model = try model(toy, kernels)
    let (embedding, layout) = (model.embedding, toy.layout)
    var random = SeededRandom(seed: 6)
    let x = random.normal([2, 3, 12, 12])
    let patches = embedding.unfold(x, layout.grid)
    let tokens = embedding.forward(patches, layout.grid)
    let (weight, bias) = (Matrix(embedding.patch.weight), try #require(embedding.patch.bias).elements)
    let embedded = toy.configuration.positionedPrefixCount
    for image in 0..<2 {
      for token in 0..<tokens.shape[1] {
        let patch = token - toy.configuration.prefix.count
        // Prefix tokens that have positions are the first ones; the rest of the table is of patches.
        let position: Int? = patch >= 0 ? embedded + patch : token < embedded ? token : nil
        let expected = (0..<model.descriptor.width).map { d -> Float in
          let added = position.flatMap { embedding.positions?.values[$0].elements[d] } ?? 0
          guard patch >= 0 else { return embedding.prefix[token].elements[d] + added }
          let values = patches[image][patch].elements
          return Float(values.indices.reduce(0) { $0 + weight[d, $1] * Double(values[$1]) }) + bias[d] + added
        }
        expectClose(tokens[image][token].elements, expected, within: 1e-5, "\(toy) token \(token)")
      }
    }
  }
}

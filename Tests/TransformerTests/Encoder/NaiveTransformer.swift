import Foundation
import XAICore
import XAIFoundation
import XAITensor
import XAITesting

@testable import XAITransformer

/// A vision transformer in double precision, token by token and head by head, as its formulas are written: what the model is
/// held against.
struct NaiveTransformer {
  typealias Vector = [Double]

  let configuration: VisionTransformerConfiguration
  var parameters: [String: Vector]

  init(_ model: VisionTransformer) {
    configuration = model.configuration
    parameters = Dictionary(
      uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor.elements.map(Double.init)) })
  }

  private func parameter(_ name: String) -> Vector {
    guard let values = parameters[name] else { fatalError("the model has no \(name)") }
    return values
  }

  /// W·x + b.
  private func linear(_ name: String, _ x: Vector) -> Vector {
    let weight = parameter("\(name).weight")
    let rows = weight.count / x.count
    let bias = parameters["\(name).bias"] ?? Vector(repeating: 0, count: rows)
    return (0..<rows).map { row in
      x.indices.reduce(bias[row]) { $0 + weight[row * x.count + $1] * x[$1] }
    }
  }

  private func layerNorm(_ name: String, _ x: Vector, epsilon: Float? = nil) -> Vector {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let size = (variance + Double(epsilon ?? configuration.epsilon)).squareRoot()
    let (weight, bias) = (parameter("\(name).weight"), parameter("\(name).bias"))
    return x.indices.map { (x[$0] - mean) / size * weight[$0] + bias[$0] }
  }

  private func sum(_ a: Vector, _ b: Vector) -> Vector { zip(a, b).map { $0 + $1 } }
  private func product(_ a: Vector, _ b: Vector) -> Vector { zip(a, b).map { $0 * $1 } }
  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  // MARK: - The stages

  private func mlp(_ block: String, _ x: Vector) -> Vector {
    let isSplit = parameters["\(block).mlp.fc1_g.weight"] != nil
    let hidden =
      isSplit
      ? linear("\(block).mlp.fc1_g", x) + linear("\(block).mlp.fc1_x", x) : linear("\(block).mlp.fc1", x)
    func gelu() -> Vector { hidden.map { 0.5 * $0 * (1 + erf($0 / 2.squareRoot())) } }
    func gated() -> Vector {
      let half = hidden.count / 2
      return (0..<half).map { hidden[$0] * sigmoid(hidden[$0]) * hidden[half + $0] }
    }
    let activated: Vector =
      switch configuration.mlp {
      case .gelu: gelu()
      case .normalisedGELU: layerNorm("\(block).mlp.norm", gelu())
      case .tanhGELU:
        hidden.map { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
      case .quickGELU: hidden.map { $0 * sigmoid(1.702 * $0) }
      case .swiGLU: gated()
      case .normalisedSwiGLU: layerNorm("\(block).mlp.norm", gated())
      }
    return linear("\(block).mlp.fc2", activated)
  }

  /// A head's query or key after all transforms; `place` is the row and column of its patch.
  private func transformed(
    _ x: Vector, _ name: String, _ block: String, head: Int, place: (row: Int, column: Int)?,
    on grid: PatchGrid
  ) -> Vector {
    var x = x
    for transform in configuration.attentionTransforms {
      switch transform {
      case let rotary as RotaryEmbedding: x = rotated(x, rotary, place, grid)
      case is MixedRotaryEmbedding: x = turned(x, block, head, place)
      case let norm as QueryKeyNorm where norm.kind == .layerNorm:
        x = layerNorm("\(block).attn.\(name)_norm", x, epsilon: norm.epsilon)
      case let norm as QueryKeyNorm:
        let size = (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + Double(norm.epsilon)).squareRoot()
        x = product(x.map { $0 / size }, parameter("\(block).attn.\(name)_norm.weight"))
      case let cosine as CosineAttention:
        let scale = exp(min(parameter("\(block).attn.logit_scale")[head], log(cosine.largestScale)))
        let size = max(x.reduce(0) { $0 + $1 * $1 }.squareRoot(), Double(cosine.epsilon))
        x = x.map { $0 / size * (name == "q" ? scale : 1) }
      default: fatalError("no formula of \(transform)")
      }
    }
    return x
  }

  /// Pairs of neighbours by the frequencies of a head of a block, those by column before those by row.
  private func turned(
    _ x: Vector, _ block: String, _ head: Int, _ place: (row: Int, column: Int)?
  ) -> Vector {
    guard let place, let layer = Int(block.dropFirst("blocks.".count)) else { return x }
    let (frequencies, pairs) = (parameter("frequencies"), x.count / 2)
    let half = frequencies.count / 2
    var result = x
    for pair in 0..<pairs {
      let index = (layer * configuration.headCount + head) * pairs + pair
      let angle =
        Double(place.column) * frequencies[index] + Double(place.row) * frequencies[half + index]
      result[2 * pair] = x[2 * pair] * cos(angle) - x[2 * pair + 1] * sin(angle)
      result[2 * pair + 1] = x[2 * pair] * sin(angle) + x[2 * pair + 1] * cos(angle)
    }
    return result
  }

  private func rotated(
    _ x: Vector, _ rotary: RotaryEmbedding, _ place: (row: Int, column: Int)?, _ grid: PatchGrid
  ) -> Vector {
    guard let place else { return x }
    func position(_ index: Int, _ count: Int) -> Double {
      rotary.coordinates == .centred
        ? 2 * Double.pi * ((Double(index) + 0.5) / Double(count) * 2 - 1) : Double(index)
    }
    let (y, column) = (position(place.row, grid.rows), position(place.column, grid.columns))
    let pairs = x.count / 2
    var result = x
    for pair in 0..<pairs {
      let quarter = pairs / 2
      let frequency = pow(rotary.base, -Double(pair % quarter) / Double(quarter))
      let angle = (pair < quarter ? y : column) * frequency
      let (i, j) = rotary.pairing == .adjacent ? (2 * pair, 2 * pair + 1) : (pair, pair + pairs)
      result[i] = x[i] * cos(angle) - x[j] * sin(angle)
      result[j] = x[i] * sin(angle) + x[j] * cos(angle)
    }
    return result
  }

  private func attention(
    _ block: String, _ tokens: [Vector], places: [(row: Int, column: Int)?], on grid: PatchGrid
  ) -> [Vector] {
    let (width, heads) = (configuration.width, configuration.headCount)
    let d = width / heads
    let parts = tokens.map { linear("\(block).attn.qkv", $0) }
    var outputs = tokens.map { _ in Vector() }
    for head in 0..<heads {
      func part(_ index: Int, _ token: Int) -> Vector {
        Array(parts[token][index * width + head * d..<index * width + (head + 1) * d])
      }
      func factor(_ index: Int, _ name: String) -> [Vector] {
        tokens.indices.map {
          transformed(part(index, $0), name, block, head: head, place: places[$0], on: grid)
        }
      }
      let (queries, keys) = (factor(0, "q"), factor(1, "k"))
      let isCosine = configuration.attentionTransforms.contains { $0 is CosineAttention }
      for query in tokens.indices {
        let scores = tokens.indices.map { key in
          product(queries[query], keys[key]).reduce(0, +) / (isCosine ? 1 : Double(d).squareRoot())
            + bias(block, head, places[query], places[key], grid)
        }
        let largest = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - largest) }
        let total = exponentials.reduce(0, +)
        outputs[query] += (0..<d).map { index in
          tokens.indices.reduce(0) { $0 + exponentials[$1] / total * part(2, $1)[index] }
        }
      }
    }
    return outputs.map { output in
      linear(
        "\(block).attn.proj",
        configuration.hasHeadNorm ? layerNorm("\(block).attn.norm", output) : output)
    }
  }

  /// Relative position bias of the block's own table.
  private func bias(
    _ block: String, _ head: Int, _ query: (row: Int, column: Int)?, _ key: (row: Int, column: Int)?,
    _ grid: PatchGrid
  ) -> Double {
    if configuration.positionBias?.hiddenWidth != nil, let query, let key {
      let offsets = [query.row - key.row, query.column - key.column].map {
        ($0 < 0 ? -1 : 1) * log(1 + abs(Double($0)))
      }
      return ["position_bias_mlp", "\(block).attn.position_bias_mlp"].reduce(0) { sum, name in
        sum + linear("\(name).fc2", linear("\(name).fc1", offsets).map { max($0, 0) })[head]
      }
    }
    guard let table = parameters["\(block).attn.position_bias_table"] else { return 0 }
    let (rows, columns) = (2 * grid.rows - 1, 2 * grid.columns - 1)
    let row: Int
    switch (query, key) {
    case (nil, nil): row = rows * columns + 2
    case (nil, _): row = rows * columns
    case (_, nil): row = rows * columns + 1
    case (let query?, let key?):
      row =
        (query.row - key.row + grid.rows - 1) * columns + query.column - key.column + grid.columns - 1
    }
    return table[row * configuration.headCount + head]
  }

  private func block(
    _ name: String, _ tokens: [Vector], places: [(row: Int, column: Int)?], on grid: PatchGrid
  ) -> [Vector] {
    let isBefore = configuration.normOrder == .preNorm
    func scaled(_ x: Vector, _ scale: String) -> Vector {
      parameters["\(name).\(scale).gamma"].map { product($0, x) } ?? x
    }
    if configuration.normOrder == .parallel {
      let normed = tokens.map { layerNorm("\(name).norm1", $0) }
      return zip(tokens, zip(normed, attention(name, normed, places: places, on: grid))).map {
        sum($0, scaled(sum($1.1, mlp(name, $1.0)), "ls1"))
      }
    }
    let seen = isBefore ? tokens.map { layerNorm("\(name).norm1", $0) } : tokens
    let attended = attention(name, seen, places: places, on: grid)
    return zip(tokens, attended).map { token, attended in
      let middle = sum(token, isBefore ? scaled(attended, "ls1") : layerNorm("\(name).norm1", attended))
      let added = mlp(name, isBefore ? layerNorm("\(name).norm2", middle) : middle)
      return sum(middle, isBefore ? scaled(added, "ls2") : layerNorm("\(name).norm2", added))
    }
  }

  /// What the probe makes of the patches: o + MLP(Norm(o)), o = W_O·concat_h Σ_j softmax_j(q·k_j/√d)·v_j + b.
  private func pooled(_ patches: [Vector]) -> Vector {
    let (width, heads) = (configuration.width, configuration.pooling?.headCount ?? 1)
    let d = width / heads
    let query = linear("attn_pool.q", parameter("attn_pool.latent"))
    let keysAndValues = patches.map { linear("attn_pool.kv", $0) }
    var outputs = Vector()
    for head in 0..<heads {
      func part(_ x: Vector, _ start: Int) -> Vector { Array(x[start + head * d..<start + (head + 1) * d]) }
      let weights = keysAndValues.map {
        exp(product(part(query, 0), part($0, 0)).reduce(0, +) / Double(d).squareRoot())
      }
      let total = weights.reduce(0, +)
      outputs += (0..<d).map { index in
        zip(weights, keysAndValues).reduce(0) { $0 + $1.0 / total * part($1.1, width)[index] }
      }
    }
    let attended = linear("attn_pool.proj", outputs)
    let hidden = linear("attn_pool.mlp.fc1", layerNorm("attn_pool.norm", attended))
    return sum(
      attended, linear("attn_pool.mlp.fc2", hidden.map { 0.5 * $0 * (1 + erf($0 / 2.squareRoot())) }))
  }

  // MARK: - The whole

  /// The logits of one image, [3, H, W], perhaps of some patches alone.
  func logits(_ image: Vector, height: Int, width: Int, keeping kept: [Int]? = nil) -> Vector {
    let (patchHeight, patchWidth) = (configuration.patchHeight, configuration.patchWidth)
    let grid = PatchGrid(rows: height / patchHeight, columns: width / patchWidth)
    let prefix = configuration.prefix
    let own = parameters["pos_embed"]
    let positioned = (own?.count ?? 0) / configuration.width - grid.count
    func embedded(_ x: Vector, _ token: Int) -> Vector {
      let row = token < prefix.count ? (token < positioned ? token : nil) : token - prefix.count + positioned
      guard let own, let row else { return x }
      return sum(x, Array(own[row * configuration.width..<(row + 1) * configuration.width]))
    }
    var (tokens, places): ([Vector], [(row: Int, column: Int)?]) = ([], [])
    var registers = 0
    for (index, token) in prefix.enumerated() {
      let names: [TokenLayout.PrefixToken: String] = [
        .classToken: "cls_token", .distillation: "dist_token", .register: "reg_token",
      ]
      let rows = parameter(names[token] ?? "")
      let row = token == .register ? registers : 0
      if token == .register { registers += 1 }
      tokens.append(
        embedded(Array(rows[row * configuration.width..<(row + 1) * configuration.width]), index))
      places.append(nil)
    }
    for patch in kept ?? Array(0..<grid.count) {
      let place = (row: patch / grid.columns, column: patch % grid.columns)
      var values = Vector()
      for plane in 0..<3 {
        for y in 0..<patchHeight {
          let start = (plane * height + place.row * patchHeight + y) * width + place.column * patchWidth
          values += image[start..<start + patchWidth]
        }
      }
      tokens.append(embedded(linear("patch_embed.proj", values), prefix.count + patch))
      places.append(place)
    }
    if configuration.hasEmbeddingNorm { tokens = tokens.map { layerNorm("norm_pre", $0) } }
    for index in 0..<configuration.depth {
      tokens = block("blocks.\(index)", tokens, places: places, on: grid)
    }
    if configuration.finalNorm != .absent { tokens = tokens.map { layerNorm("norm", $0) } }
    let patches = Array(tokens.dropFirst(prefix.count))
    let mean = patches.dropFirst().reduce(patches[0], sum).map { $0 / Double(patches.count) }
    switch configuration.readout {
    case .classToken: return linear("head", tokens[0])
    case .meanOfPatches: return linear("head", mean)
    case .meanAndMaximumOfPatches:
      let peaks = mean.indices.map { i in patches.map { $0[i] }.max() ?? .nan }
      return linear("head", zip(mean, peaks).map { ($0 + $1) / 2 })
    case .classAndMeanOfPatches: return linear("head", tokens[0] + mean)
    case .attentionPooling:
      return linear("head", pooled(configuration.pooling?.pooled == .all ? tokens : patches))
    case .meanOfClassAndDistillation: fatalError("not among the toys of other stages")
    }
  }
}

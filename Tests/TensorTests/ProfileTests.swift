import Foundation
import Synchronization
import Testing

@testable import XAITensor

@Suite struct ProfileTests {
  @Test func operationsAreWhatTheyAreWithoutAProfile() throws {
    let base = PortableKernels(threads: 2)
    // A second passes from one look at the clock to the next, of which an operation takes two.
    let looks = Atomic(0)
    let profile = Profile(
      stopwatch: Stopwatch { Double(looks.add(1, ordering: .relaxed).newValue) })
    let plain = outcome(on: base)
    let profiled = outcome(on: ProfilingKernels(base, into: profile))
    #expect(plain == profiled)
    let summary = profile.take()
    #expect(summary.entries.reduce(0) { $0 + $1.calls } == 26)
    #expect(summary.entries.allSatisfy { $0.seconds == Double($0.calls) && !$0.isMeanwhile })
    #expect(summary.seconds == 2 * 26 + 1)
    #expect(ProfilingKernels(base, into: profile).name == base.name)
  }

  /// Every operation of the protocol, once, and products of three kinds.
  private func outcome(on kernels: any Kernels) -> [[Float]] {
    var random = TestRandom()
    let x = random.tensor([6, 8])
    let (weight, bias, w) = (random.tensor([8]), random.tensor([8]), random.tensor([5, 8]))
    var results: [[Float]] = []
    func changed(_ change: (inout TensorBuffer) -> Void) -> Tensor {
      var buffer = TensorBuffer(reusing: Tensor(x.shape, x.elements))
      change(&buffer)
      let result = buffer.freeze()
      results.append(result.elements)
      return result
    }
    var product = TensorBuffer([6, 5])
    kernels.multiply(
      MatrixOperand(rowsOf: x), MatrixOperand(rowsOf: w).transposed, into: &product,
      MatrixLayout(rows: 6, columns: 5), Epilogue(activation: .gelu))
    let y = product.freeze()
    var back = TensorBuffer([6, 8])
    kernels.multiply(
      MatrixOperand(rowsOf: y), MatrixOperand(rowsOf: w), into: &back, MatrixLayout(rows: 6, columns: 8),
      .plain)
    var heads = TensorBuffer([2, 3, 3])
    let head = MatrixLayout(
      rows: 3, columns: 4, rowStride: 8, inner: .init(count: 2, stride: 4))
    kernels.multiply(
      MatrixOperand(x, head), MatrixOperand(x, head).transposed, into: &heads,
      MatrixLayout(rows: 3, columns: 3, inner: .init(count: 2, stride: 9)), Epilogue(scale: 0.5))
    results += [y.elements, back.freeze().elements, heads.freeze().elements]
    let softmax = changed { kernels.softmax(rowsOf: &$0) }
    _ = changed { kernels.softmaxBackward(output: softmax, gradient: &$0) }
    let (normed, statistics) = kernels.layerNorm(x, weight: weight, bias: bias, epsilon: 1e-6)
    let normGradient = kernels.layerNormBackward(
      x, x: x, statistics: statistics, weight: weight, epsilon: 1e-6, constantVariance: false,
      residual: normed)
    let parameters = kernels.layerNormParameterGradients(x, x: x, statistics: statistics, epsilon: 1e-6)
    results += [normed, normGradient, parameters.weight, parameters.bias].map(\.elements)
    results.append(kernels.gelu(x).elements)
    _ = changed { kernels.geluBackward(normed, gradient: &$0) }
    _ = changed { kernels.geluRatio(normed, gradient: &$0) }
    _ = changed { results.append(kernels.geluWithBackward(normed, gradient: &$0).elements) }
    results.append(kernels.columnSums(x).elements)
    _ = changed { kernels.add(x, to: &$0) }
    let attended = kernels.attend(
      AttentionOperands(
        queries: MatrixOperand(x, head), keys: MatrixOperand(x, head), values: MatrixOperand(x, head),
        scale: 0.5),
      keepsAttention: true)
    let gated = kernels.swiGLU(x)
    results += [attended.outputs, gated, kernels.swiGLUBackward(x, gradient: gated)].map(\.elements)
    results.append(kernels.swiGLURatio(x, gradient: gated, gate: 0.5, value: 2).elements)
    results.append(kernels.scaleColumns(of: x, by: weight, adding: nil).elements)
    results.append(kernels.sigmoidGELU(x, .tanh).elements)
    _ = changed { kernels.sigmoidGELUBackward(normed, .quick, gradient: &$0) }
    _ = changed { kernels.sigmoidGELURatio(normed, .quick, gradient: &$0) }
    let angles = Rotation(
      cosines: Tensor(repeating: 0.6, [1, 4]), sines: Tensor(repeating: 0.8, [1, 4]), pairing: .halves)
    results.append(kernels.rotatePairs(of: x, by: angles, inverted: false).elements)
    let size = RowSize.euclidean(epsilon: 1e-6)
    results.append(kernels.normaliseRows(x, by: size).elements)
    results.append(kernels.normaliseRowsBackward(normed, x: x, by: size, constantSize: false).elements)
    results.append(kernels.columnSums(ofProducts: x, normed).elements)
    return results
  }

  @Test func productsAreCountedByKind() throws {
    let profile = Profile()
    _ = outcome(on: ProfilingKernels(PortableKernels(threads: 1), into: profile))
    var arithmetic: [ProductKind: Double] = [:]
    for entry in profile.take().entries {
      if case .product(let kind) = entry.operation { arithmetic[kind] = entry.arithmetic }
    }
    let dense = try #require(arithmetic.keys.first { $0.hasGELU })
    #expect(dense.rows == nil && dense.depth == 8 && dense.columns == 5 && dense.transposesSecond)
    #expect(arithmetic[dense] == Double(2 * 6 * 8 * 5))
    let heads = try #require(arithmetic.keys.first { $0.rows != nil })
    #expect(heads.rows == 3 && heads.depth == 4 && heads.columns == 3 && heads.isScaled)
    #expect(arithmetic[heads] == Double(2 * 2 * 3 * 4 * 3))
    #expect(arithmetic.count == 3)
  }

  @Test func otherThreadsAreKeptApart() async {
    let profile = Profile()
    profile.measure(.stage("work")) {}
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      for _ in 0..<2 { profile.measure(.stage("work")) {} }
      done.signal()
    }
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        done.wait()
        continuation.resume()
      }
    }
    let entries = profile.take().entries
    #expect(entries.first { !$0.isMeanwhile }?.calls == 1)
    #expect(entries.first(where: \.isMeanwhile)?.calls == 2)
    #expect(profile.take().entries.isEmpty)
  }

  @Test func whatThrowsIsMeasured() {
    struct Failed: Error {}
    let profile: Profile? = Profile()
    #expect(throws: Failed.self) { try profile.measure("failing") { throw Failed() } }
    #expect(profile?.take().entries.first?.calls == 1)
    #expect((nil as Profile?).measure("nothing") { 3 } == 3)
  }
}

// How fast the matrix products of a ViT-B/16 are, next to what the processor can do at most.
//
//     swift run -c release KernelBenchmark [seconds per product, 0.5 by default] [threads, all by default]
//
// Each product is repeated and the best time counts, because other programs can only slow it down.

import Dispatch
import Foundation
import XAIBench
import XAITensor

let secondsEach = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 0.5
let threads =
  CommandLine.arguments.dropFirst(2).first.flatMap(Int.init) ?? ProcessInfo.processInfo.activeProcessorCount

func seconds(_ body: () -> Void) -> Double {
  let start = DispatchTime.now().uptimeNanoseconds
  body()
  return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
}

/// The best time of `body` within the time given to each.
func best(_ body: () -> Void) -> Double {
  body()
  var (best, spent) = (Double.infinity, 0.0)
  while spent < secondsEach {
    let time = seconds(body)
    best = min(best, time)
    spent += time
  }
  return best
}

/// The most operations a second on all threads together.
func peak(_ set: InstructionSet) -> Double {
  ArithmeticUnit(rawValue: set.rawValue).flatMap { Peak(of: $0, threads: threads, runs: 6)?.gigaflops } ?? 0
}

func random(_ shape: TensorShape) -> Tensor {
  Tensor(shape) { elements in
    var state: UInt64 = 1
    for index in 0..<shape.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      elements[index] = Float(Int32(truncatingIfNeeded: state >> 33)) * 0x1p-31
    }
  }
}

struct Product {
  var name: String
  var a: MatrixOperand
  var b: MatrixOperand
  var layout: MatrixLayout
  var epilogue = Epilogue.plain

  var operations: Double {
    2 * Double(layout.rows * layout.columns * a.layout.columns * layout.outer.count * layout.inner.count)
  }
}

/// x·Wᵀ + bias with a weight [N, K], as layers store it.
func linear(_ name: String, rows: Int, inputs: Int, outputs: Int, gelu: Bool = false) -> Product {
  Product(
    name: name, a: MatrixOperand(rowsOf: random([rows, inputs])),
    b: MatrixOperand(rowsOf: random([outputs, inputs])).transposed,
    layout: MatrixLayout(rows: rows, columns: outputs),
    epilogue: Epilogue(bias: random([outputs]), activation: gelu ? .gelu : nil))
}

/// The products of attention, on the heads of a packed [images · tokens, 3 · width].
func attention(images: Int) -> [Product] {
  let (tokens, heads, size) = (197, 12, 64)
  let width = heads * size
  let packed = random([images * tokens, 3 * width])
  func head(_ offset: Int) -> MatrixOperand {
    MatrixOperand(
      packed,
      MatrixLayout(
        rows: tokens, columns: size, rowStride: 3 * width, offset: offset,
        outer: .init(count: images, stride: tokens * 3 * width), inner: .init(count: heads, stride: size)))
  }
  let scores = MatrixLayout(
    rows: tokens, columns: tokens, outer: .init(count: images, stride: heads * tokens * tokens),
    inner: .init(count: heads, stride: tokens * tokens))
  let context = MatrixLayout(
    rows: tokens, columns: size, rowStride: width, outer: .init(count: images, stride: tokens * width),
    inner: .init(count: heads, stride: size))
  let weights = MatrixOperand(random([images, heads, tokens, tokens]), scores)
  return [
    Product(
      name: "Q·Kᵀ", a: head(0), b: head(width).transposed, layout: scores, epilogue: Epilogue(scale: 0.125)),
    Product(name: "A·V", a: weights, b: head(2 * width), layout: context),
  ]
}

func layers(images: Int) -> [Product] {
  let rows = images * 197
  return [
    linear("query, key, value", rows: rows, inputs: 768, outputs: 2304),
    linear("projection", rows: rows, inputs: 768, outputs: 768),
    linear("MLP in, GELU", rows: rows, inputs: 768, outputs: 3072, gelu: true),
    linear("MLP out", rows: rows, inputs: 3072, outputs: 768),
  ] + attention(images: images)
}

func cell(_ value: Double, _ format: String) -> String { String(format: format, value) }

func column(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func report(_ kernels: any Kernels, peak: Double) {
  print("\n\(kernels.name); registers reach \(cell(peak, "%.0f")) GFLOP/s")
  for images in [1, 8] {
    var (time, operations) = (0.0, 0.0)
    for product in layers(images: images) {
      var buffer = TensorBuffer(
        repeating: 0,
        [
          product.layout.outer.count * product.layout.inner.count,
          product.layout.rows, product.layout.columns,
        ])
      var best = Double.infinity, spent = 0.0
      while spent < secondsEach {
        let once = seconds {
          kernels.multiply(product.a, product.b, into: &buffer, product.layout, product.epilogue)
        }
        best = min(best, once)
        spent += once
      }
      time += best
      operations += product.operations
      let rate = product.operations / best
      print(
        column("  \(images) image\(images == 1 ? " " : "s") \(product.name)", 30)
          + cell(rate * 1e-9, "%8.1f GFLOP/s") + cell(100e-9 * rate / peak, "%6.0f %%"))
    }
    print(
      column("  all products of a layer", 30) + cell(operations / time * 1e-9, "%8.1f GFLOP/s")
        + cell(100e-9 * operations / time / peak, "%6.0f %%"))
  }
}

let fastest = InstructionSet.available.last ?? .baseline
let processorPeak = peak(fastest)
for name in KernelSelection.availableKernels where name != "portable" {
  report(try KernelSelection.makeKernels(named: name, threads: threads), peak: processorPeak)
}
for set in InstructionSet.available.reversed() {
  report(PortableKernels(instructionSet: set, threads: threads), peak: peak(set))
}
if let split = PortableKernels(precision: .bfloat16x3, threads: threads),
  let tiles = Peak(of: .amxBFloat16, threads: threads)
{
  // Three multiplications make a product.
  report(split, peak: tiles.gigaflops / 3)
}

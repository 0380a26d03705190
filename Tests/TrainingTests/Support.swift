import Foundation
import Synchronization
import XAI
import XAITesting

@testable import XAITraining

/// Images by a formula, the same as those of Tests/Fixtures/training/generate.py.
func formulaImage(_ index: Int, height: Int, width: Int) -> RGBImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<3 { pixels.append(UInt8((index * 37 + y * 11 + x * 7 + c * 53 + x * y) % 256)) }
    }
  }
  return RGBImage(width: width, height: height) { $0.update(from: pixels, count: pixels.count) }
}

struct DamagedImage: Error, CustomStringConvertible {
  var description: String { "it is damaged" }
}

/// A split of images by the formula; classes go round.
func formulaSplit(
  _ count: Int, classes: Int, name: String = "train", size: Int = 16, damaged: Set<Int> = []
) -> DatasetSplit {
  DatasetSplit(
    name: name, count: count, identifier: { "\(name)-\($0)" }, label: { $0 % classes },
    sample: { index in
      guard !damaged.contains(index) else { throw DamagedImage() }
      return Sample(image: formulaImage(index, height: size, width: size), label: index % classes)
    })
}

/// The folder of fixtures.
let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("Fixtures")

/// The small Hugging Face ViT of the fixtures.
func smallModel(on kernels: any Kernels = PortableKernels(threads: 1)) throws -> any TrainableModel {
  let path = fixtures.appendingPathComponent("models/hf-vit").path
  guard
    let model = try Registry.builtIn().loadModel(ModelDirectory(path), LoadRequest(kernels: kernels))
      as? any TrainableModel
  else { throw DamagedImage() }
  return model
}

/// A folder that goes away with the test, or with the process where the test writes after it last named the folder.
final class TemporaryFolder: Sendable {
  private static let made = Mutex<[String]>([])
  private static let removal: Void = {
    atexit {
      for path in TemporaryFolder.made.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
  }()

  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)").path
    Self.made.withLock { [path] in $0.append(path) }
    _ = Self.removal
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: "\(path)/\(name)") }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A recipe of options as users write them.
func recipe(_ options: (key: String, value: String)...) throws -> Recipe {
  try Recipe(options, of: "train")
}

import Foundation
public import XAI

/// The options of CIFAR-10.
public struct CIFAR10Options: PluginOptions {
  /// The folder of the batches.
  public var path: String?

  public init() {}

  /// Makes the options for a folder.
  public init(path: String) { self.path = path }

  public static let table: [OptionSpec<Self>] = [OptionSpec("path", \.path, "the folder with test_batch.bin")]
}

/// CIFAR-10 in its binary version: batches of records, each a label and 32×32 pixels, red, green and blue one after another.
///
/// Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
public struct CIFAR10: Dataset {
  public static let descriptor = DatasetDescriptor(
    id: "cifar-10", title: "CIFAR-10", summary: "Ten classes of images of 32×32 pixels, in binary batches",
    citation: Citation(
      authors: "Krizhevsky", title: "Learning Multiple Layers of Features from Tiny Images",
      venue: "University of Toronto", year: 2009,
      identifier: "cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"))

  /// Takes a folder with a `test_batch.bin`.
  public static func options(recognising path: String) -> CIFAR10Options? {
    FileManager.default.fileExists(atPath: "\(path)/test_batch.bin") ? CIFAR10Options(path: path) : nil
  }

  public let options: CIFAR10Options
  /// The classes in the order of their numbers.
  public let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ].map { DatasetClass($0) }
  /// `train` and `test`.
  public let splitNames = [DatasetSplit.train, "test"]
  private let records: [String: [Record]]

  /// Maps the batches into memory; throws `DatasetError` where one is missing or cut off.
  public init(options: CIFAR10Options) throws {
    guard let path = options.path else {
      throw DatasetError.invalidOptions(dataset: Self.descriptor.id, reason: "path is missing")
    }
    self.options = options
    self.records = [
      "train": try (1...5).flatMap {
        try Record.all(in: "\(path)/data_batch_\($0).bin", file: "data_batch_\($0)")
      },
      "test": try Record.all(in: "\(path)/test_batch.bin", file: "test_batch"),
    ]
  }

  /// A split by its name; throws `DatasetError.noSplit`.
  public func split(_ name: String) throws -> DatasetSplit {
    guard let records = records[name] else {
      throw DatasetError.noSplit(name: name, dataset: Self.descriptor.id, known: splitNames)
    }
    return DatasetSplit(
      name: name, count: records.count,
      identifier: { "\(records[$0].file) #\(records[$0].number)" },
      label: { records[$0].label },
      sample: { try records[$0].sample() })
  }
}

/// An image of a batch.
private struct Record {
  private static let (side, plane) = (32, 32 * 32)
  private static let size = 1 + 3 * plane

  let file: String
  let number: Int
  let label: Int
  private let batch: Data

  static func all(in path: String, file: String) throws -> [Record] {
    guard let batch = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
      throw DatasetError.missing(path: path, need: "the batch can't be read")
    }
    guard batch.count % size == 0, !batch.isEmpty else {
      throw DatasetError.malformed(
        file: path, line: nil, reason: "\(batch.count) bytes are not records of \(size) bytes each")
    }
    return try (0..<batch.count / size).map { number in
      let label = Int(batch[number * size])
      guard label < 10 else {
        throw DatasetError.malformed(file: path, line: nil, reason: "record \(number) has the label \(label)")
      }
      return Record(file: file, number: number, label: label, batch: batch)
    }
  }

  func sample() throws -> Sample {
    let first = number * Self.size + 1
    let pixels = (0..<3 * Self.plane).map { batch[first + $0 % 3 * Self.plane + $0 / 3] }
    return Sample(image: try RGBImage(width: Self.side, height: Self.side, pixels: pixels), label: label)
  }
}

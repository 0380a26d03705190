import Foundation
import XAICore
import XAIModels
import XAITesting
import XAITransformer
import XAIWeights

/// What timm's constructor makes of a name and a pretrained configuration, as `Tests/Fixtures/timm` has it.
struct TimmRecord {
  let name: String
  let tag: String
  /// Of a vision transformer, each fact by its name; of a Swin Transformer, stages.
  let facts: [String: JSONValue]
  let parameterCount: Int
  /// Every tensor of a checkpoint with its shape.
  let tensors: [(name: String, shape: [Int])]
  /// The configuration as timm writes it.
  let config: [String: JSONValue]

  var className: String { facts["class"]?.string ?? "" }

  static let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/timm/architectures.json")

  /// All names that timm registers, each with every pretrained configuration that makes another model.
  static func all() throws -> [TimmRecord] {
    let root = try Configuration(path: fixture.path).value.object
    let plainest = root["plainest"]?.object ?? [:]
    let patterns = root["patterns"]?.array.compactMap(\.string) ?? []
    return (root["models"]?.array ?? []).map { TimmRecord($0.object, plainest, patterns) }
  }

  private init(_ record: [String: JSONValue], _ plainest: [String: JSONValue], _ patterns: [String]) {
    let departing = record["facts"]?.object ?? [:]
    facts = plainest.merging(departing) { _, own in own }
    (name, tag) = (record["name"]?.string ?? "", record["tag"]?.string ?? "")
    parameterCount = record["parameters"]?.int ?? 0
    let depth = facts["depth"]?.int ?? 0
    tensors = (record["tensors"]?.string ?? "").split(separator: " ").flatMap {
      Self.tensors($0, patterns, depth: depth)
    }
    config = record["config"]?.object ?? Self.usualConfig(name, facts)
  }

  /// `pattern:shape@ranges`, the pattern by its number; `#` in it stands for the numbers of the ranges, or of all blocks.
  private static func tensors(
    _ text: Substring, _ patterns: [String], depth: Int
  ) -> [(name: String, shape: [Int])] {
    let parts = text.split(separator: "@")
    let sides = parts[0].split(separator: ":", omittingEmptySubsequences: false)
    let pattern = patterns[Int(sides[0]) ?? 0]
    let shape = sides[1].split(separator: ",").compactMap { Int($0) }
    guard pattern.contains("#") else { return [(pattern, shape)] }
    let ranges =
      parts.count < 2
      ? [0..<depth]
      : parts[1].split(separator: "+").map { range in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        return ends[0]..<ends[1] + 1
      }
    return ranges.flatMap { $0 }.map { (pattern.replacingOccurrences(of: "#", with: "\($0)"), shape) }
  }

  /// What timm writes where nothing is special; the generator says where it isn't.
  private static func usualConfig(_ name: String, _ facts: [String: JSONValue]) -> [String: JSONValue] {
    let (classes, image) = (facts["classes"] ?? .integer(0), facts["image"]?.array ?? [])
    let pool =
      facts["class"]?.string?.hasPrefix("SwinTransformerV2") == true ? .string("avg") : facts["pool"] ?? .null
    return [
      "architecture": .string(name), "num_classes": classes, "global_pool": pool,
      "model_args": .object([
        "in_chans": .integer(3), "num_classes": classes, "global_pool": pool, "img_size": .array(image),
      ]),
      "pretrained_cfg": .object([
        "input_size": .array([.integer(3)] + image), "fixed_input_size": .boolean(true),
        "num_classes": classes,
      ]),
    ]
  }
}

extension TimmRecord {
  /// Writes weights of the right names and shapes, which are a hole that takes no space on a disk.
  func writeWeights(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var (header, end): ([String: JSONValue], Int) = ([:], 0)
    for (name, shape) in tensors {
      let size = 4 * shape.reduce(1, *)
      header[name] = .object([
        "dtype": .string("F32"), "shape": .array(shape.map { .integer($0) }),
        "data_offsets": .array([.integer(end), .integer(end + size)]),
      ])
      end += size
    }
    var text = Data(JSONValue.object(header).text.utf8)
    text.append(Data(repeating: 0x20, count: (8 - text.count % 8) % 8))
    var file = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    file.append(text)
    let path = "\(folder)/model.safetensors"
    try file.write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: UInt64(file.count + end))
    try handle.close()
  }
}

extension JSONValue {
  var object: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
  var array: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var string: String? { if case .string(let text) = self { text } else { nil } }
  var int: Int? { if case .integer(let number) = self { number } else { nil } }

  /// The value as JSON.
  var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
    case .object(let members):
      "{\(members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ","))}"
    }
  }
}

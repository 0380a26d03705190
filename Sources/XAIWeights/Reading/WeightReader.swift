import Synchronization
import XAIFoundation
public import XAITensor

/// Reads the weights of a model by the names of the checkpoint's tree, and collects what doesn't fit.
///
/// Code that builds a model states each tensor's name and shape where it uses it and meets no error; a tensor that
/// doesn't fit is a placeholder of zeros until `finish(ignoring:)` reports every problem together:
///
///     let reader = WeightReader(store)
///     let block = reader["vit.encoder.layer.\(index)"]
///     let weight = block["attention.attention.query"].tensor("weight", [768, 768])
///     try reader.finish(ignoring: ["vit.pooler."])
///
/// Compute with the tensors after `finish(ignoring:)` only: the sizes a wrong configuration asks for are harmless
/// as placeholders, which take no memory, but not as the operands of anything.
public struct WeightReader: Sendable {
  /// What stands before every name, without the last dot; empty at the root.
  public let prefix: String
  let ledger: WeightLedger

  /// Starts reading at the root of a checkpoint.
  public init(_ store: WeightStore) {
    self.prefix = ""
    self.ledger = WeightLedger(store)
  }

  private init(prefix: String, ledger: WeightLedger) {
    self.prefix = prefix
    self.ledger = ledger
  }

  /// The branch `path` of the tree below this one; all branches share one list of problems.
  public subscript(path: String) -> WeightReader { WeightReader(prefix: fullName(path), ledger: ledger) }

  /// Reads a tensor that the model needs, in place where the file allows.
  ///
  /// Gives a placeholder of zeros where it is missing, has another shape or holds integers; a shape whose elements
  /// can't be counted gives an empty placeholder.
  public func tensor(_ name: String, _ shape: TensorShape) -> Tensor {
    ledger.tensor(fullName(name), shape, isOptional: false) ?? placeholder(of: shape)
  }

  /// Reads a tensor that the model can do without, nil where the weights don't have it.
  ///
  /// One that is there in another shape is a problem like any other.
  public func optionalTensor(_ name: String, _ shape: TensorShape) -> Tensor? {
    ledger.tensor(fullName(name), shape, isOptional: true)
  }

  /// The shape of a tensor in the weights, nil where it isn't there; it doesn't count as read.
  public func shape(of name: String) -> TensorShape? { ledger.store[fullName(name)]?.shape }

  /// Reports every problem met so far and every tensor that was not read.
  ///
  /// - Parameter patterns: full names that may be left over; `*` stands for any characters, and a pattern that ends
  ///   in a dot for everything below that branch: `pooler.`, `*.position_ids`.
  /// - Throws: `WeightsError`, with all problems in it.
  public func finish(ignoring patterns: [String] = []) throws(WeightsError) {
    try ledger.check(ignoring: patterns.map(NamePattern.init))
  }

  private func fullName(_ name: String) -> String {
    prefix.isEmpty || name.isEmpty ? prefix + name : "\(prefix).\(name)"
  }
}

/// What the readers of one checkpoint have asked for, and what was wrong with it.
final class WeightLedger: Sendable {
  let store: WeightStore

  private struct Entries {
    var read: Set<String> = []
    var missing: [(name: String, shape: TensorShape)] = []
    var mismatched: [WeightsError.Mismatch] = []
  }

  private let entries = Guarded(Entries())

  init(_ store: WeightStore) { self.store = store }

  /// Gives a tensor that fits; where none does, notes why and gives nil.
  func tensor(_ name: String, _ shape: TensorShape, isOptional: Bool) -> Tensor? {
    guard let stored = store[name] else {
      if !isOptional {
        entries.withLock { if $0.read.insert(name).inserted { $0.missing.append((name, shape)) } }
      }
      return nil
    }
    // The file was checked as it was opened: reading a tensor that fits can't fail any more.
    let tensor = stored.shape == shape && stored.type.isReadable ? try? store.tensor(name) : nil
    entries.withLock {
      // A tensor may be asked for by its name in the file, and be listed without what is left out of it.
      $0.read.insert(stored.name)
      if tensor == nil {
        $0.mismatched.append(
          WeightsError.Mismatch(name: name, expected: shape, found: stored.shape, type: stored.type))
      }
    }
    return tensor
  }

  /// Throws what was noted, and what was not asked for, if anything.
  func check(ignoring patterns: [NamePattern]) throws(WeightsError) {
    let (read, missing, mismatched) = entries.withLock { ($0.read, $0.missing, $0.mismatched) }
    // A tensor without elements, as for no registers, is no part of anything.
    let leftOver = store.tensors.filter { !read.contains($0.name) && $0.shape.count > 0 }
    let candidates = leftOver.prefix(10_000)
    let unexpected = leftOver.map(\.name).filter { name in !patterns.contains { $0.matches(name) } }
    guard !missing.isEmpty || !mismatched.isEmpty || !unexpected.isEmpty else { return }
    throw WeightsError(
      path: store.path,
      missing: missing.map { missing in
        WeightsError.Missing(
          name: missing.name, shape: missing.shape,
          similar: nearestName(
            to: missing.name, among: candidates.filter { $0.shape == missing.shape }.map(\.name)))
      },
      mismatched: mismatched, unexpected: unexpected)
  }
}

/// The name that shares most of its beginning and end with `name`, if that is more than half of it.
///
/// Renamed branches keep the rest of the path (`vit.layernorm.bias`, `layernorm.bias`), which this finds without
/// the cost of an edit distance.
func nearestName(to name: String, among candidates: [String]) -> String? {
  func shared(_ candidate: String) -> Int {
    let bound = min(name.utf8.count, candidate.utf8.count)
    let head = zip(name.utf8, candidate.utf8).prefix { $0 == $1 }.count
    let tail = zip(name.utf8.reversed(), candidate.utf8.reversed()).prefix { $0 == $1 }.count
    return min(head + tail, bound)
  }
  let nearest = candidates.map { (name: $0, shared: shared($0)) }.max { $0.shared < $1.shared }
  return nearest.flatMap { $0.shared * 2 > name.utf8.count ? $0.name : nil }
}

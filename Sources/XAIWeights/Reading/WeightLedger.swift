import Synchronization
import XAITensor

/// What the readers of one checkpoint have asked for, and what was wrong with it.
final class WeightLedger: Sendable {
  let store: WeightStore

  private struct Entries {
    var read: Set<String> = []
    var missing: [(name: String, shape: Shape)] = []
    var mismatched: [WeightsError.Mismatch] = []
  }

  private let entries = Mutex(Entries())

  init(_ store: WeightStore) { self.store = store }

  /// Gives a tensor that fits; where none does, notes why and gives nil.
  func tensor(_ name: String, _ shape: Shape, isOptional: Bool) -> Tensor? {
    guard let stored = store[name] else {
      if !isOptional {
        entries.withLock { if $0.read.insert(name).inserted { $0.missing.append((name, shape)) } }
      }
      return nil
    }
    // The file was checked as it was opened: reading a tensor that fits can't fail any more.
    let tensor = stored.shape == shape && stored.type.isReadable ? try? store.tensor(name) : nil
    entries.withLock {
      $0.read.insert(name)
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
    let leftOver = store.tensors.filter { !read.contains($0.name) }
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

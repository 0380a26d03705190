import ArgumentParser
import Foundation
import XAIEvaluation
import XAIFoundation

/// Which part of a sample a run is for, as users write it: `2/8`, `auto/8` or `none`.
enum ShardOption: ExpressibleByArgument, Equatable {
  case given(Shard)
  /// The number from the environment, the count given.
  case automatic(count: Int)
  /// The whole sample, whatever the environment says.
  case none

  init?(argument: String) {
    if argument == "none" {
      self = .none
      return
    }
    let sides = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let count = Int(sides[1]), count >= 1 else { return nil }
    if sides[0] == "auto" {
      self = .automatic(count: count)
    } else {
      guard let number = Int(sides[0]), let shard = Shard(number, of: count) else { return nil }
      self = .given(shard)
    }
  }
}

/// The shard of a run, and where it is known from.
struct ChosenShard: Equatable {
  let shard: Shard
  /// The variable that said so; nil where the user did.
  var variable: String?

  /// What an option and the environment of an array of jobs come to; nil for the whole sample.
  ///
  /// Slurm numbers the tasks of an array with `SLURM_ARRAY_TASK_ID`, from `_MIN` to `_MAX` in steps of `_STEP`, of those that were
  /// submitted together; Kubernetes numbers the pods of an indexed job with `JOB_COMPLETION_INDEX`, from 0, and does not say how
  /// many there are.
  static func choose(_ option: ShardOption?, environment: [String: String]) throws -> ChosenShard? {
    let given: Int?
    switch option {
    case .some(.none): return nil
    case .given(let shard): return ChosenShard(shard: shard)
    case .automatic(let count): given = count
    case nil: given = nil
    }
    let variables = Variables(environment)
    if let shard = try variables.slurm(count: given) ?? variables.kubernetes(count: given) { return shard }
    guard let given else { return nil }
    throw Failure(
      .usage,
      "--shard auto/\(given): neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set. Write the number: --shard 1/\(given)"
    )
  }

  /// The output of a shard: `results.sqlite` becomes `results-shard-2-of-8.sqlite`.
  func path(_ output: String) -> String {
    let suffix = "-shard-\(shard.number)-of-\(shard.count)"
    let nameStart = output.lastIndex(of: "/").map { output.index(after: $0) } ?? output.startIndex
    guard let dot = output[nameStart...].lastIndex(of: "."), dot > nameStart else { return output + suffix }
    return output[..<dot] + suffix + output[dot...]
  }
}

extension ChosenShard {
  /// Throws where shards of another count lie beside the output: part of an array that is submitted anew calls itself a whole one.
  func checkNeighbours(of output: String) throws {
    guard let variable else { return }
    for (name, _, count) in neighbours(of: output) where count != shard.count {
      throw Failure(
        .usage,
        "\(name) is there, of \(count) shards, and by \(variable) this is one of \(shard.count). If part of the array is "
          + "submitted again, write --shard auto/\(count); for another evaluation, take another output")
    }
  }

  /// The files of shards beside an output, this one among them: their names, which shard they are of and of how many.
  func neighbours(of output: String) -> [(name: String, number: Int, count: Int)] {
    let own = path(output)
    let start = own.lastIndex(of: "/").map { own.index(after: $0) } ?? own.startIndex
    let folder = start == own.startIndex ? "." : String(own[..<start])
    // What comes before the number of the shard, and what comes behind the number of shards.
    let name = own[start...]
    guard let mark = name.range(of: "-shard-\(shard.number)-of-\(shard.count)") else { return [] }
    let (stem, end) = (name[..<mark.lowerBound], name[mark.upperBound...])
    // A folder that isn't there is said where the file is made.
    let entries = (try? FileSystem.entries(of: folder)) ?? []
    return entries.compactMap { entry in
      guard entry.name.hasPrefix("\(stem)-shard-"), entry.name.hasSuffix(end) else { return nil }
      let numbers = entry.name.dropFirst(stem.count + "-shard-".count).dropLast(end.count)
      guard let of = numbers.range(of: "-of-"), let number = Int(numbers[..<of.lowerBound]),
        let count = Int(numbers[of.upperBound...])
      else { return nil }
      return (entry.name, number, count)
    }
  }
}

/// The variables of schedulers.
private struct Variables {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  private func number(_ name: String) throws(Failure) -> Int? {
    guard let text = environment[name], !text.isEmpty else { return nil }
    guard let number = Int(text) else {
      throw Failure(.usage, "\(name) is '\(text)', which is no whole number. \(Self.remedy)")
    }
    return number
  }

  /// A task of an array 1…n, or 0…n − 1, is the shard of its place.
  ///
  /// With n given, so is a task of 1…n that is submitted by itself or with some others: what else was submitted says nothing about
  /// the shard then.
  func slurm(count given: Int?) throws -> ChosenShard? {
    let name = "SLURM_ARRAY_TASK_ID"
    guard let id = try number(name) else { return nil }
    let (first, step) = (try number("SLURM_ARRAY_TASK_MIN") ?? 1, try number("SLURM_ARRAY_TASK_STEP") ?? 1)
    guard let submitted = try number("SLURM_ARRAY_TASK_COUNT") ?? given else {
      throw Failure(
        .usage, "\(name) is set, and SLURM_ARRAY_TASK_COUNT is not: say of how many, --shard auto/8")
    }
    let count = given ?? submitted
    let last = try number("SLURM_ARRAY_TASK_MAX") ?? first + count - 1
    let isWhole = step == 1 && last - first + 1 == count && submitted == count && (first == 0 || first == 1)
    let number = isWhole ? id - first + 1 : id
    guard isWhole || given != nil && first > 0, let shard = Shard(number, of: count) else {
      throw Failure(
        .usage,
        given == nil
          ? "\(name)=\(id) is of \(submitted) tasks from \(first) to \(last), which is no whole array 1-\(submitted): of how many "
            + "shards it is one, only you know. Write it: --shard auto/8 where the array was 1-8. \(Self.remedy)"
          : "\(name)=\(id) is no shard of \(count): number the array from 1, as in --array=1-\(count). \(Self.remedy)"
      )
    }
    return ChosenShard(shard: shard, variable: name)
  }

  func kubernetes(count given: Int?) throws -> ChosenShard? {
    let name = "JOB_COMPLETION_INDEX"
    guard let index = try number(name) else { return nil }
    guard let count = try given ?? number("JOB_COMPLETIONS") else {
      throw Failure(
        .usage,
        "\(name) is set, and it is not known of how many: write --shard auto/8 for a job of 8 completions, or set "
          + "JOB_COMPLETIONS. \(Self.remedy)")
    }
    guard let shard = Shard(index + 1, of: count) else {
      throw Failure(.usage, "\(name)=\(index) is no shard of \(count): it counts from 0. \(Self.remedy)")
    }
    return ChosenShard(shard: shard, variable: name)
  }

  private static let remedy = "Write --shard i/n yourself, or --shard none for the whole sample."
}

#if XAI_DATABASE
import XAIEvaluation
import XAIFoundation
import XAIResults

extension ChosenShard {
  /// How many other shards are looked at: one tells, and a thousand shards should not open a thousand files each.
  private static let most = 3

  /// Says at the start of a shard what `xai merge` would say after all the work.
  ///
  /// - Throws: where another shard runs on other kernels, and is the same evaluation apart from that.
  func checkNeighbours(of output: String, _ experiment: Experiment) throws {
    let folder = FileSystem.folder(of: path(output))
    let others = neighbours(of: output).filter { $0.count == shard.count && $0.number != shard.number }
    for (name, _, _) in others.prefix(Self.most) {
      // What can't be read is of no use to say anything by; merging will.
      guard let other = try? ResultStore.experiment(at: FileSystem.path(folder, name)) else { continue }
      let differences = other.differences(to: experiment)
      guard let first = differences.first else { continue }
      guard differences.count == 1, first.hasPrefix("kernels: ") else {
        StandardError.write(
          "Note: \(FileName.shown(name)) is of another evaluation, which differs in \(differences.joined(separator: "; ")): the two "
            + "won't merge.\n")
        continue
      }
      throw Failure(
        .usage,
        "\(FileName.shown(name)) was begun on other kernels (\(first)), and shards of different kernels don't merge, since "
          + "their numbers differ in the last digits. All machines have --kernels portable; --mixed-kernels, for all shards, lets "
          + "them differ and says what difference it makes.")
    }
  }
}
#endif

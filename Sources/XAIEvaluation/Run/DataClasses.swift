import XAICore
import XAIFoundation

/// The images of an evaluation with the model's classes in place of the data's.
struct DataClasses {
  /// The images, without those that are left out.
  let data: EvaluationData
  /// Their split, with the model's classes.
  let split: DatasetSplit
  /// What a user should know.
  let notes: [String]
  /// Which class is which, for what results depend on; nil where data and model call their classes the same, in the same
  /// order, and where there is nothing to join.
  let identity: String?

  /// Joins the classes of data to those of a model.
  ///
  /// - Parameters:
  ///   - needsLabels: whether the class of an image is what is asked about.
  ///   - needsObjects: whether the classes of objects are asked about, or maps judged by them.
  /// - Throws: `ClassJoinError` where classes that are needed are none of the model's, or two are one.
  init(
    of data: EvaluationData, model: ModelDescriptor, settings: Evaluation.Settings, needsLabels: Bool,
    needsObjects: Bool
  ) throws(ClassJoinError) {
    let join = ClassJoin(data.dataset.classes, to: model.labels, by: settings.classes)
    let counts = data.split.classCounts(join.classes.count)
    let occurring = counts.indices.filter { counts[$0] > 0 }
    // What is in an image is known when it is opened: all classes count.
    let wanted = needsObjects ? Array(counts.indices) : occurring
    let unmatched = join.unmatched(among: wanted)
    if needsLabels || needsObjects {
      if settings.skipsUnmatched, unmatched.count < wanted.count {
        try join.checkIsOneToOne(among: wanted)
      } else {
        try join.check(among: wanted)
      }
    }
    let isOneToOne = (try? join.checkIsOneToOne(among: wanted)) != nil
    guard isOneToOne, unmatched.count < wanted.count else {
      (self.data, split) = (data, data.split.withoutClasses)
      (notes, identity) = Self.unjoined(join, wanted: wanted, isOneToOne: isOneToOne)
      return
    }
    var notes =
      join.hasSameNames
      ? [] : ["classes of the data matched with the model's: \(join.summary(among: wanted))"]
    self.data =
      needsLabels && !unmatched.isEmpty
      ? data.filter { data.split.label($0).map { join.index(of: $0) != nil } ?? true } : data
    if !unmatched.isEmpty {
      let what =
        needsLabels
        ? "left out with \(unmatched.count == 1 ? "its" : "their") \(counted(data.split.count - self.data.split.count, "image"))"
        : "left out"
      notes.append(
        "\(counted(unmatched.count, "class", plural: "classes")) of the data \(unmatched.count == 1 ? "is" : "are") "
          + "none of the model's, and \(what): \(join.listed(unmatched))")
    }
    split = self.data.split.joined(by: join)
    self.notes = notes
    identity = join.hasSameNames ? nil : Self.identity(of: join)
  }

  /// What is said about classes that are not joined and not needed.
  private static func unjoined(
    _ join: ClassJoin, wanted: [Int], isOneToOne: Bool
  ) -> (notes: [String], identity: String?) {
    guard !wanted.isEmpty else { return ([], nil) }
    let reason =
      isOneToOne
      ? "none of the data's \(counted(wanted.count, "class", plural: "classes")) is found among the model's "
        + "\(grouped(join.labels.count))"
      : "several classes of the data are one of the model's"
    // Where their number is the same, they would once have been joined by their order.
    let identity = join.classes.count == join.labels.count ? "none" : nil
    return (["\(reason), so that results have no classes of the data"], identity)
  }

  private static func identity(of join: ClassJoin) -> String {
    var hash = FNV1a()
    for place in join.classes.indices {
      hash.add(delimited: join.classes[place].name)
      hash.add(delimited: join.index(of: place).map(String.init) ?? "")
    }
    return "\(join.matching.rawValue) (\(hash.text))"
  }
}

package import XAICore

extension DatasetSplit {
  /// The split with the classes of a model in place of the data's: labels and objects of classes that are none of the
  /// model's are left out.
  package func joined(by join: ClassJoin) -> DatasetSplit {
    if join.isIdentity { return self }
    let indices = join.classes.indices.map(join.index)
    return DatasetSplit(
      name: name, count: count, identifier: identifier,
      label: { [label] in label($0).flatMap { indices[$0] } },
      sample: { [sample] in
        let sample = try sample($0)
        return Sample(
          image: sample.image, label: sample.label.flatMap { indices[$0] },
          objects: sample.objects.compactMap { object in
            indices[object.classIndex].map {
              SampleObject(classIndex: $0, box: object.box, mask: object.mask)
            }
          })
      }, isTurned: isTurned)
  }

  /// The split without classes.
  package var withoutClasses: DatasetSplit {
    DatasetSplit(
      name: name, count: count, identifier: identifier, label: { _ in nil },
      sample: { [sample] in Sample(image: try sample($0).image, label: nil) }, isTurned: isTurned)
  }

  /// The samples for which `isIncluded` holds, in the same order.
  package func filter(_ isIncluded: (_ index: Int) -> Bool) -> DatasetSplit {
    let kept = (0..<count).filter(isIncluded)
    return DatasetSplit(
      name: name, count: kept.count, identifier: { [identifier] in identifier(kept[$0]) },
      label: { [label] in label(kept[$0]) }, sample: { [sample] in try sample(kept[$0]) },
      isTurned: { [isTurned] in isTurned(kept[$0]) })
  }

  /// How many samples each class has.
  package func classCounts(_ classCount: Int) -> [Int] {
    var counts = Array(repeating: 0, count: classCount)
    for index in 0..<count { label(index).map { counts[$0] += 1 } }
    return counts
  }
}

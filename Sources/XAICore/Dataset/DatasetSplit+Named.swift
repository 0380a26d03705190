extension Collection<DatasetSplit> {
  /// The split of a name.
  ///
  /// - Throws: `DatasetError.noSplit` with the names that there are.
  public func named(_ name: String, of dataset: String) throws(DatasetError) -> DatasetSplit {
    guard let split = first(where: { $0.name == name }) else {
      throw .noSplit(name: name, dataset: dataset, known: map(\.name))
    }
    return split
  }
}

package import XAICore
package import XAIImage
package import XAIWeights

extension ModelDirectory {
  /// The preprocessing of the directory; it has to end in a size that the model takes.
  ///
  /// - Parameters:
  ///   - height: that of the model's own input.
  ///   - width: that of the model's own input.
  ///   - defaults: what Hugging Face models of the family do where no file says it.
  ///   - notes: gets what had to be assumed.
  ///   - takes: whether another size, which the preprocessing states, is the model's own.
  package func preprocessing(
    height: Int, width: Int, defaults: Preprocessing, notes: inout [String],
    takes: (_ height: Int, _ width: Int) -> Bool
  ) throws -> Preprocessing {
    let preprocessing: Preprocessing
    let own = defaults.withInputSize(height: height, width: width)
    switch format {
    case .timm:
      preprocessing = try Preprocessing(timm: config)
      let unstated = try Preprocessing.unstatedKeys(timm: config)
      if !unstated.isEmpty {
        notes.append(
          "config.json doesn't state \(unstated.joined(separator: ", ")): the preprocessing is assumed to have timm's defaults there"
        )
      }
    case .openCLIP: preprocessing = try Preprocessing(openCLIP: config)
    case .huggingFace:
      guard let imageProcessor else {
        notes.append(
          "no preprocessor_config.json says how images become inputs; assumed is what is usual for the family: "
            + own.summary
        )
        return own
      }
      preprocessing = try Preprocessing(
        huggingFace: imageProcessor, modelType: config.optionalString("model_type"), fallback: own)
    }
    guard let size = preprocessing.inputSize, size != (height, width), !takes(size.height, size.width) else {
      return preprocessing
    }
    notes.append(
      "the preprocessing ends in \(size.height)×\(size.width) pixels and the model takes \(height)×\(width): images are assumed to be "
        + "meant at that size")
    return preprocessing.withInputSize(height: height, width: width)
  }

  /// One label a class: `id2label`, timm's descriptions or names, or the class index.
  ///
  /// - Parameter notes: gets what had to be assumed.
  /// - Throws: `ConfigurationError` for labels that leave open which class they belong to.
  package func labels(count: Int, notes: inout [String]) throws -> [String] {
    if let labels = try config.optionalLabels(), !labels.isEmpty {
      return try named(labels, count: count, notes: &notes)
    }
    for prefix in ["pretrained_cfg.", ""] {
      guard let names = try config.optionalStrings("\(prefix)label_names") else { continue }
      guard names.count == count else {
        notes.append(
          "config.json names \(names.count) classes in label_names and the model has \(count), so that its classes have no names"
        )
        continue
      }
      guard case .object(let descriptions)? = config.optionalValue("\(prefix)label_descriptions") else {
        return names
      }
      return names.map { name in
        guard case .string(let description)? = descriptions[name] else { return name }
        return description
      }
    }
    return (0..<count).map { "class \($0)" }
  }

  /// The labels of `id2label`, which has to name each class.
  private func named(_ labels: [Int: String], count: Int, notes: inout [String]) throws -> [String] {
    let indices = labels.keys.sorted()
    let first = indices[0]
    guard first <= 1, indices == Array(first..<first + count) else {
      let missing = (0..<count).filter { labels[$0] == nil }
      let beyond = indices.filter { $0 >= count }
      func text(_ numbers: [Int]) -> String {
        numbers.prefix(5).map(String.init).joined(separator: ", ") + (numbers.count > 5 ? ", …" : "")
      }
      let problems =
        (missing.isEmpty ? [] : ["no name for \(text(missing))"])
        + (beyond.isEmpty ? [] : ["names for \(text(beyond))"])
      throw config.invalid(
        "id2label",
        "has \(problems.joined(separator: " and ")), and the classes of the model are 0 to \(count - 1)")
    }
    if first == 1 {
      notes.append(
        "id2label counts the classes from 1 and the model's outputs count from 0: each label is taken for the output before its number"
      )
    }
    let names = indices.map { labels[$0] ?? "" }
    try check(names, first: first, notes: &notes)
    return names
  }

  /// Notes what contradicts the labels, and which of them can't be told apart.
  private func check(_ names: [String], first: Int, notes: inout [String]) throws {
    if let stated = try config.optionalInteger("num_labels"), stated != names.count {
      notes.append(
        "config.json states num_labels \(stated) and names \(names.count) classes in id2label, which counts")
    }
    if case .object(let indices)? = config.optionalValue("label2id") {
      let contradicting = names.indices.filter { index in
        guard let other = indices[names[index]]?.integer else { return false }
        // Two classes of one name have one entry there.
        return other != index && other != index + first
          && !names.indices.contains { $0 == other && names[$0] == names[index] }
      }
      if let index = contradicting.first {
        notes.append(
          "label2id contradicts id2label, which counts, in \(contradicting.count) classes: '\(names[index])' is class \(index)"
        )
      }
    }
    let repeated = Dictionary(grouping: names.indices) { names[$0] }.filter { $0.value.count > 1 }
    if let (name, indices) = repeated.min(by: { $0.value[0] < $1.value[0] }) {
      notes.append(
        "\(repeated.count) label\(repeated.count == 1 ? " is" : "s are") there for several classes, such as '\(name)' for "
          + indices.prefix(5).map(String.init).joined(separator: ", ") + ": name such a class by its index")
    }
  }
}

extension ModelDirectory {
  /// What a directory says its outputs mean.
  ///
  /// That is `problem_type` of `transformers`. Where the key is absent, several outputs are a softmax and one output is a class that
  /// is there or not, as in its pipeline for images; timm says nothing, and means the same.
  ///
  /// - Parameter notes: gets what had to be assumed.
  package func outputMeaning(classCount: Int, notes: inout [String]) throws -> OutputMeaning {
    guard classCount > 0 else { return .none }
    let type = format == .huggingFace ? try config.optionalString("problem_type") : nil
    switch type {
    case "regression": return .regression
    case "multi_label_classification": return classCount == 1 ? .sigmoid : .sigmoidPerClass
    case nil, "single_label_classification":
      guard classCount == 1 else { return .softmax }
      notes.append(
        "the model has one output\(type == nil ? " and doesn't state what it means" : ""): it is taken for a class that is there or not"
          + (format == .huggingFace
            ? "; \"problem_type\": \"regression\" in config.json makes it a number" : ""))
      return .sigmoid
    case .some(let type):
      throw VisionTransformerError.unsupported(
        file: config.file, key: "problem_type", value: "'\(type)'",
        supported: "'single_label_classification', 'multi_label_classification', 'regression'")
    }
  }
}

extension ModelDescriptor {
  /// The `problem_type` of `transformers` by which these outputs have their meaning; nil where it is its default.
  var problemType: String? {
    switch output {
    case .softmax, .none: nil
    case .sigmoidPerClass, .sigmoid: "multi_label_classification"
    case .regression: "regression"
    }
  }
}

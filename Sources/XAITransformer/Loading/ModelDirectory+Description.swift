import XAIImage
import XAIWeights

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ModelDirectory {
  /// What messages call the model: the last part of its path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The preprocessing of the directory; it has to end in a size that the model takes.
  ///
  /// - Parameters:
  ///   - height: that of the model's own input.
  ///   - width: that of the model's own input.
  ///   - defaults: what Hugging Face models of the family do where no file says it.
  ///   - takes: whether another size, which the preprocessing states, is the model's own.
  func preprocessing(
    height: Int, width: Int, defaults: Preprocessing, takes: (_ height: Int, _ width: Int) -> Bool
  ) throws -> Preprocessing {
    let preprocessing: Preprocessing
    switch format {
    case .timm:
      preprocessing = try Preprocessing(timmJSON: Data(contentsOf: URL(fileURLWithPath: config.file)))
    case .huggingFace:
      let own = defaults.withInputSize(height: height, width: width)
      preprocessing =
        try preprocessorConfig.map { try Preprocessing(huggingFaceJSON: $0, defaults: own) } ?? own
    }
    guard let size = preprocessing.inputSize, size != (height, width), !takes(size.height, size.width) else {
      return preprocessing
    }
    return preprocessing.withInputSize(height: height, width: width)
  }

  /// One label a class: `id2label`, timm's descriptions or names, or the class index.
  func labels(count: Int) throws -> [String] {
    if let labels = try config.optionalLabels() { return (0..<count).map { labels[$0] ?? "class \($0)" } }
    for prefix in ["pretrained_cfg.", ""] {
      guard let names = try config.optionalStrings("\(prefix)label_names"), names.count == count else {
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
}

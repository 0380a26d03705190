// `localizedDescription` of an error is its description. Foundation has it, which a program that only explains doesn't link, so
// it comes with XAI.
public import Foundation

/// An error whose `localizedDescription` is its description.
public protocol DescribedError: LocalizedError, CustomStringConvertible {}

extension DescribedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension FileError: DescribedError {}
extension TensorError: DescribedError {}
extension ModelDirectoryError: DescribedError {}
extension ConfigurationError: DescribedError {}
extension AdapterError: DescribedError {}
extension SafetensorsError: DescribedError {}
extension WeightsError: DescribedError {}
extension WeightStoreError: DescribedError {}
extension NumPyError: DescribedError {}
extension ImageError: DescribedError {}
extension PreprocessingError: DescribedError {}
extension FigureError: DescribedError {}
extension DrawingError: DescribedError {}
extension VisionTransformerError: DescribedError {}
extension RegistryError: DescribedError {}
extension OptionError: DescribedError {}
extension LoadError: DescribedError {}
extension ModelError: DescribedError {}
extension TargetError: DescribedError {}
extension ExplanationError: DescribedError {}
extension ExternalMapsError: DescribedError {}
extension AttributionError: DescribedError {}
extension MetricError: DescribedError {}
extension DatasetError: DescribedError {}
extension TrainingError: DescribedError {}
extension EvaluationError: DescribedError {}
extension ResultsError: DescribedError {}
extension ReportError: DescribedError {}
#if XAI_DATABASE
extension StoreError: DescribedError {}
extension MergeError: DescribedError {}
#endif

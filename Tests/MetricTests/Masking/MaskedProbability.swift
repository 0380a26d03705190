import Testing
import XAICore
import XAITesting

/// The value of a metric that shows one masked image, whatever the map, for the probabilities of the class on the whole image
/// and on the masked one.
func value(of metric: some Metric, whole: Float, masked: Float) throws -> Double {
  let right = try EvidenceModel().perfectSubject()
  let subject = try MetricSubject(
    pixels: right.pixels, preprocessing: right.preprocessing, map: right.map, classIndex: 1,
    probability: whole)
  let answer = FrameAnswer(probability: masked, isPredicted: true)
  return try #require(try metric.measure([answer], for: subject)).number
}

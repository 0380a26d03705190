import Foundation
import Testing
import XAICSVList
import XAICore
import XAIImage
import XAITesting

private let dataFolder = ProcessInfo.processInfo.environment["XAI_DATA"]

/// A list that was not written for this package: 200 images of ImageNet's validation set.
@Suite(.enabled(if: dataFolder != nil, "XAI_DATA names no data folder")) struct ImageNetValidationTests {
  @Test func loadsAsItIs() throws {
    let path = try #require(dataFolder) + "/images/imagenet-val-200"
    let dataset = try CSVList(options: try #require(CSVList.options(recognising: path)))
    let all = try dataset.split("all")
    #expect(all.count == 200 && dataset.splitNames == ["all"])
    #expect(dataset.classNames.count == (all.labels.compactMap { $0 }.max() ?? 0) + 1)
    #expect(dataset.classNames[472] == "class 472")
    #expect(all.identifier(0) == "ILSVRC2012_val_00000347.JPEG" && all.label(0) == 472)
    for index in 0..<all.count {
      let sample = try all.sample(index)
      #expect(sample.image.width == 227 && sample.image.height == 227 && sample.label == all.label(index))
    }
  }
}

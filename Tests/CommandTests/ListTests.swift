import Foundation
import Testing

@Suite struct ListTests {
  @Test func showsOptionsDefaultsAndSources() throws {
    let result = try XAIProcess.run("list")
    #expect(result.status == 0)
    for text in [
      "MODELS", "Hugging Face: DINOv3ViTModel", "timm: vit_*_dinov3*.",
      "classes: texts, vectors, images, classifier.",
      "left out: patches from a convolutional network", "EXPLAINERS", "METRICS", "gmar: GMAR", "norm=l1",
      "values: l1 | l2", "arXiv:2504.19414",
      "A baseline, without evidence; the map is the same for every class; scores are magnitudes.\n"
        + "    Forward passes: 0; backward passes: 0.\n", "depends on the class; scores are signed.",
      "Forward passes: steps + 1; backward passes: 1, and steps down to the last attention.",
      "scores are relative: more is more, and 0 means nothing",
      "Needs nothing of the model; fits vit, deit, beit, dinov2", "In %, 0 to 100; higher is better.",
      "From -1 to 1; lower is better.",
      "DATA SETS", "tiny-imagenet: Tiny-ImageNet", "Gives classes, boxes.", "validation=0.1",
    ] {
      #expect(result.output.contains(text), "\(text)")
    }
  }

  @Test func jsonHasOnlyWhatWasAskedFor() throws {
    struct Document: Decodable {
      struct Explainer: Decodable {
        struct Descriptor: Decodable {
          let id: String
          let scores: String
        }
        struct Option: Decodable {
          let name: String
          let defaultValue: String
        }
        let descriptor: Descriptor
        let options: [Option]
      }
      let explainers: [Explainer]?
      let models: [Explainer]?
    }
    let result = try XAIProcess.run("list", "explainers", "--json")
    let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    #expect(document.models == nil)
    let gmar = document.explainers?.first { $0.descriptor.id == "gmar" }
    #expect(gmar?.descriptor.scores == "magnitude")
    #expect(document.explainers?.first { $0.descriptor.id == "lrp" }?.descriptor.scores == "signed")
    #expect(gmar?.options.first { $0.name == "norm" }?.defaultValue == "l1")
  }

  @Test func jsonOfDataSets() throws {
    struct Document: Decodable {
      struct Dataset: Decodable {
        struct Descriptor: Decodable {
          let id: String
          let hasBoxes: Bool
        }
        struct Option: Decodable {
          let name: String
          let defaultValue: String
        }
        let descriptor: Descriptor
        let options: [Option]
        let plugin: String
      }
      struct Metric: Decodable {}
      let datasets: [Dataset]
      let metrics: [Metric]?
    }
    let result = try XAIProcess.run("list", "datasets", "--json")
    let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    #expect(document.metrics == nil)
    let csv = try #require(document.datasets.first { $0.descriptor.id == "csv" })
    #expect(csv.plugin == "CSVList" && csv.descriptor.hasBoxes)
    #expect(csv.options.map(\.name) == ["path", "labels", "validation", "seed", "exif"])
    #expect(csv.options.map(\.defaultValue) == ["none", "none", "0", "0", "upright"])
  }

  @Test func aReaderThatGoesAwayIsToldByTheStatusAlone() throws {
    let result = try XAIProcess.finish(XAIProcess.start(["list"], output: ReadPipe.broken()))
    #expect(result.status == 141 && result.errors.isEmpty)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullOutputIsAnError() throws {
    let result = try XAIProcess.shell("\"$XAI\" list > /dev/full")
    #expect(result.status == 74)
    #expect(result.errors.contains("standard output: writing failed"))
  }
}

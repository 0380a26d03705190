// More tasks, a few lines each; docs/swift.md goes through them. Run it in the folder of the package:
// swift run -c release MoreTasks
import Foundation
import XAI

@main
enum MoreTasks {
  static func main() async throws {
    // Where images come from: a path or a URL, the bytes of a file, or a camera's frame in memory.
    let demo = URL(fileURLWithPath: "Examples/Demo")
    let scene = try RGBImage(contentsOf: demo.appendingPathComponent("scenes/heart-and-ring.png"))
    let bytes = try Data(contentsOf: demo.appendingPathComponent("scenes/triangle-and-star.png"))
    let other = try RGBImage(decoding: bytes)

    func image(of frame: UnsafeRawBufferPointer, width: Int, height: Int, stride: Int) throws -> RGBImage {
      try RGBImage(width: width, height: height, samples: frame, order: .bgra, bytesPerRow: stride)
    }

    // Several images have names, which may be known at run time only.
    let images = NamedImages(zip(["first", "second"], [scene, other]))

    // Without holding up the actor that asks. A model is a value without state: many tasks may use it at once.
    let model = try loadModel(demo.appendingPathComponent("model"))
    async let first = GMAR().explain(scene, using: model)
    async let second = GMAR().explain(other, using: model)
    for map in try await [first, second] { print(map) }

    // How far it is: explainers of many passes tell it after each batch.
    let run = try RISE { $0.masks = 200 }.begin(scene, target: "heart", using: model)
    for await count in run.progress { print("\(count.done) of \(count.total) passes") }
    print(try await run.value)

    // Cancelling ends the work between two layers of a pass.
    let task = Task { try await RISE().explain(scene, using: model) }
    task.cancel()
    do {
      print(try await task.value)
    } catch is CancellationError {
      print("cancelled")
    }

    // Errors are values that say what was wrong, where, and what to do.
    do {
      _ = try await GMAR().explain(scene, target: "hart", using: model)
    } catch TargetError.unknownLabel(let label, let near) {
      print("no class is called \(label); is it \(near.joined(separator: " or "))?")
    }

    // Explainers as the command writes them, and their maps by name.
    let three = try ["gmar:norm=l2", "grad-cam", "occlusion"].map(Registry.builtIn().explainer)
    let named = try Explanation(of: images, targets: .top(2), by: three, using: model)
    print(try named["gmar:norm=l2", image: "first", target: "heart"])

    // A batch: one forward pass for all images and explainers, maps by index where names are in the way.
    let input = try model.descriptor.preprocessing.tensor(from: [scene, other])
    let explanation = try Explanation(of: input, targets: .top(2), by: [GMAR(), AttnLRP()], using: model)
    for maps in explanation.attributions[1] {
      print(maps.map { "\($0.label ?? "?") \($0.probability ?? 0)" }.joined(separator: ", "))
    }

    // Maps of another program are an explainer: a score per patch or per pixel of the model's input, by what the image is called.
    let captum = try ExternalMaps(
      "captum-ig", scores: .signed,
      maps: [
        .init("first"): explanation.attributions[1][0][0].map,
        .init("second"): explanation.attributions[1][1][0].map,
      ])

    // An evaluation, image by image as it gets on.
    let evaluation = try Evaluation(
      model: model, images: images, explainers: [captum, GMAR()], metrics: [Insertion()])
    for try await event in evaluation.events() {
      if case .image(let result) = event { print("\(result.identifier) is done") }
    }

    // Its tables; a difference is the explainer's mean minus the baseline's on the same images.
    let results = try await evaluation.results()
    print(try results["insertion"])
    if let difference = try results[Insertion.self][GMAR.self].difference {
      print("\(difference.mean) more than captum-ig")
    }

    // Images of a data set, drawn with a seed, and the report that `xai report` writes.
    let shapes = try Registry.builtIn().dataset("shapes:size=72")
    let sample = try EvaluationData(shapes, split: shapes.split("validation"), count: 2, seed: 1)
    let judged = try await Evaluation(
      model: model, data: sample, explainers: [GMAR(), AttentionRollout()], metrics: [Insertion()]
    ).results()
    print(try Report(of: [Report.Source(name: "shapes", results: judged)]).text(as: .terminal))
  }
}

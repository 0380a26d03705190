// Five tasks, a line or two each. Run it in the folder of the package: swift run -c release FiveTasks
import XAI

// 1. Load a model: a directory, or a name on the Hugging Face hub that was downloaded before.
let model = try loadModel("Examples/Demo/model")

// 2. Explain an image. A map knows the class that it is about, and the probability that the model gives it.
let scene = try RGBImage(contentsOf: "Examples/Demo/scenes/heart-and-ring.png")
let map = try AttnLRP(preset: .vit).explain(scene, target: "heart", using: model)
try map.overlay(on: scene, seenBy: model).write(to: "heart.png")
print(map)

// 3. Choose options, from the defaults or from a preset.
let gmar = try GMAR { $0.norm = .l2 }
let asPrinted = try GMAR(preset: .paper) { $0.norm = .l2 }

// 4. Ask several explainers about several images in one forward pass; everything has a name.
let other = try RGBImage(contentsOf: "Examples/Demo/scenes/triangle-and-star.png")
let explanation = try Explanation(
  of: ["first": scene, "second": other], targets: .each(["ring", "star"]),
  by: [asPrinted, AttnLRP()], using: model)
print(try explanation[AttnLRP.self, image: "second"])

// 5. Judge them, in memory: means with 95 % intervals.
let results = try Evaluation(
  model: model, images: ["first": scene, "second": other], explainers: [gmar, AttnLRP()],
  metrics: [Insertion(), AverageDrop()]
).results()
for row in try results["insertion"].rows {
  guard let mean = row.estimate, let interval = mean.interval else { continue }
  print("insertion of \(row.explainer): \(mean.mean), 95 % \(interval.low) to \(interval.high)")
}

import XAI

let model = try loadModel("Examples/Demo/model")
print(model.descriptor.labels)

let scene = try RGBImage(contentsOf: "Examples/Demo/scenes/heart-and-ring.png")
let attnlrp = try AttnLRP(preset: .vit)
let map = try attnlrp.explain(scene, target: "heart", using: model)
print(map)
try map.overlay(on: scene, seenBy: model).write(to: "heart-attnlrp.png")

let explanation = try Explanation(
  of: ["scene": scene], targets: .several(["heart", "ring"]), by: [attnlrp, GMAR()], using: model)
for explainer in explanation.explainers {
  let heart = try explanation[explainer, target: "heart"]
  let ring = try explanation[explainer, target: "ring"]
  let agreement = MapAgreement([heart, ring]).correlation[0][1] ?? 0
  print("\(explainer): the maps of heart and ring have the rank correlation \(agreement)")
}
try explanation[GMAR.self, target: "heart"].overlay(on: scene, seenBy: model).write(to: "heart-gmar.png")

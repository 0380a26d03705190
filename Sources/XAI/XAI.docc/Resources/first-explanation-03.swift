import XAI

let model = try loadModel("Examples/Demo/model")
print(model.descriptor.labels)

let scene = try RGBImage(contentsOf: "Examples/Demo/scenes/heart-and-ring.png")
let attnlrp = try AttnLRP(preset: .vit)
let map = try attnlrp.explain(scene, target: "heart", using: model)
print(map)

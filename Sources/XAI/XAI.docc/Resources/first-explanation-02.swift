import XAI

let model = try loadModel("Examples/Demo/model")
print(model.descriptor.labels)

let scene = try RGBImage(contentsOf: "Examples/Demo/scenes/heart-and-ring.png")

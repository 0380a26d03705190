import XAI

let model = try loadModel("Examples/Demo/model")
print(model.descriptor.labels)

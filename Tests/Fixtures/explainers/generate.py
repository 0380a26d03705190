"""Writes the maps of gradient and attention explainers on the models of `../models`, by the libraries of the field and by
formulas: `python Tests/Fixtures/explainers/generate.py`.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "models")]

import cases  # noqa: E402
import formulas  # noqa: E402
import libraries  # noqa: E402
from reference import specs, storage  # noqa: E402
from reference.network import Network  # noqa: E402

# On every model; the contrast is read apart from the other options.
SPECS = [
    "gmar:contrast=runner-up",
    "gmar:norm=l2,contrast=others",
    "grad-cam:relu=false,contrast=runner-up",
    "gradient-rollout:contrast=others",
    "generic-attention:contrast=1",
    "input-x-gradient",
    "input-x-gradient:reduce=abs",
    "input-x-gradient:contrast=others",
    "integrated-gradients",
    "integrated-gradients:steps=7,rule=trapezoid",
    "integrated-gradients:steps=5,baseline=black,reduce=abs",
    "integrated-gradients:steps=2,contrast=runner-up",
    "smooth-grad:samples=9",
    "smooth-grad:samples=11,noise=0.4,times-input=true,reduce=sum,seed=3,contrast=others",
    "input-x-gradient:at=pixels",
    "input-x-gradient:at=pixels,reduce=abs,contrast=others",
    "integrated-gradients:at=pixels,steps=5",
    "smooth-grad:at=pixels,samples=3",
    "grad-cam-plus-plus:epsilon=1e-06",
    "grad-cam-plus-plus:epsilon=1e-06,layer=0,point=output,relu=false,contrast=runner-up",
    "layer-cam",
    "layer-cam:layer=0,point=second-norm,relu=false,contrast=others",
    "legrad",
    "legrad:pooling=own,start=1",
    "legrad:start=-1,contrast=runner-up",
    "attention-flow",
    "attention-flow:residual=0.2,start=1",
    "token-tm",
    "token-tm:start=1,contrast=others",
    "bth",
    "bth:variant=token,steps=5",
    "bth:start=1,steps=4,contrast=runner-up",
    "bth:variant=token,start=1,steps=3",
]
CONVERSIONS = {
    "steps": int, "samples": int, "seed": int, "start": int, "layer": int, "noise": float, "residual": float,
    "relu": lambda text: text == "true", "times-input": lambda text: text == "true",
}
EARLIER = ("gmar", "grad-cam", "gradient-rollout", "generic-attention")


class Subject:
    """A model with two images; asks about one of them and a class."""

    def __init__(self, case: cases.Case):
        folder = HERE.parent / "models" / (case.model_of or case.name)
        self.case = case
        self.layout = case.layout
        self.network = Network(cases.load(case, folder), **case.forward_options)
        self.images = load_file(HERE.parent / "models" / case.name / "expected.safetensors")["input"].double()
        self.inside = formulas.inside(self.network, self.images)
        self.logits = self.network.run(self.images).logits.detach()

    def map(self, spec: str, image: int, target: int) -> torch.Tensor:
        identifier, _, rest = spec.partition(":")
        pairs = dict(item.split("=") for item in rest.split(",") if item)
        direction = formulas.cotangent(self.logits[image], target, pairs.pop("contrast", "none"))
        if identifier in EARLIER:
            plain = identifier + (":" + ",".join(f"{k}={v}" for k, v in pairs.items()) if pairs else "")
            return specs.explain(plain, self.evidence(image, direction))
        options = {k.replace("-", "_"): CONVERSIONS.get(k, str)(v) for k, v in pairs.items()}
        scores = self.scores(identifier, image, direction, options)
        return scores if options.get("at") == "pixels" else scores.reshape(self.layout.grid)

    def evidence(self, image, direction):
        return formulas.evidence(self.network, self.images, self.layout, image, direction)

    def scores(self, identifier, image, direction, options) -> torch.Tensor:
        one = self.images[image:image + 1].clone()
        if identifier in libraries.CLASS_ACTIVATION:
            options.pop("epsilon", None)
            method = libraries.CLASS_ACTIVATION[identifier]
            return libraries.class_activation(method, self.network, direction, one, self.layout, **options)
        if identifier in ("input-x-gradient", "integrated-gradients", "smooth-grad"):
            function = getattr(libraries, identifier.replace("-", "_"))
            return function(libraries.Score(self.network, direction), one, self.layout, **options)
        if identifier == "legrad":
            return formulas.legrad(self.network, self.images, self.layout, image, direction, **options)
        evidence = self.evidence(image, direction)
        if identifier == "attention-flow":
            return formulas.attention_flow(evidence, **options)
        if identifier == "token-tm":
            return formulas.token_tm(evidence, [tokens[image] for tokens in self.inside.inputs], **options)
        feedback = formulas.last_attention_along_path(
            self.network, self.images, image, direction, options.pop("steps", 20))
        return formulas.bth(evidence, self.inside, image, feedback, **options)


def tensors_of(case: cases.Case) -> dict[str, torch.Tensor]:
    subject = Subject(case)
    tensors = {}
    for layer, (inputs, values) in enumerate(zip(subject.inside.inputs, subject.inside.values)):
        tensors[f"{case.name}.input.{layer}"] = inputs
        tensors[f"{case.name}.transformed_values.{layer}"] = values
    described = json.loads((HERE.parent / "models" / case.name / "case.json").read_text())
    for index, target in enumerate(described["targets"]):
        # The best class of the first image and of the second; all of them on the first model.
        if index not in (0, 3) and case.name != "hf-vit":
            continue
        for spec in SPECS:
            if "baseline=black" in spec and (case.is_timm or "dinov2" in case.name or "clip" in case.name):
                continue  # their mean and deviation differ from 0.5
            if spec.endswith("contrast=1") and target["class"] == 1:
                continue  # a class against itself
            if "at=pixels" in spec and index != 0:
                continue  # large ones: once a model
            tensors[f"{case.name}.t{index}.map|{spec}"] = subject.map(spec, target["image"], target["class"])
    return tensors


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    path, named = HERE / "expected.safetensors", sys.argv[1:]
    tensors = load_file(path) if named else {}
    for case in cases.CASES:
        if named and case.name not in named:
            continue
        found = tensors_of(case)
        for name, tensor in found.items():
            if ".map|" in name and not (tensor.max() - tensor.min()) / tensor.abs().max() > 0.02:
                print(f"  {name} is nearly flat")
        tensors |= found
        print(f"{case.name}: {len(found)} tensors")
    storage.save_tensors(path, tensors)
    storage.save_json(HERE / "versions.json", storage.versions("captum", "networkx"))


if __name__ == "__main__":
    main()

"""Writes the maps of explainers of one backward pass, of LibraGrad's pass, and of contrasts with several classes, on the models of
`../models`: `python Tests/Fixtures/one-pass/generate.py [case ...]`; what is not named stays as it is.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("", "models", "explainers", "relevance")]

import cases  # noqa: E402
import formulas  # noqa: E402
import gradients  # noqa: E402
import libraries  # noqa: E402
import methods  # noqa: E402
from reference import rollout, storage  # noqa: E402
from reference.network import Network  # noqa: E402

SPECS = [
    "agcam",
    "agcam:start=1,contrast=others",
    "grad-eclip",
    "grad-eclip:similarity=false,layer=0,contrast=runner-up",
    "attcat",
    "attcat:queries=readout,contrast=others",
    "fullgrad-plus",
    "fullgrad-plus:preset=skip-plus,backward=libra,contrast=runner-up",
    "dap",
    "dap:start=1,residual=0.2,contrast=others",
    "attcat:backward=libra",
    "fullgrad-plus:backward=libra",
    "generic-attention:backward=libra",
    "gradient-rollout:backward=libra",
    "token-tm:backward=libra",
    "grad-cam:backward=libra",
    "layer-cam:backward=libra,relu=false",
    "input-x-gradient:backward=libra",
    "integrated-gradients:backward=libra,steps=4",
    "grad-cam:contrast=top:3",
    "generic-attention:contrast=top:2",
    "input-x-gradient:contrast=top:5",
]
CONVERSIONS = {"start": int, "layer": int, "steps": int, "residual": float, "similarity": lambda text: text == "true",
               "relu": lambda text: text == "true"}
PRESETS = {"skip-plus": {"layers": "second-half"}}


def direction_of(logits: torch.Tensor, target: int, contrast: str) -> torch.Tensor:
    if not contrast.startswith("top:"):
        return formulas.cotangent(logits, target, contrast)
    others = [c for c in logits.argsort(descending=True).tolist() if c != target][:int(contrast[4:])]
    logits = logits.detach().clone().requires_grad_()
    return torch.autograd.grad(logits[target] - logits[others].mean(), logits)[0]


class Subject:
    """A model with two images; asks about one of them and a class."""

    def __init__(self, case: cases.Case):
        folder = HERE.parent / "models" / (case.model_of or case.name)
        self.layout = case.layout
        self.network = Network(gradients.joined(cases.load(case, folder)), **case.forward_options)
        self.images = load_file(HERE.parent / "models" / case.name / "expected.safetensors")["input"].double()
        self.logits = self.network.run(self.images).logits.detach()

    def map(self, spec: str, image: int, target: int) -> torch.Tensor:
        identifier, _, rest = spec.partition(":")
        pairs = dict(item.split("=") for item in rest.split(",") if item)
        pairs = {**PRESETS.get(pairs.pop("preset", ""), {}), **pairs}
        contrast = pairs.pop("contrast", "none")
        direction = direction_of(self.logits[image], target, contrast)
        rules = pairs.pop("backward", "gradient")
        options = {k: CONVERSIONS.get(k, str)(v) for k, v in pairs.items()}
        one = self.images[image:image + 1].clone()
        if identifier == "grad-cam" and contrast.startswith("top:"):
            assert target == int(self.logits[image].argmax())  # the library takes the most similar, which are then the likeliest
            return methods.finer_cam(self.network, one, self.layout, target, int(contrast[4:])).reshape(self.layout.grid)
        if identifier in ("input-x-gradient", "integrated-gradients"):
            with methods.backward(self.network, rules):
                function = getattr(libraries, identifier.replace("-", "_"))
                return function(libraries.Score(self.network, direction), one, self.layout, **options)
        observed = methods.observe(self.network, one, self.layout, direction, rules)
        return self.scores(identifier, one, observed, options).reshape(self.layout.grid)

    def scores(self, identifier, one, observed, options) -> torch.Tensor:
        if identifier == "agcam":
            return methods.agcam(observed, methods.inside(self.network, one), **options)
        if identifier == "grad-eclip":
            read = [token for token, weight in enumerate(formulas.read_weights(self.layout)) if weight]
            return methods.grad_eclip(observed, methods.inside(self.network, one), read, **options)
        if identifier in ("attcat", "fullgrad-plus", "dap"):
            return getattr(methods, identifier.replace("-", "_"))(observed, **options)
        if identifier == "token-tm":
            return formulas.token_tm(observed.evidence, observed.tokens, **options)
        if identifier == "layer-cam":
            count = len(self.layout.prefix)
            f, g = (
                part["first-norm"][-1][count:]
                for part in (observed.evidence.activation, observed.evidence.activation_gradient))
            return (g.relu() * f).sum(dim=-1)
        return getattr(rollout, identifier.replace("-", "_"))(observed.evidence, **options)


def tensors_of(case: cases.Case) -> dict[str, torch.Tensor]:
    subject = Subject(case)
    described = json.loads((HERE.parent / "models" / case.name / "case.json").read_text())
    tensors = {}
    for index in (0, 3):  # the best class of the first image and of the second
        target = described["targets"][index]
        for spec in SPECS:
            tensors[f"{case.name}.t{index}.map|{spec}"] = subject.map(spec, target["image"], target["class"])
    return tensors


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    path, named = HERE / "expected.safetensors", sys.argv[1:]
    tensors = load_file(path) if named and path.exists() else {}
    for case in cases.CASES:
        if named and case.name not in named:
            continue
        found = tensors_of(case)
        for name, tensor in found.items():
            if not (tensor.max() - tensor.min()) / tensor.abs().max() > 0.02:
                print(f"  {name} is nearly flat")
        tensors |= found
        print(f"{case.name}: {len(found)} maps", flush=True)
    storage.save_tensors(path, tensors)
    storage.save_json(HERE / "versions.json", storage.versions("captum", "lxt", "zennit"))


if __name__ == "__main__":
    main()

"""Writes the maps of relevance explainers on the models of `../models`, and with XAI_DATA on trained ones:
`python Tests/Fixtures/relevance/generate.py [case ...]`; what is not named stays as it is.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "models"), str(HERE.parent / "explainers")]

import cases  # noqa: E402
import formulas  # noqa: E402
import gradients  # noqa: E402
from relprop import Propagation, Rule  # noqa: E402
from reference import preprocessing, storage  # noqa: E402
from reference.layout import Layout  # noqa: E402
from reference.network import Network  # noqa: E402

SPECS = [
    "attnlrp",
    "attnlrp:at=tokens,contrast=others",
    "attnlrp:preset=vit",
    "cp-lrp",
    "cp-lrp:at=tokens,gamma=0.5",
    "cp-lrp:preset=vit,contrast=runner-up",
    "conservative-propagation",
    "conservative-propagation:at=patches,contrast=others",
    "attnlrp:at=pixels",
    "attnlrp:preset=vit,at=pixels",
    "cp-lrp:at=pixels,contrast=others",
    "conservative-propagation:at=pixels",
    "lrp:at=pixels",
    "lrp:rule=alpha-beta,at=pixels",
    "lrp",
    "lrp:epsilon=1,contrast=others",
    "lrp:rule=gamma,at=tokens",
    "lrp:rule=alpha-beta",
    "lrp:preset=chefer",
    "lrp:norms=unchanged,at=tokens,contrast=runner-up",
    # With large γ relevance depends less on scores near 0, and still on everything between tokens and scores.
    "lrp:norms=unchanged,rule=gamma,gamma=1,at=tokens,contrast=others",
    "lrp:norms=unchanged,rule=gamma,gamma=10",
    "partial-lrp",
    "partial-lrp:layer=0,contrast=runner-up",
    "transformer-attribution",
    "transformer-attribution:contrast=others",
]
TRAINED_SPECS = [
    "attnlrp", "attnlrp:preset=vit", "cp-lrp", "cp-lrp:preset=vit", "conservative-propagation", "lrp", "lrp:rule=alpha-beta",
    "partial-lrp",
]
CONVERSIONS = {"gamma": float, "patch-gamma": float, "epsilon": float, "start": int, "layer": int}
PRESETS = {
    "vit": {"gamma": "0.05", "patch-gamma": "0.25"},
    "chefer": {"rule": "alpha-beta", "norms": "unchanged"},
}
# How much a map may change with changes of 1e-6 in the image, of its largest score or its spread, to be compared in float32.
MOST_SENSITIVE = 5e-4


class Subject:
    """A model with two images; asks about one of them and a class."""

    def __init__(self, network: Network, layout: Layout, images: torch.Tensor):
        self.network, self.layout, self.images = network, layout, images.double()
        self.logits = self.network.run(self.images).logits.detach()

    def map(self, spec: str, image: int, target: int) -> torch.Tensor:
        identifier, _, rest = spec.partition(":")
        pairs = dict(item.split("=") for item in rest.split(",") if item)
        pairs = {**PRESETS.get(pairs.pop("preset", ""), {}), **pairs}
        direction = formulas.cotangent(self.logits[image], target, pairs.pop("contrast", "none"))
        options = {k.replace("-", "_"): CONVERSIONS.get(k, str)(v) for k, v in pairs.items()}
        at_pixels = options.get("at") == "pixels"
        return self.scores(identifier, image, target, direction, options).reshape(
            self.images.shape[2:] if at_pixels else self.layout.grid)

    def sensitivity(self, spec: str, image: int, target: int) -> float:
        """How much a map changes when the image changes by 1e-6 of its own values.

        It is a share of the largest score, or of the spread where that is less: where the mean of the patches is read, what
        every patch has in Transformer Attribution says nothing.
        """
        own, images = self.map(spec, image, target), self.images
        generator, most = torch.Generator().manual_seed(1), 0.0
        for _ in range(3):
            self.images = images * (1 + 1e-6 * torch.randn(images.shape, generator=generator, dtype=images.dtype))
            most = max(most, float((self.map(spec, image, target) - own).abs().max()))
        self.images = images
        return most / min(float(own.abs().max()), float(own.max() - own.min()))

    def scores(self, identifier, image, target, direction, options) -> torch.Tensor:
        one = self.images[image:image + 1]
        if identifier in ("attnlrp", "cp-lrp", "conservative-propagation"):
            if identifier == "conservative-propagation":
                options.setdefault("at", "tokens")
            return gradients.scores(self.network, one, direction, self.layout, identifier, **options)
        if identifier == "lrp":
            at = options.pop("at", "patches")
            rule = Rule(options.pop("rule", "epsilon"), norms=options.pop("norms", "constant"), **options)
            return self.propagated(one, direction * self.logits[image], rule).scores(one, at)
        if identifier == "partial-lrp":
            relevance = self.propagated(one, direction, Rule()).relevance_of_attention
            layer = sorted(relevance)[options.get("layer", -1)]
            return self.layout.readout_row(relevance[layer].clamp(min=0).mean(dim=0))
        own = torch.nn.functional.one_hot(torch.tensor(target), len(direction)).double()
        return self.attribution(one, own, direction, **options)

    def propagated(self, one, start, rule) -> Propagation:
        return Propagation(self.network, one, self.layout, start, rule)

    def attribution(self, one, begin, direction, start=0) -> torch.Tensor:
        relevance = self.propagated(one, begin, Rule(balanced=True)).relevance_of_attention
        record = self.network.run(one)
        found = torch.autograd.grad((record.logits[0] * direction).sum(), record.attention)
        rolled = identity = torch.eye(self.layout.tokens, dtype=torch.float64)
        for layer in range(start, len(found)):
            rolled = (identity + (found[layer][0] * relevance[layer]).clamp(min=0).mean(dim=0)) @ rolled
        return self.layout.readout_row(rolled)


def tensors_of(case: cases.Case) -> dict[str, torch.Tensor]:
    folder = HERE.parent / "models" / (case.model_of or case.name)
    network = Network(gradients.joined(cases.load(case, folder)), **case.forward_options)
    images = load_file(HERE.parent / "models" / case.name / "expected.safetensors")["input"]
    subject = Subject(network, case.layout, images)
    tensors = {}
    described = json.loads((HERE.parent / "models" / case.name / "case.json").read_text())
    for spec in SPECS:
        kept = 0
        # The best class of the first image and of the second; and where rounding decides both maps, two other classes.
        for index in (0, 3, 1, 2):
            if (index in (1, 2) or "at=pixels" in spec) and kept > 0:
                continue  # those of pixels are large: once a model
            target = described["targets"][index]
            where = (spec, target["image"], target["class"])
            if (sensitivity := subject.sensitivity(*where)) > MOST_SENSITIVE:
                print(f"  {case.name}.t{index}.map|{spec} is left out: it changes by {sensitivity:.1e}")
                continue
            tensors[f"{case.name}.t{index}.map|{spec}"] = subject.map(*where)
            kept += 1
    return tensors


def trained(data: Path) -> dict[str, torch.Tensor]:
    """One photograph on each trained model, its best class."""
    specification = importlib.util.spec_from_file_location("generate_real", HERE.parent / "real" / "generate.py")
    generate_real = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generate_real)
    described = json.loads((HERE.parent / "real" / "photos.json").read_text())["photos"]
    tensors = {}
    for photo in described:
        if photo["index"] == (1 if photo["model"] == generate_real.VIT else 0):
            name = photo["model"]
            image = preprocessing.stages(generate_real.prepare(name), data / "images" / "photos" / photo["photo"])[2]
            subject = Subject(
                Network(generate_real.load(name, data)), generate_real.LAYOUT, image.unsqueeze(0))
            for spec in TRAINED_SPECS:
                key = f"{name}.{photo['index']}.t0.map|{spec}"
                tensors[key] = subject.map(spec, 0, photo["targets"][0])
                print(f"  {key}")
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
            if not (tensor.max() - tensor.min()) / tensor.abs().max() > 0.02:
                print(f"  {name} is nearly flat")
        tensors |= found
        print(f"{case.name}: {len(found)} tensors")
    storage.save_tensors(path, tensors)
    if "XAI_DATA" in os.environ and not named:
        storage.save_tensors(HERE / "trained.safetensors", trained(Path(os.environ["XAI_DATA"])))
    storage.save_json(HERE / "versions.json", storage.versions("lxt", "zennit"))


if __name__ == "__main__":
    main()

"""Writes what published protocols give for maps on the model `hf-vit`: `python Tests/Fixtures/perturbation/generate.py`.

Packages judge where there is one (`libraries.py`); RISE, Chefer's perturbation test and the removal of tokens are written
from their descriptions (`formulas.py`), in float64 from the float32 weights.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from transformers import ViTForImageClassification  # brings Triton, which has to be loaded before TensorFlow

import libraries
from formulas import blurred, chefer, rise, tokens

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import storage  # noqa: E402

MODEL = HERE.parent / "models" / "hf-vit"
PACKAGES = ("torchcam", "xplique", "quantus", "tensorflow", "scipy")


class Logits(torch.nn.Module):
    """The classifier with a tensor for an answer, as packages expect."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.module(inputs).logits


def maps(size: int) -> torch.Tensor:
    """Noise, a bright spot beside the centre and its opposite: [3, size, size] in [0, 1], no value twice in one map."""
    generator = torch.Generator().manual_seed(21)
    noise = torch.rand(size, size, generator=generator, dtype=torch.float64)
    axis = torch.arange(size, dtype=torch.float64)
    spot = torch.exp(-((axis[:, None] - 6.13) ** 2 + (axis[None, :] - 9.37) ** 2) / (2 * (size / 4) ** 2))
    stacked = torch.stack([noise, spot, 1 - spot])
    low, high = (stacked.flatten(1).aminmax(dim=1)[i][:, None, None] for i in range(2))
    result = ((stacked - low) / (high - low)).float()
    assert all(m.unique().numel() == m.numel() for m in result)
    return result


def tied_map(size: int) -> torch.Tensor:
    """Four scores each way, drawn out as maps are: pixels beyond the outermost centres are equal."""
    scores = torch.rand(1, 1, 4, 4, generator=torch.Generator().manual_seed(22))
    drawn = torch.nn.functional.interpolate(scores, (size, size), mode="bilinear", align_corners=False)[0, 0]
    return (drawn - drawn.min()) / (drawn.max() - drawn.min())


def main() -> None:
    torch.set_num_threads(1)
    single = Logits(ViTForImageClassification.from_pretrained(MODEL, dtype=torch.float32)).eval()
    module = ViTForImageClassification.from_pretrained(MODEL, dtype=torch.float64).eval()
    module.config._attn_implementation = "eager"
    config = json.loads((MODEL / "preprocessor_config.json").read_text())
    mean, deviation = (torch.tensor(config[f"image_{key}"], dtype=torch.float64)[:, None, None] for key in ("mean", "std"))
    size = config["size"]["height"]
    pixels = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(20)).double()
    masks, tied = maps(size), tied_map(size)

    def normalise(images: torch.Tensor) -> torch.Tensor:
        return (images - mean) / deviation

    with torch.no_grad():
        logits = module(normalise(pixels)).logits
    order = logits.argsort(dim=-1, descending=True)
    targets = [int(order[0, 0]), int(order[1, 0]), int(order[2, 1])]
    results: dict[str, list] = {}

    def add(name: str, value) -> None:
        results.setdefault(name, []).append(torch.as_tensor(value).detach().double())

    for picture, target in zip(pixels, targets, strict=True):
        inputs = normalise(picture)

        def probability(frames: torch.Tensor, target: int = target) -> torch.Tensor:
            with torch.no_grad():
                return module(frames).logits.softmax(dim=-1)[:, target]

        def predicted(frames: torch.Tensor, target: int = target) -> torch.Tensor:
            with torch.no_grad():
                return module(frames).logits.argmax(dim=-1) == target

        substrates = {
            "zero": torch.zeros_like(inputs),
            "black": normalise(torch.zeros_like(picture)),
            "mean": normalise(torch.tensor([0.485, 0.456, 0.406])[:, None, None].expand_as(picture).double()),
            "blur": blurred(inputs[None])[0],
        }
        add("blurred", substrates["blur"])
        for cam in masks:
            falling = cam.flatten().argsort(descending=True)
            for preset, removed, start, rows in (
                ("rise", "zero", "blur", 1), ("rise-fast", "zero", "blur", 8), ("black", "black", "black", 8),
                ("blur", "blur", "blur", 8), ("mean", "mean", "mean", 8),
            ):
                for metric, first, last, way in (
                    ("deletion", inputs, substrates[removed], falling),
                    ("insertion", substrates[start], inputs, falling),
                    ("negative-perturbation", inputs, substrates[removed], falling.flip(0)),
                ):
                    area, curve = rise(probability, first, last, way, rows * size)
                    add(f"{metric}.{preset}", area)
                    add(f"{metric}.{preset}.curve", curve)
            for metric, values in (("deletion", cam), ("negative-perturbation", -cam)):
                area, curve = chefer(predicted, normalise, picture, values)
                add(f"{metric}.chefer", area)
                add(f"{metric}.chefer.curve", curve)
            for package, values in (
                ("torch-cam", libraries.torch_cam(single, inputs.float(), cam, target)),
                ("xplique", libraries.xplique(single, inputs.float(), cam, target, logits.shape[1])),
                ("pytorch-grad-cam", libraries.grad_cam(single, inputs.float(), cam, target)),
            ):
                for name, value in values.items():
                    metric, _, part = name.partition(".")
                    add(f"{metric}.{package}" + (f".{part}" if part else ""), value)
            with libraries.stable_sorting():
                curve = libraries.pixel_flipping(single, inputs.float(), cam, target, size)
            add("deletion.quantus", np.trapezoid(curve, dx=1))
            add("deletion.quantus.curve", curve)
            add("deletion.quantus-unstable.curve", libraries.pixel_flipping(single, inputs.float(), cam, target, size))
            patches = [int(p) for p in cam.reshape(4, size // 4, 4, size // 4).mean(dim=(1, 3)).flatten().argsort(descending=True)]
            if "scores" not in results or len(results["scores"]) < len(masks):
                scores = cam.reshape(4, size // 4, 4, size // 4).mean(dim=(1, 3)).flatten()
                assert scores.unique().numel() == scores.numel()
                add("scores", scores)
            for metric, kept in (
                ("deletion", [patches[i:] for i in range(16)]),
                ("insertion", [patches[:i] for i in range(1, 17)]),
                ("negative-perturbation", [patches[:16 - i] for i in range(16)]),
            ):
                with torch.no_grad():
                    curve = torch.stack([tokens(module, inputs, sorted(k)).softmax(dim=-1)[target] for k in kept])
                add(f"{metric}.tokens", (curve.sum() - (curve[0] + curve[-1]) / 2) / 15)
                add(f"{metric}.tokens.curve", curve)
        for name, value in libraries.torch_cam(single, inputs.float(), tied, target).items():
            if name in ("deletion", "insertion"):
                add(f"{name}.torch-cam.tied", value)

    tensors = {name: torch.stack(values) for name, values in results.items()}
    unstable = tensors.pop("deletion.quantus-unstable.curve") - tensors["deletion.quantus.curve"]
    print(f"Quantus with unstable sorting: curves differ by at most {unstable.abs().max():.1e}")
    print(f"and their mean areas by at most {np.abs(np.trapezoid(unstable, axis=1)).max() / (unstable.shape[1] - 1):.1e}")
    count = len(targets) * len(masks)
    tensors = {
        # A row a picture and a column a map, where there is one value for each.
        name: value.reshape(len(targets), len(masks), *value.shape[1:]) if len(value) == count else value
        for name, value in tensors.items()
    }
    storage.save_tensors(HERE / "expected.safetensors", tensors | {
        "pixels": pixels, "maps": masks, "tied": tied, "target": torch.tensor(targets),
        "whole": logits.softmax(dim=-1).gather(1, torch.tensor(targets)[:, None])[:, 0],
    })
    storage.save_json(HERE / "versions.json", storage.versions() | {name: version(name) for name in PACKAGES})


if __name__ == "__main__":
    main()

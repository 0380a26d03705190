"""Writes what PyTorch gives for the masking metrics on the model `hf-vit`: `python Tests/Fixtures/metrics/generate.py`.

Average Drop and Average Increase follow Chattopadhyay et al. 2018 (arXiv 1710.11063), Average Gain Zhang et al. 2024
(arXiv 2301.07002), in float64 from the float32 weights. The masked image is pixels in [0, 1] times the map, then mean
and deviation.
"""

import json
import sys
from pathlib import Path

import torch
import transformers

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import storage  # noqa: E402

MODEL = HERE.parent / "models" / "hf-vit"


def maps(size: int) -> torch.Tensor:
    """Random, a bright centre, its opposite, everything and nothing: [5, size, size] in [0, 1]."""
    generator = torch.Generator().manual_seed(11)
    noise = torch.rand(size, size, generator=generator, dtype=torch.float64)
    axis = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    centre = torch.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * (size / 4) ** 2))
    centre = (centre - centre.min()) / (centre.max() - centre.min())
    stacked = torch.stack([noise, centre, 1 - centre, torch.ones(size, size), torch.zeros(size, size)])
    return stacked.float().double()  # what the fixture can hold


def main() -> None:
    torch.set_num_threads(1)
    module = transformers.ViTForImageClassification.from_pretrained(MODEL, dtype=torch.float32).double().eval()
    config = json.loads((MODEL / "preprocessor_config.json").read_text())
    mean, deviation = (torch.tensor(config[f"image_{key}"], dtype=torch.float64)[:, None, None] for key in ("mean", "std"))
    size = config["size"]["height"]
    generator = torch.Generator().manual_seed(10)
    pixels = torch.rand(4, 3, size, size, generator=generator).double()
    masks = maps(size)

    def probabilities(images: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return module((images - mean) / deviation).logits.softmax(dim=-1)

    whole = probabilities(pixels)
    # The predicted class of two images, and the runner-up of the others: masking makes that more probable.
    order = whole.argsort(dim=-1, descending=True)
    target = torch.stack([order[0, 0], order[1, 0], order[2, 1], order[3, 1]])
    y = whole.gather(1, target[:, None])  # [images, 1]
    o = torch.stack([probabilities(pixels * mask).gather(1, target[:, None])[:, 0] for mask in masks], dim=1)
    storage.save_tensors(HERE / "expected.safetensors", {
        "pixels": pixels,
        "maps": masks,
        "target": target,
        "whole": y[:, 0],
        "masked": o,
        "average-drop": (y - o).clamp(min=0) / y * 100,
        "average-increase": (o > y) * 100,
        "average-gain": (o - y).clamp(min=0) / (1 - y) * 100,
    })
    storage.save_json(HERE / "versions.json", storage.versions())


if __name__ == "__main__":
    main()

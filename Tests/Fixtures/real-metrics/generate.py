"""Writes what PyTorch gives for the metrics of a trained ViT on photographs, without their pixels or weights.

`XAI_DATA=<data folder> python Tests/Fixtures/real-metrics/generate.py`. The maps are those of `../real`, enlarged without
interpolation, so that only the metrics are compared. Average Drop, Increase and Gain are of the picture in [0, 1] times the map; insertion and deletion
follow the code of RISE (Petsiuk et al. 2018) at 1,792 pixels a step. In float32, as the networks of users are.
"""

import json
import os
import sys
from pathlib import Path

import numpy
import safetensors.torch
import scipy.ndimage
import torch
import torch.nn.functional as F
import transformers

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import preprocessing, storage  # noqa: E402

VIT = "vit-tiny-patch16-224"
SPECS = ["attention-rollout", "gmar", "gmar:norm=l2", "grad-cam"]
SIDE, STEP = 224, 224 * 8


def heat_map(scores: torch.Tensor) -> torch.Tensor:
    """[14, 14] to [224, 224] in [0, 1]: by minimum and maximum, then each score for all pixels of its patch.

    Interpolating would leave the order of pixels that should be equal to the rounding of each program.
    """
    values = (scores - scores.min()) / (scores.max() - scores.min())
    return values.repeat_interleave(SIDE // 14, dim=0).repeat_interleave(SIDE // 14, dim=1)


def blurred(picture: torch.Tensor) -> torch.Tensor:
    impulse = numpy.zeros((11, 11))
    impulse[5, 5] = 1
    kernel = torch.from_numpy(scipy.ndimage.gaussian_filter(impulse, 5)).float()
    return F.conv2d(picture[:, None], kernel[None, None], padding=5)[:, 0]


def curve(module, start: torch.Tensor, end: torch.Tensor, order: torch.Tensor, target: int) -> torch.Tensor:
    frames = [start]
    for first in range(0, order.numel(), STEP):
        changed = frames[-1].clone().view(3, -1)
        changed[:, order[first:first + STEP]] = end.reshape(3, -1)[:, order[first:first + STEP]]
        frames.append(changed.view(3, SIDE, SIDE))
    return torch.cat([module(torch.stack(frames[i:i + 29])).logits.softmax(dim=-1)[:, target]
                      for i in range(0, len(frames), 29)])


def area(values: torch.Tensor) -> torch.Tensor:
    return 100 * (values.sum() - (values[0] + values[-1]) / 2) / (len(values) - 1)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    data = Path(os.environ["XAI_DATA"])
    module = transformers.ViTForImageClassification.from_pretrained(data / "models" / VIT).eval()
    photos = json.loads((HERE.parent / "real" / "photos.json").read_text())["photos"]
    maps = safetensors.torch.load_file(HERE.parent / "real" / "expected.safetensors")
    tensors = {}
    for photo in (entry for entry in photos if entry["model"] == VIT):
        _, resized, picture = preprocessing.stages(preprocessing.hugging_face, data / "images" / "photos" / photo["photo"])
        pixels = torch.from_numpy(numpy.array(resized)).permute(2, 0, 1).float() / 255
        target = photo["targets"][0]

        def probability(image: torch.Tensor) -> torch.Tensor:
            return module(image[None]).logits.softmax(dim=-1)[0, target]

        y = probability(picture)
        for spec in SPECS:
            heat = heat_map(maps[f"{VIT}.{photo['index']}.t0.map|{spec}"].float())
            order = heat.flatten().argsort(descending=True, stable=True)
            o = probability((pixels * heat - 0.5) / 0.5)
            deletion = curve(module, picture, torch.zeros_like(picture), order, target)
            insertion = curve(module, blurred(picture), picture, order, target)
            key = f"{photo['index']}|{spec}"
            tensors |= {
                f"{key}|average-drop": (y - o).clamp(min=0) / y * 100,
                f"{key}|average-increase": (o > y).float() * 100,
                f"{key}|average-gain": (o - y).clamp(min=0) / (1 - y) * 100,
                f"{key}|insertion": area(insertion), f"{key}|insertion.curve": 100 * insertion,
                f"{key}|deletion": area(deletion), f"{key}|deletion.curve": 100 * deletion,
            }
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(HERE / "versions.json", storage.versions())


if __name__ == "__main__":
    main()

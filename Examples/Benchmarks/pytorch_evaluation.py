"""Times insertion and deletion of four explainers in PyTorch and with `xai evaluate`, one after the other, and prints their
ratio.

    python Examples/Benchmarks/pytorch_evaluation.py XAI MODEL PICTURES [--pictures 8] [--batch 28] [--rounds 2]
        [--precisions float32 bfloat16x3 bfloat16]

XAI is the command, MODEL the Hugging Face directory of a ViT, PICTURES a folder of pictures. The explainers are Attention
Rollout, GMAR with both norms, and Grad-CAM; the protocol is `rise-fast`: 28 steps, from the picture to zeros and from the
blurred picture to the picture. PyTorch gets what it is fastest with: one model with fused attention for the steps, another
with attention maps for the explanations, no gradients of parameters, steps in batches, and pictures that are ready as
tensors. `xai evaluate` is timed from the start of its process to its end, opening pictures and storing results included.
Both give the mean over pictures of each metric, so that it can be seen that they compute the same. Run it on an idle
machine: OpenMP's threads wait for each other by spinning, and a busy core slows it many times over.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import numpy
import scipy.ndimage
import torch
import torch.nn.functional as F
import transformers
from PIL import Image

EXPLAINERS = ["attention-rollout", "gmar", "gmar:norm=l2", "grad-cam"]
STEPS = 28


def explain(model, picture: torch.Tensor) -> tuple[int, list[torch.Tensor]]:
    """The predicted class and the maps [h, w] of the four explainers: one forward and one reverse pass."""
    kept = []
    norm = model.vit.layers[-1].layernorm_before.register_forward_hook(lambda _, __, output: kept.append(output))
    output = model(picture.clone().requires_grad_(), output_attentions=True)
    norm.remove()
    attention = output.attentions
    for tensor in (*attention, kept[0]):
        tensor.retain_grad()
    target = output.logits[0].argmax().item()
    output.logits[0, target].backward()
    with torch.no_grad():
        identity = torch.eye(attention[0].shape[-1])

        def rollout(weights) -> torch.Tensor:
            result = identity
            for layer, matrix in enumerate(attention):
                factor = (matrix[0] * weights(layer).view(-1, 1, 1)).sum(dim=0) + identity
                result = (factor / factor.sum(dim=-1, keepdim=True)) @ result
            return result[0, 1:]

        def head_weights(layer: int, scores) -> torch.Tensor:
            values = scores(attention[layer].grad[0])
            return values / values.sum()

        heads = attention[0].shape[1]
        features, gradient = kept[0][0, 1:], kept[0].grad[0, 1:]
        maps = [
            rollout(lambda _: torch.full((heads,), 1 / heads)),
            rollout(lambda layer: head_weights(layer, lambda g: g.abs().sum(dim=(1, 2)))),
            rollout(lambda layer: head_weights(layer, lambda g: g.square().sum(dim=(1, 2)).sqrt())),
            (features @ gradient.mean(dim=0)).clamp(min=0),
        ]
    side = int(maps[0].numel() ** 0.5)
    return target, [values.view(side, side) for values in maps]


def prepared(file: Path, config: dict) -> torch.Tensor:
    """[3, H, W]: resized by Pillow, as the configuration says, and normalised."""
    size = (config["size"]["width"], config["size"]["height"])
    picture = Image.open(file).convert("RGB").resize(size, config.get("resample", Image.BILINEAR))
    pixels = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1).float() / 255
    mean, deviation = (torch.tensor(config[f"image_{key}"])[:, None, None] for key in ("mean", "std"))
    return (pixels - mean) / deviation


def blurring_kernel() -> torch.Tensor:
    impulse = numpy.zeros((11, 11))
    impulse[5, 5] = 1
    kernel = torch.zeros(3, 3, 11, 11)
    for channel in range(3):
        kernel[channel, channel] = torch.from_numpy(scipy.ndimage.gaussian_filter(impulse, 5)).float()
    return kernel


def area(model, picture, start, end, order, target: int, batch: int) -> float:
    """100 times the area under the probability of the class while pixels of `start` become those of `end`."""
    side = picture.shape[-1]
    frames = [start]
    current = start.clone().view(3, -1)
    for pixels in order.split(side * side // STEPS):
        current[:, pixels] = end.view(3, -1)[:, pixels]
        frames.append(current.clone().view(3, side, side))
    with torch.no_grad():
        scores = torch.cat([
            model(torch.stack(frames[first:first + batch])).logits.softmax(dim=-1)[:, target]
            for first in range(0, len(frames), batch)])
    return 100 * ((scores.sum() - (scores[0] + scores[-1]) / 2) / (len(frames) - 1)).item()


def pytorch(folder: str, pictures: list[torch.Tensor], batch: int) -> tuple[float, dict]:
    eager = transformers.ViTForImageClassification.from_pretrained(folder, attn_implementation="eager")
    fused = transformers.ViTForImageClassification.from_pretrained(folder, attn_implementation="sdpa")
    for model in (eager, fused):
        model.eval().requires_grad_(False)
    kernel = blurring_kernel()
    fused(pictures[0][None])  # the first call allocates and is not counted
    values = {explainer: [] for explainer in EXPLAINERS}
    start = time.perf_counter()
    for picture in pictures:
        target, maps = explain(eager, picture[None])
        blurred = F.conv2d(picture[None], kernel, padding=5)[0]
        for explainer, values_of in zip(EXPLAINERS, maps):
            upsampled = F.interpolate(values_of[None, None], size=picture.shape[1:], mode="bilinear")[0, 0]
            order = upsampled.flatten().argsort(descending=True, stable=True)
            values[explainer].append([
                area(fused, picture, blurred, picture, order, target, batch),
                area(fused, picture, picture, torch.zeros_like(picture), order, target, batch)])
    seconds = time.perf_counter() - start
    return seconds, {key: numpy.mean(rows, axis=0).round(3).tolist() for key, rows in values.items()}


def xai(command: str, model: str, folder: str, precision: str) -> tuple[float, dict]:
    with tempfile.TemporaryDirectory() as output:
        arguments = [command, "evaluate", "--model", model, "--data", folder, "--output", f"{output}/results.sqlite", "--quiet",
                     "--precision", precision]
        for explainer in EXPLAINERS:
            arguments += ["--explainer", explainer]
        start = time.perf_counter()
        subprocess.run(arguments + ["--metric", "insertion", "--metric", "deletion"], check=True)
        seconds = time.perf_counter() - start
        rows = sqlite3.connect(f"{output}/results.sqlite").execute(
            "SELECT explainer, metric, avg(value) FROM results GROUP BY explainer, metric").fetchall()
    means = {(explainer, metric.split(":")[0]): value for explainer, metric, value in rows}
    return seconds, {e: [round(means[e, m], 3) for m in ("insertion", "deletion")] for e in EXPLAINERS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("model")
    parser.add_argument("folder", metavar="PICTURES")
    parser.add_argument("--pictures", type=int, default=8)
    parser.add_argument("--batch", type=int, default=28)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precisions", nargs="+", default=["float32"], help="of xai; PyTorch is in float32")
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    transformers.utils.logging.disable_progress_bar()
    files = sorted(p for p in Path(arguments.folder).iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    files = files[:arguments.pictures]
    config = json.loads((Path(arguments.model) / "preprocessor_config.json").read_text())
    tensors = [prepared(file, config) for file in files]
    runs = {"pytorch": lambda folder: pytorch(arguments.model, tensors, arguments.batch)}
    for precision in arguments.precisions:
        runs[f"xai {precision}"] = lambda folder, precision=precision: xai(
            arguments.xai, arguments.model, folder, precision)
    seconds = {name: [] for name in runs}
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copy(file, folder)
        for _ in range(arguments.rounds):
            for name, run in runs.items():
                time_taken, values = run(folder)
                seconds[name].append(time_taken)
                print(json.dumps({"run": name, "seconds": round(time_taken, 2), "insertion, deletion": values}))
    rates = {name: len(files) / min(times) for name, times in seconds.items()}
    print(json.dumps({
        "unit": "pictures a second, best of rounds", "pictures": len(files), "threads": os.cpu_count(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "rates": {name: round(rate, 3) for name, rate in rates.items()},
        "ratios": {name: round(rates[name] / rates["pytorch"], 2) for name in rates if name != "pytorch"},
    }, indent=1))


if __name__ == "__main__":
    main()

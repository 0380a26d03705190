"""Symmetric Relevance Gain of logits, by Quantus and by RISE's way, and Average Drop behind masks of equal mean."""

import numpy as np
import torch
from scipy.stats import rankdata

from formulas import rise
from judged import Judged, Model
from libraries_quantus import pixel_flipping


def gain(model: Model, case: Judged) -> dict:
    """The least relevant removed first minus the most relevant: the mean heights of curves of logits, and by PixelFlipping."""
    height = case.cam.shape[0]
    falling = case.cam.flatten().argsort(descending=True)

    def logit(frames: torch.Tensor) -> torch.Tensor:
        return model.logits(frames)[:, case.target]

    empty = torch.zeros_like(case.inputs)
    areas = [rise(logit, case.inputs, empty, order, height) for order in (falling.flip(0), falling)]
    values = {"srg.rise-logit": areas[0][0] - areas[1][0], "srg.rise-logit.curve": areas[0][1] - areas[1][1]}
    for name, softmax in (("srg.quantus", True), ("srg.quantus-logit", False)):
        least, most = (
            pixel_flipping(model.single, case.inputs.float(), sign * case.cam, case.target, height, softmax)
            for sign in (-1, 1))
        values[name] = (np.trapezoid(least, dx=1) - np.trapezoid(most, dx=1)) / (len(most) - 1)
    return values


def matched_drop(model: Model, case: Judged) -> dict:
    """max(0, y − o)/y behind the mask of ranks of each coverage, before or after mean and deviation."""
    whole = model.logits(case.inputs[None]).softmax(dim=-1)[0, case.target]
    count, ranks = case.cam.numel(), rankdata(case.cam.flatten().numpy(), method="ordinal")
    values = {}
    for coverage in (0.5, 0.2):
        places = np.stack([ranks - 1, ranks]) / count  # no value twice, so that places are whole
        mask = torch.from_numpy(count * coverage * np.diff(places ** (1 / coverage), axis=0)[0]).reshape(case.cam.shape)
        assert abs(mask.mean() - coverage) < 1e-9
        for space, frame in (("pixels", model.normalise(case.pixels * mask)), ("normalised", case.inputs * mask)):
            masked = model.logits(frame[None]).softmax(dim=-1)[0, case.target]
            values[f"matched-average-drop.{coverage}.{space}"] = (whole - masked).clamp(min=0) / whole
    return values


def head_ablation(model: Model, case: Judged) -> dict:
    """Heads removed by given weights, in three steps within layers and in six among all: curves of probabilities and logits."""
    layers, heads = model.module.config.num_hidden_layers, model.module.config.num_attention_heads
    generator = torch.Generator().manual_seed(60 + 10 * case.image + case.map)
    weights = torch.rand(layers, heads, generator=generator)
    weights = weights / weights.sum(dim=1, keepdim=True)
    values = {"head-weights": weights}
    everything = [(layer, head) for layer in range(layers) for head in range(heads)]
    by_layer = [[(layer, head) for head in range(heads)] for layer in range(layers)]
    for among, groups in (("layer", by_layer), ("model", [everything])):
        for order, sign in (("least", 1), ("most", -1)):
            ordered = [sorted(group, key=lambda place: sign * weights[place].item()) for group in groups]
            steps = min(6, len(ordered[0]))
            curve = torch.stack([
                model.without_heads(
                    case.inputs, [place for group in ordered for place in group[: step * len(group) // steps]])
                for step in range(steps + 1)
            ])
            for score, points in (("probability", curve.softmax(dim=-1)[:, case.target]), ("logit", curve[:, case.target])):
                name = f"head-ablation.{among}.{order}.{score}"
                values[name] = (points.sum() - (points[0] + points[-1]) / 2) / steps
                values[f"{name}.curve"] = points
    return values

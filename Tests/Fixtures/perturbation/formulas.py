"""Protocols that no installed package has, each written from its published description in PyTorch."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

Tensor = torch.Tensor


def blurred(inputs: Tensor) -> Tensor:
    """RISE's blurred picture: normalised values, zero padding, a Gaussian-filtered 11 × 11 impulse as the kernel."""
    impulse = np.zeros((11, 11))
    impulse[5, 5] = 1
    kernel = torch.from_numpy(gaussian_filter(impulse, 5)).to(inputs)
    return torch.nn.functional.conv2d(inputs, kernel.expand(3, 1, 11, 11), padding=5, groups=3)


def rise(
    probability: Callable[[Tensor], Tensor], start: Tensor, end: Tensor, order: Tensor, pixels: int
) -> tuple[Tensor, Tensor]:
    """Petsiuk et al. 2018: `pixels` a step from `start` to `end`; the area and the curve.

    `start` and `end` are [3, H, W], `order` the pixels in the order in which they change.
    """
    current, final = start.reshape(3, -1).clone(), end.reshape(3, -1)
    frames = [current.clone()]
    for changed in order.split(pixels):
        current[:, changed] = final[:, changed]
        frames.append(current.clone())
    curve = probability(torch.stack(frames).reshape(-1, *start.shape))
    return (curve.sum() - (curve[0] + curve[-1]) / 2) / (len(curve) - 1), curve


def chefer(
    predicted: Callable[[Tensor], Tensor], normalise: Callable[[Tensor], Tensor], pixels: Tensor, values: Tensor
) -> tuple[Tensor, Tensor]:
    """Chefer et al. 2021: the top 0, 10 … 90 % of `values` black before mean and deviation; is the class predicted?

    The area is taken over shares from 0 to 0.9 and not divided by 0.9.
    """
    shares = [step / 10 for step in range(10)]
    frames = []
    for share in shares:
        removed = values.flatten().topk(int(values.numel() * share)).indices
        frame = pixels.reshape(3, -1).clone()
        frame[:, removed] = 0
        frames.append(normalise(frame.reshape(pixels.shape)))
    curve = predicted(torch.stack(frames)).double()
    return torch.trapezoid(curve, torch.tensor(shares, dtype=torch.float64)), curve


def tokens(model: torch.nn.Module, inputs: Tensor, kept: list[int]) -> Tensor:
    """The logits of a Hugging Face ViT for one picture, the patches that are not kept dropped after the positions are added."""
    embedded = model.vit.embeddings(inputs[None])  # [1, 1 + patches, width]
    hidden = embedded[:, [0] + [1 + patch for patch in kept]]
    for layer in model.vit.layers:
        output = layer(hidden)
        hidden = output[0] if isinstance(output, tuple) else output
    return model.classifier(model.vit.layernorm(hidden)[:, 0])[0]

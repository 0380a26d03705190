"""PixelFlipping of Quantus, which sorts stably here: each element of a map is equal to two of other channels."""

from unittest import mock

import numpy as np
import quantus
import torch


def pixel_flipping(
    model: torch.nn.Module, inputs: torch.Tensor, cam: torch.Tensor, target: int, features: int, softmax: bool
) -> list[float]:
    """The curve of probabilities or logits from the first step on; `features` elements a step, the lowest value in their place."""
    metric = quantus.PixelFlipping(features_in_step=features, disable_warnings=True)
    argsort = np.argsort
    with mock.patch("numpy.argsort", lambda values, axis=-1: argsort(values, axis=axis, kind="stable")):
        return metric(
            model=model, x_batch=inputs[None].numpy(), y_batch=np.array([target]), a_batch=cam[None, None].numpy(),
            channel_first=True, softmax=softmax, device="cpu")[0]

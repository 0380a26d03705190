"""ROAD by pytorch-grad-cam, without noise and with the noise that the project draws."""

from unittest import mock

import numpy as np
import torch
from pytorch_grad_cam.metrics import road as library
from pytorch_grad_cam.utils.model_targets import ClassifierOutputSoftmaxTarget, ClassifierOutputTarget

import noise
from judged import Judged, Model

SCALE = 0.25  # larger than the library's 0.01, so that it shows


def subject_seed(experiment_seed: int = 0, identifier: str = "") -> int:
    """FNV-1a of 64 bits of the experiment's seed and the image's name."""
    value = 0xCBF29CE484222325
    for byte in f"{experiment_seed}\n{identifier}".encode():
        value = ((value ^ byte) * 0x100000001B3) & noise.MASK
    return value


def imputer(field: torch.Tensor, scale: float):
    """The library's imputer, whose noise at a pixel is that of a field [3, H, W]."""

    class Given(library.NoisyLinearImputer):
        def __init__(self) -> None:
            super().__init__(noise=scale)

        def __call__(self, img: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            drawn = field.flatten(1)[:, mask.flatten() == 0]
            with mock.patch("torch.randn_like", lambda _: drawn):
                return super().__call__(img, mask)

    return Given


def road(model: Model, case: Judged) -> dict:
    field = torch.from_numpy(noise.normal(case.inputs.numel(), subject_seed(), 0)).reshape(case.inputs.shape)
    inputs, cams = case.inputs.float()[None], case.cam[None].numpy()
    values = {}
    for name, scale in (("noiseless", 0.0), ("noisy", SCALE)):
        with mock.patch.object(library, "NoisyLinearImputer", imputer(field, scale)):
            for score, target in (
                ("probability", ClassifierOutputSoftmaxTarget(case.target)), ("logit", ClassifierOutputTarget(case.target)),
            ):
                arguments = (inputs, cams, [target], model.single)
                values[f"road.{name}.{score}"] = library.ROADCombined()(*arguments)[0]
                values[f"road.{name}.least.{score}"] = library.ROADLeastRelevantFirstAverage()(*arguments)[0]
                values[f"road.{name}.most.{score}"] = library.ROADMostRelevantFirstAverage()(*arguments)[0]
    kept = (case.cam < np.percentile(case.cam.numpy(), 30)).float()
    return values | {"imputed.seven-tenths": library.NoisyLinearImputer(noise=0)(case.inputs.float(), kept)}

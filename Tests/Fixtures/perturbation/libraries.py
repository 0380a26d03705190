"""The same maps and pictures judged by torch-cam, Xplique, Quantus and pytorch-grad-cam, in float32 as they run."""

from contextlib import contextmanager, nullcontext
from functools import partial
from unittest import mock

import numpy as np
import quantus
import torch
from pytorch_grad_cam.metrics.cam_mult_image import DropInConfidence, IncreaseInConfidence
from pytorch_grad_cam.utils.model_targets import ClassifierOutputSoftmaxTarget
from torchcam.metrics import ClassificationMetric, DeletionInsertionMetric
from xplique.metrics import AverageDropMetric, AverageGainMetric, AverageIncreaseMetric, Deletion, Insertion
from xplique.wrappers import TorchWrapper

Tensor = torch.Tensor
softmax = partial(torch.softmax, dim=-1)


class GivenMap:
    """What torch-cam takes for an extractor, with a map that is there already."""

    def __init__(self, model: torch.nn.Module, cam: Tensor) -> None:
        self.model, self.cam = model, cam

    def __call__(self, class_idx=None, scores=None, **_) -> list[Tensor]:
        return [self.cam[None]]

    def fuse_cams(self, cams: list[Tensor]) -> Tensor:
        return cams[0]

    def _hooks_off(self):
        return nullcontext()


def torch_cam(model: torch.nn.Module, inputs: Tensor, cam: Tensor, target: int) -> dict[str, Tensor]:
    curves = {}

    class Recorded(DeletionInsertionMetric):
        def _compute_curves(self, *args):
            fractions, deletion, insertion = super()._compute_curves(*args)
            curves.update({"deletion.curve": deletion[0], "insertion.curve": insertion[0]})
            return fractions, deletion, insertion

    areas = Recorded(GivenMap(model, cam), softmax)
    areas.update(inputs[None], target)
    masking = ClassificationMetric(GivenMap(model, cam), softmax)
    masking.update(inputs[None], target)
    return curves | {
        "deletion": areas.summary()["deletion_auc"],
        "insertion": areas.summary()["insertion_auc"],
        "average-drop": masking.summary()["avg_drop"],
        "average-increase": masking.summary()["conf_increase"],
    }


def xplique(model: torch.nn.Module, inputs: Tensor, cam: Tensor, target: int, classes: int) -> dict[str, Tensor]:
    wrapped = TorchWrapper(model, "cpu", is_channel_first=True, requires_grad=False)
    images = inputs.permute(1, 2, 0)[None].numpy()
    one_hot = np.eye(classes, dtype=np.float32)[[target]]
    explanation = cam[None].numpy()
    values = {}
    for name, metric in (("deletion", Deletion), ("insertion", Insertion)):
        judge = metric(wrapped, images, one_hot, activation="softmax")
        values[name] = float(judge.evaluate(explanation))
        values[f"{name}.curve"] = [float(score) for score in judge.detailed_evaluate(explanation).values()]
    for name, metric in (
        ("average-drop", AverageDropMetric), ("average-increase", AverageIncreaseMetric),
        ("average-gain", AverageGainMetric),
    ):
        values[name] = float(metric(wrapped, images, one_hot, activation="softmax").evaluate(explanation))
    return values


@contextmanager
def stable_sorting():
    """Equal values in the order of their indices: each of Quantus' elements is equal to two of other channels."""
    argsort = np.argsort
    with mock.patch("numpy.argsort", lambda values, axis=-1: argsort(values, axis=axis, kind="stable")):
        yield


def pixel_flipping(model: torch.nn.Module, inputs: Tensor, cam: Tensor, target: int, features: int) -> list[float]:
    """The curve; its area needs `numpy.trapz`, which newer NumPy does not have."""
    metric = quantus.PixelFlipping(features_in_step=features, disable_warnings=True)
    return metric(
        model=model, x_batch=inputs[None].numpy(), y_batch=np.array([target]), a_batch=cam[None, None].numpy(),
        channel_first=True, softmax=True, device="cpu")[0]


def grad_cam(model: torch.nn.Module, inputs: Tensor, cam: Tensor, target: int) -> dict[str, float]:
    arguments = (inputs[None], cam[None].numpy(), [ClassifierOutputSoftmaxTarget(target)], model)
    return {
        "average-drop": float(DropInConfidence()(*arguments)[0]),
        "average-increase": float(IncreaseInConfidence()(*arguments)[0]),
    }

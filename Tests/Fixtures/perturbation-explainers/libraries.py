"""What the packages give that have a method: captum, lime, pytorch-grad-cam, scikit-image and scikit-learn."""

from unittest.mock import patch

import numpy as np
import torch
from captum.attr import Occlusion
from lime.lime_base import LimeBase
from pytorch_grad_cam import ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from skimage.transform import resize
from sklearn.cluster import AgglomerativeClustering
from sklearn.linear_model import Ridge


def occlusion(score, image: torch.Tensor, target: int, window, stride) -> np.ndarray:
    """captum's Occlusion of [3, H, W] with zeros, one value a pixel: [H, W]."""
    found = Occlusion(score).attribute(
        image[None], strides=(3, *stride), sliding_window_shapes=(3, *window), target=target)
    return found[0].mean(dim=0).numpy()


def rise_masks(draws, grid: int, size: tuple[int, int]) -> np.ndarray:
    """Masks from cells and cuts, with scikit-image's resize as RISE's authors call it: [N, H, W]."""
    cell = [-(-length // grid) for length in size]
    up = [(grid + 1) * length for length in cell]
    masks = []
    for cells, top, left in draws:
        whole = resize(cells, up, order=1, mode="reflect", anti_aliasing=False)
        masks.append(whole[top:top + size[0], left:left + size[1]])
    return np.stack(masks)


def lime(samples: np.ndarray, values: np.ndarray, width: float, ridge: float) -> np.ndarray:
    """The coefficients of lime's own solver for binary samples [n, M], the first being whole, and values [n]."""
    cosine = np.nan_to_num(samples.sum(axis=1) / np.sqrt(samples.sum(axis=1) * samples.shape[1]))
    base = LimeBase(lambda distance: np.sqrt(np.exp(-(distance ** 2) / width ** 2)))
    _, pairs, _, _ = base.explain_instance_with_data(
        samples, values[:, None], 1 - cosine, 0, samples.shape[1], feature_selection="none",
        model_regressor=Ridge(alpha=ridge, fit_intercept=True))
    coefficients = np.zeros(samples.shape[1])
    for index, coefficient in pairs:
        coefficients[index] = coefficient
    return coefficients


def score_cam(module, layer, images: torch.Tensor, targets: list[int], reshape) -> np.ndarray:
    """pytorch-grad-cam's Score-CAM before it is scaled, with its ReLU: [images, h, w].

    It upsamples masks with corners aligned; the method's authors don't, and here it is made not to.
    """
    wanted = [ClassifierOutputTarget(target) for target in targets]
    half_pixel = lambda size: torch.nn.Upsample(size=size, mode="bilinear", align_corners=False)  # noqa: E731
    with (
        patch("torch.nn.UpsamplingBilinear2d", half_pixel),
        ScoreCAM(model=module, target_layers=[layer], reshape_transform=reshape) as cam,
    ):
        cam.activations_and_grads(images)
        activations = [a.cpu().data.numpy() for a in cam.activations_and_grads.activations]
        image = cam.get_cam_image(images, layer, wanted, activations[0], None, False)
    return np.maximum(image, 0)


def clusters(masks: np.ndarray, threshold: float) -> list[list[int]]:
    """scikit-learn's complete linkage on 1 − cosine of masks [K, pixels], by the first mask of each cluster."""
    norms = np.linalg.norm(masks, axis=1)
    similarity = masks @ masks.T / np.outer(norms, norms)
    labels = AgglomerativeClustering(
        n_clusters=None, distance_threshold=threshold, metric="precomputed", linkage="complete",
    ).fit(1 - similarity).labels_
    return sorted([np.flatnonzero(labels == label).tolist() for label in set(labels)])

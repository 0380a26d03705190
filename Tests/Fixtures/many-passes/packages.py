"""What packages give that have a method, or a part of one: OpenVINO XAI, Xplique and fast-pytorch-kmeans."""

import numpy as np
import tensorflow as tf
import torch
from fast_pytorch_kmeans import KMeans
from openvino_xai.methods.white_box.torch import TorchViTReciproCAM
from subject import Subject
from xplique.attributions.global_sensitivity_analysis.hsic_estimators import BinaryEstimator
from xplique.attributions.global_sensitivity_analysis.sobol_estimators import JansenEstimator


def reciprocam(subject: Subject, target: int, gaussian: bool) -> np.ndarray:
    """OpenVINO's feature maps of one class token and a square grid, put behind the last block's first norm."""
    method = TorchViTReciproCAM.__new__(TorchViTReciproCAM)
    method._use_gaussian, method._use_cls_token = gaussian, True
    rows, columns = subject.layout.grid
    norm = subject.network.module_at("first-norm", -1)
    handle = norm.register_forward_hook(
        lambda _, __, output: method._get_mosaic_feature_map(output[0], output.shape[-1], rows, columns))
    with torch.no_grad():
        logits = subject.logits(subject.image[None])
    handle.remove()
    return logits[:, target].numpy()


def total_indices(masks: np.ndarray, values: np.ndarray, designs: int) -> np.ndarray:
    """Xplique's estimator, whose second part of the outputs is that of points that it doesn't use."""
    cells = masks.shape[1]
    outputs = np.concatenate([values[:designs], np.zeros(designs), values[designs:]])
    grid = tf.zeros((len(outputs), cells, 1, 1))
    return JansenEstimator()(grid, tf.constant(outputs, tf.float32), designs).numpy().ravel()


def hsic(bits: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Xplique's estimator, which divides by p and not by (p − 1)²."""
    p, cells = bits.shape
    masks = tf.constant(bits.reshape(p, cells, 1, 1), tf.float32)
    found = BinaryEstimator()(masks, tf.constant(values, tf.float32), p).numpy().ravel()
    return found * p / (p - 1) ** 2


def k_means(points: torch.Tensor, first: list[int], steps: int) -> torch.Tensor:
    """The centres that some points are moved into."""
    means = KMeans(n_clusters=len(first), max_iter=steps, mode="euclidean", verbose=0)
    labels = means.fit_predict(points, centroids=points[first].clone())
    assert len(labels.unique()) == len(first), "an empty cluster, which the package makes a point of zeros"
    return means.centroids

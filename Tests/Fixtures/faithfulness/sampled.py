"""Infidelity, max-sensitivity and completeness by captum, MuFidelity by Xplique, and SaCo from its algorithm.

What is drawn is what the project draws (`../explainers/noise.py`): the libraries are handed the same sets and noise.
"""

from unittest import mock

import numpy as np
import tensorflow as tf
import torch
from captum.attr import InputXGradient, IntegratedGradients
from captum.metrics import infidelity, sensitivity_max
from xplique.metrics import MuFidelity
from xplique.wrappers import TorchWrapper

import noise
from judged import Judged, Model
from road import subject_seed

SAMPLES, SHARE, RADIUS = 24, 0.25, 0.1
SIDE = 4  # patches in a row of the image


def uniform(stream: int, count: int) -> np.ndarray:
    bits = noise.outputs(noise.stream(subject_seed(), stream), count)
    return (bits >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)


def drawn_patches(stream: int, patches: int, count: int) -> list[int]:
    """`count` of the patches without replacement, by Fisher and Yates."""
    bits = noise.outputs(noise.stream(subject_seed(), stream), count)
    order = list(range(patches))
    for index in range(count):
        other = index + (int(bits[index]) * (patches - index) >> 64)
        order[index], order[other] = order[other], order[index]
    return order[:count]


def per_pixel(patches: torch.Tensor, size: int) -> torch.Tensor:
    """[..., 16] to [..., 1, size, size], equal within a patch."""
    grid = patches.reshape(*patches.shape[:-1], 1, SIDE, SIDE)
    return grid.repeat_interleave(size // SIDE, -1).repeat_interleave(size // SIDE, -2)


def add_infidelity(model: Model, case: Judged) -> dict:
    """captum's, of an image that is made of its patches: φ belongs to patches, and a set that is hidden is what is taken away."""
    patches, size = case.scores.numel(), case.inputs.shape[-1]
    sets = torch.zeros(SAMPLES, patches, dtype=torch.float64)
    for sample in range(SAMPLES):
        sets[sample, drawn_patches(sample, patches, round(SHARE * patches))] = 1

    def logit(shown: torch.Tensor) -> torch.Tensor:
        return model.logits(case.inputs * per_pixel(shown, size))[:, case.target]

    whole = torch.ones(1, patches, dtype=torch.float64)
    phi = case.scores.double()[None]
    plain, best = (
        infidelity(
            logit, lambda inputs: (sets, inputs - sets), whole, phi, n_perturb_samples=SAMPLES, normalize=normalise)[0]
        for normalise in (False, True))
    losses = logit(whole) - logit(1 - sets)
    # Where the best scale is below 0 the project's is 0, and its error all there is.
    rising = (losses * (sets @ phi[0])).sum() > 0
    share = best / (losses**2).mean() if rising else torch.ones(())
    return {"infidelity.plain": plain, "infidelity": share}


def add_sensitivity(model: Model, case: Judged) -> dict:
    """captum's, of Input × Gradient summed over patches; images of one class have one value each, whatever the map."""
    shape = case.inputs.shape
    changes = torch.stack([
        torch.from_numpy(np.float32(RADIUS) * (2 * uniform(sample, case.inputs.numel()) - 1)).reshape(shape).double()
        for sample in range(5)
    ])
    explainer = InputXGradient(lambda frames: model.module(frames).logits)

    def explain(frames: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad():
            pixels = explainer.attribute(frames.detach().requires_grad_(), target=case.target).detach().sum(dim=1)
        step = shape[-1] // SIDE
        return pixels.reshape(-1, SIDE, step, SIDE, step).sum(dim=(2, 4)).flatten(1)

    def answer(frames):
        """In a tuple where captum asks in one."""
        return (explain(frames[0]),) if isinstance(frames, tuple) else explain(frames)

    value = sensitivity_max(
        answer, case.inputs[None], perturb_func=lambda inputs: inputs + changes, n_perturb_samples=len(changes))
    return {"max-sensitivity": value[0], "input-x-gradient": explain(case.inputs[None])[0]}


def add_completeness(model: Model, case: Judged) -> dict:
    """captum's convergence delta of scores of patches, from a baseline of zeros and of black."""
    explainer = IntegratedGradients(lambda frames: model.module(frames).logits)
    values = {}
    for name, baseline in (
        ("zero", torch.zeros_like(case.inputs)), ("black", model.normalise(torch.zeros_like(case.pixels))),
    ):
        spread = torch.zeros_like(case.inputs)
        spread[0, 0, : case.scores.numel()] = case.scores
        values[f"completeness.{name}"] = explainer.compute_convergence_delta(
            spread[None], baseline[None], case.inputs[None], target=case.target).abs()[0]
    return values


def add_mufidelity(model: Model, case: Judged) -> dict:
    """Xplique's, of scores that are equal within a patch, with the project's draws."""
    inputs = case.inputs.float().permute(1, 2, 0)[None].numpy()
    classes = model.module.config.num_labels
    phi = per_pixel(case.scores, inputs.shape[1])[0][None].numpy()
    draws = tf.constant(np.stack([uniform(sample, case.scores.numel()) for sample in range(SAMPLES)]))
    wrapped = TorchWrapper(model.single, "cpu", is_channel_first=True, requires_grad=False)
    values = {}
    for score, activation in (("logit", None), ("probability", "softmax")):
        metric = MuFidelity(
            wrapped, inputs, np.eye(classes, dtype=np.float32)[[case.target]], batch_size=SAMPLES, grid_size=SIDE,
            subset_percent=0.2, nb_samples=SAMPLES, activation=activation)
        # Its sets are those of numbers above the share, which are shown.
        with mock.patch.object(tf.random, "uniform", lambda *_, **__: draws):
            values[f"mufidelity.{score}"] = metric.evaluate(phi)
    return values


def add_saco(model: Model, case: Judged) -> dict:
    """Wu et al. 2024, Algorithm 1: pairs of groups, hidden by the mean of each channel."""
    order = case.cam.flatten().argsort(descending=True)
    groups = [order[index * len(order) // 10 : (index + 1) * len(order) // 10] for index in range(10)]
    mean = case.inputs.mean(dim=(1, 2))[:, None]
    frames = []
    for group in groups:
        frame = case.inputs.flatten(1).clone()
        frame[:, group] = mean
        frames.append(frame.reshape(case.inputs.shape))
    whole = model.logits(case.inputs[None]).softmax(dim=-1)[0, case.target]
    drops = whole - model.logits(torch.stack(frames)).softmax(dim=-1)[:, case.target]
    salience = torch.stack([case.cam.flatten()[group].double().sum() for group in groups])
    total = coefficient = torch.zeros((), dtype=torch.float64)
    for i in range(9):
        for j in range(i + 1, 10):
            weight = salience[i] - salience[j] if drops[i] >= drops[j] else salience[j] - salience[i]
            coefficient, total = coefficient + weight, total + weight.abs()
    return {"saco": coefficient / total}


ALL = (add_infidelity, add_sensitivity, add_completeness, add_mufidelity, add_saco)

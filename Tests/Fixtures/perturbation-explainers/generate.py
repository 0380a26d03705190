"""Writes what perturbation explainers give for models of `../models`: `python Tests/Fixtures/perturbation-explainers/generate.py`.

Models are the libraries' own, in float64. A map is kept as the mean over each patch of its pixels. Draws are those of the
package (`randomness.py`), so that masks, coalitions and samples are the same; everything that is made of them is not.
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import transformers

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
sys.path[:0] = [str(HERE), str(HERE.parent), str(MODELS)]

import cases  # noqa: E402
import formulas  # noqa: E402
import libraries  # noqa: E402
from randomness import Random  # noqa: E402
from reference import storage  # noqa: E402
from reference.network import Network  # noqa: E402
from subject import Subject  # noqa: E402

NAMES = ("hf-vit", "hf-vit-nonsquare", "timm-deit-distilled")
TARGETS = (0, 3)


def occlusion(subject: Subject, target: int, score: str, window, stride) -> np.ndarray:
    with torch.no_grad():
        pixels = libraries.occlusion(subject.score(score), subject.image, target, window, stride)
    return subject.patch_means(pixels)


def rise(subject: Subject, target: int, count: int, grid: int, keep: float, score: str, seed: int) -> np.ndarray:
    draws = []
    for index in range(count):
        random = Random(seed, index)
        cells = np.array([1.0 if random.uniform() < keep else 0.0 for _ in range(grid * grid)]).reshape(grid, grid)
        draws.append((cells, *(random.below(-(-length // grid)) for length in subject.size)))
    masks = libraries.rise_masks(draws, grid, subject.size)
    values = subject.values(subject.image * torch.tensor(masks)[:, None], score)[:, target]
    return subject.patch_means(np.tensordot(values, masks, 1) / count / keep)


def kernel_shap(subject: Subject, target: int, budget: int, score: str, seed: int) -> np.ndarray:
    samples, weights = formulas.coalitions(subject.layout.patches, budget, seed)
    hidden = torch.zeros_like(subject.image)
    values = subject.values(subject.pictures(samples, hidden), score)[:, target]
    nobody, everybody = (subject.values(x[None], score)[0, target] for x in (hidden, subject.image))
    return formulas.shapley_by_least_squares(samples, weights, values, nobody, everybody)


def lime(subject: Subject, target: int, count: int, averaged: bool, width: float, ridge: float, score: str, seed: int):
    rows = [[1.0] * subject.layout.patches]
    for index in range(1, count):
        random = Random(seed, index)
        rows.append([float(random.next() >> 63) for _ in range(subject.layout.patches)])
    samples, hidden = np.array(rows), torch.zeros_like(subject.image)
    if averaged:
        (h, w), (ph, pw) = subject.layout.grid, subject.patch
        means = subject.image.reshape(3, h, ph, w, pw).mean(dim=(2, 4))
        hidden = means.repeat_interleave(ph, dim=1).repeat_interleave(pw, dim=2)
    values = subject.values(subject.pictures(samples, hidden), score)[:, target]
    return libraries.lime(samples, values, width, ridge)


def score_cam(subject: Subject, target: int) -> np.ndarray:
    prefix, grid = len(subject.layout.prefix), subject.layout.grid
    reshape = lambda tokens: tokens[:, prefix:].transpose(1, 2).reshape(len(tokens), -1, *grid)  # noqa: E731
    layer = subject.network.module_at("first-norm", -1)
    return libraries.score_cam(subject.logits, layer, subject.image[None], [target], reshape).ravel()


def scaled(maps: torch.Tensor) -> torch.Tensor:
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    return (maps - low) / (high - low)


def vit_cx(subject: Subject, target: int, threshold: float, deviation: float, seed: int) -> np.ndarray:
    masks = scaled(torch.nn.functional.interpolate(
        subject.activation()[None], size=subject.size, mode="bilinear", align_corners=False)[0])
    members = libraries.clusters(masks.flatten(1).numpy(), threshold)
    print(f"vit-cx: {len(masks)} channels, {len(members)} clusters")
    merged = scaled(torch.stack([masks[cluster].sum(dim=0) for cluster in members])).numpy()
    probabilities = lambda images: torch.tensor(subject.values(images, "probability")[:, target])  # noqa: E731
    whole = probabilities(subject.image[None])[0]
    return subject.patch_means(formulas.vit_cx(probabilities, subject.image, merged, whole, deviation, seed))


def fovex(subject: Subject, target: int, **options) -> np.ndarray:
    defaults = dict(rate=0.1, fovea=0.15, spot=0.15, forgetting=0.1, seed=0)
    return subject.patch_means(formulas.fovex(subject.logits, subject.image, target, defaults | options))


def specs(subject: Subject) -> dict:
    ph, pw = subject.patch
    return {
        "occlusion": lambda t: occlusion(subject, t, "probability", (2 * ph, 2 * pw), (ph, pw)),
        "occlusion:window=3,stride=2,score=logit": lambda t: occlusion(
            subject, t, "logit", (3 * ph, 3 * pw), (2 * ph, 2 * pw)),
        "occlusion:window=5px,stride=3px,score=logit": lambda t: occlusion(subject, t, "logit", (5, 5), (3, 3)),
        "rise:masks=96": lambda t: rise(subject, t, 96, 7, 0.5, "probability", 0),
        "rise:masks=64,grid=3,keep=0.3,score=logit,seed=5": lambda t: rise(subject, t, 64, 3, 0.3, "logit", 5),
        "kernel-shap:samples=600": lambda t: kernel_shap(subject, t, 600, "probability", 0),
        "kernel-shap:samples=99,score=logit,seed=2": lambda t: kernel_shap(subject, t, 99, "logit", 2),
        "lime:segments=patches,samples=150": lambda t: lime(subject, t, 150, True, 0.25, 1, "probability", 0),
        "lime:segments=patches,samples=80,fill=zero,width=0.6,ridge=0.01,score=logit,seed=4": lambda t: lime(
            subject, t, 80, False, 0.6, 0.01, "logit", 4),
        "score-cam": lambda t: score_cam(subject, t),
        "vit-cx": lambda t: vit_cx(subject, t, 0.1, 0.1, 0),
        "vit-cx:distance=0.25,noise=0.5,seed=3": lambda t: vit_cx(subject, t, 0.25, 0.5, 3),
        "fovex:fixations=3,steps=6,blur=2,reach=5": lambda t: fovex(
            subject, t, fixations=3, steps=6, blur=2, reach=5),
        "fovex:fixations=2,steps=8,rate=0.2,fovea=0.3,blur=10,reach=20,forgetting=0.5,spot=0.05,seed=7": lambda t: fovex(
            subject, t, fixations=2, steps=8, rate=0.2, fovea=0.3, blur=10, reach=20, forgetting=0.5, spot=0.05, seed=7),
    }


def main() -> None:
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    tensors = {}
    for case in (case for case in cases.CASES if case.name in NAMES):
        options = {"interpolate_pos_encoding": True} if case.model_of else {}
        network = Network(cases.load(case, MODELS / (case.model_of or case.name)), **options)
        images = safetensors.torch.load_file(MODELS / case.name / "expected.safetensors")["input"].double()
        maps: dict[str, list] = {}
        for image in images:
            for spec, method in specs(Subject(case, network, image)).items():
                maps.setdefault(spec, []).append([method(target) for target in TARGETS])
        for spec, values in maps.items():
            tensors[f"{case.name}|{spec}"] = torch.tensor(np.array(values))
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(
        HERE / "versions.json", storage.versions("captum", "lime", "scikit-image", "scikit-learn"))


if __name__ == "__main__":
    main()

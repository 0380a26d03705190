"""Writes what explainers of many passes give for models of `../models`: `python Tests/Fixtures/many-passes/generate.py`.

Models are the libraries' own, in float64. Draws are those of the package (`../perturbation-explainers/randomness.py`).
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
import transformers

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
sys.path[:0] = [str(path) for path in (HERE, HERE.parent / "perturbation-explainers", HERE.parent, MODELS)]

import cases  # noqa: E402
import methods  # noqa: E402
import packages  # noqa: E402
from randomness import Random  # noqa: E402
from reference import storage  # noqa: E402
from reference.network import Network  # noqa: E402
from subject import Subject  # noqa: E402

NAMES = ("hf-vit", "hf-vit-nonsquare", "timm-deit-distilled", "timm-vit-gap-nocls")
TARGETS = (0, 3)


def agreed(name: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> np.ndarray:
    """Our formula's values, where a package gives the same."""
    difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
    print(f"  {name}: {difference:.1e} of the largest")
    assert difference <= tolerance, name
    return ours


def reciprocam(subject: Subject, target: int, gaussian: bool) -> np.ndarray:
    ours = methods.reciprocam(subject, target, gaussian=gaussian)
    rows, columns = subject.layout.grid
    if rows != columns or subject.layout.prefix != ("class",):
        return ours
    return agreed("OpenVINO's ViT-ReciproCAM", ours, packages.reciprocam(subject, target, gaussian), 1e-12)


def tis(subject: Subject, target: int, clusters: int, keep=0.5, steps=100, score="probability", seed=0) -> np.ndarray:
    points = methods.channels(subject)
    first = methods.drawn(len(points), min(clusters, len(points)), Random(seed))
    return methods.tis(subject, target, packages.k_means(points, first, steps), keep, score)


def specs() -> dict:
    return {
        "reciprocam": lambda s, t: reciprocam(s, t, True),
        "reciprocam:gaussian=false": lambda s, t: reciprocam(s, t, False),
        "reciprocam:layer=0,prefix=false,score=probability": lambda s, t: methods.reciprocam(
            s, t, layer=0, prefix=False, probability=True),
        "view-mean:explainer=input-x-gradient": lambda s, t: methods.view_mean(s, t, 2, 1, False),
        "view-mean:explainer=input-x-gradient,shifts=9,span=2,mirror=true": lambda s, t: methods.view_mean(
            s, t, 3, 2, True),
        "sobol:grid=3,score=logit": lambda s, t: methods.sobol(s, t, 3, 32, "logit"),
        "sobol:grid=none,designs=8": lambda s, t: methods.sobol(s, t, None, 8, "probability"),
        "hsic:masks=60": lambda s, t: methods.hsic(s, t, 8, 60, 0, Random),
        "hsic:masks=45,grid=none,seed=3": lambda s, t: methods.hsic(s, t, None, 45, 3, Random),
        "tis:masks=9": lambda s, t: tis(s, t, 9),
        "tis:masks=1024,keep=0.3,score=logit": lambda s, t: tis(s, t, 1024, keep=0.3, score="logit"),
        "tis:masks=12,iterations=2,seed=4": lambda s, t: tis(s, t, 12, steps=2, seed=4),
        "greedy-oracle:fill=zero,step=1,score=logit": lambda s, t: methods.greedy(s, t, False, False, 1, "logit"),
        "greedy-oracle:direction=deletion,fill=zero,step=2,score=logit": lambda s, t: methods.greedy(
            s, t, True, False, 2, "logit"),
        "greedy-oracle:fill=tokens,step=1,score=logit": lambda s, t: methods.greedy(
            s, t, False, True, 1, "logit"),
    }


def estimates() -> dict[str, torch.Tensor]:
    """Scores of masks that no model gave, and what Xplique's estimators make of them."""
    cells, designs, p = 9, 32, 60
    random = np.random.default_rng(0)
    masks, bits = methods.replicated(cells, designs), methods.balanced(cells, p, 0, Random)
    weights = random.normal(size=(2, cells))
    values, bit_values = (np.tanh(m @ weights[0]) + (m @ weights[1]) ** 2 / 5 for m in (masks, bits))
    bit_values = bit_values - bit_values.min() + 0.2
    found = packages.total_indices(masks, values, designs), packages.hsic(bits, bit_values)
    agreed("Xplique's Jansen estimator", methods.total_indices(values, cells, designs), found[0], 1e-5)
    agreed("Xplique's HSIC", methods.hsic_of(bits, bit_values), found[1], 1e-5)
    named = {
        "sobol.masks": masks, "sobol.values": values, "sobol.indices": found[0],
        "hsic.masks": bits, "hsic.values": bit_values, "hsic.dependence": found[1],
    }
    return {f"estimator|{name}": torch.tensor(value) for name, value in named.items()}


def maps_of(case) -> dict[str, torch.Tensor]:
    options = {"interpolate_pos_encoding": True} if case.model_of else {}
    network = Network(cases.load(case, MODELS / (case.model_of or case.name)), **options)
    images = safetensors.torch.load_file(MODELS / case.name / "expected.safetensors")["input"].double()
    tensors = {}
    for spec, method in specs().items():
        for index, image in enumerate(images):
            for target in TARGETS:
                name = f"{case.name}.{index}.{target}|{spec}"
                try:
                    tensors[name] = torch.tensor(method(Subject(case, network, image), target))
                except methods.NearlyEqual:
                    print(f"  {name} is left out: two patches are nearly equal")
    return tensors


def main() -> None:
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    tensors = estimates()
    for case in (case for case in cases.CASES if case.name in NAMES):
        print(case.name)
        tensors |= maps_of(case)
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(
        HERE / "versions.json",
        storage.versions("scipy", "xplique", "tensorflow", "openvino-xai", "fast-pytorch-kmeans"))


if __name__ == "__main__":
    main()

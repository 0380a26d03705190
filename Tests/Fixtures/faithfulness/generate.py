"""Writes what libraries say of maps on the model `hf-vit`: `python Tests/Fixtures/faithfulness/generate.py`.

Images, maps, scores and classes are those of `../perturbation`. What no installed package has is written in PyTorch and
SciPy from its description, in float64 from the float32 weights.
"""

from importlib.metadata import version
from pathlib import Path

import torch

from judged import Model  # first, since it puts the folders of the others on the path

import curves
import road
import sampled
from reference import storage

HERE = Path(__file__).resolve().parent
PACKAGES = ("quantus", "captum", "xplique", "tensorflow", "scipy")


def main() -> None:
    torch.set_num_threads(1)
    model = Model()
    cases = model.judged()
    images, maps = (max(getattr(case, key) for case in cases) + 1 for key in ("image", "map"))
    values: dict[str, list[torch.Tensor]] = {}

    def add(results: dict) -> None:
        for name, value in results.items():
            values.setdefault(name, []).append(torch.as_tensor(value).detach().double())

    for case in cases:
        for metric in (curves.gain, curves.matched_drop, curves.head_ablation, road.road, *sampled.ALL):
            add(metric(model, case))
    storage.save_tensors(HERE / "expected.safetensors", {
        name: torch.stack(listed).reshape(images, maps, *listed[0].shape) for name, listed in values.items()
    })
    storage.save_json(HERE / "versions.json", storage.versions() | {name: version(name) for name in PACKAGES})


if __name__ == "__main__":
    main()

"""Writing fixtures: float32 tensors, small JSON, and the versions that made them."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file

LIBRARIES = ("torch", "transformers", "timm", "safetensors", "grad-cam", "numpy", "pillow")


def versions(*more: str) -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in (*LIBRARIES, *more)}}


def save_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Store in float32, whatever they were computed in."""
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{path.name}: {name} has values that are not finite")
    save_file({k: v.detach().to(torch.float32).contiguous().clone() for k, v in tensors.items()}, path)


def save_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")

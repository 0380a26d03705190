"""The images, maps and model of `../perturbation`, which metrics of faithfulness judge again."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import ViTForImageClassification  # brings Triton, which has to be loaded before TensorFlow

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "hf-vit"
sys.path[:0] = [str(ROOT), str(ROOT / "perturbation"), str(ROOT / "explainers")]

Tensor = torch.Tensor


class Logits(torch.nn.Module):
    """The classifier with a tensor for an answer, as packages expect."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, inputs: Tensor) -> Tensor:
        return self.module(inputs).logits


@dataclass
class Judged:
    """An image [3, H, W] in [0, 1] and as the model's input, a map of it, and the class that is asked about."""

    image: int
    map: int
    pixels: Tensor
    inputs: Tensor
    cam: Tensor  # [H, W], no value twice
    scores: Tensor  # [patches]
    target: int


class Model:
    """`hf-vit` in float64, and in float32 for packages."""

    def __init__(self) -> None:
        self.module = ViTForImageClassification.from_pretrained(MODEL, dtype=torch.float64).eval()
        self.single = Logits(ViTForImageClassification.from_pretrained(MODEL, dtype=torch.float32)).eval()
        config = json.loads((MODEL / "preprocessor_config.json").read_text())
        self.mean, self.deviation = (
            torch.tensor(config[f"image_{key}"], dtype=torch.float64)[:, None, None] for key in ("mean", "std"))

    def normalise(self, images: Tensor) -> Tensor:
        return (images - self.mean) / self.deviation

    def logits(self, frames: Tensor) -> Tensor:
        with torch.no_grad():
            return self.module(frames).logits

    def without_heads(self, inputs: Tensor, heads: list[tuple[int, int]]) -> Tensor:
        """The logits of one image with zeros in the channels of some heads before the projection that joins them."""
        handles = []
        for layer, block in enumerate(self.module.vit.layers):
            width = self.module.config.hidden_size // self.module.config.num_attention_heads

            def zeros(_, arguments, removed=[head for of, head in heads if of == layer]):
                context = arguments[0].clone()
                for head in removed:
                    context[..., head * width : (head + 1) * width] = 0
                return (context,)

            handles.append(block.attention.o_proj.register_forward_pre_hook(zeros))
        logits = self.logits(inputs[None])[0]
        for handle in handles:
            handle.remove()
        return logits

    def judged(self) -> list[Judged]:
        known = load_file(ROOT / "perturbation" / "expected.safetensors")
        return [
            Judged(image, cam, pixels.double(), self.normalise(pixels.double()), known["maps"][cam],
                   known["scores"][cam], int(known["target"][image]))
            for image, pixels in enumerate(known["pixels"]) for cam in range(len(known["maps"]))
        ]

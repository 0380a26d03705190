"""The small random Swin models: what each case is, and how its model directory is written and read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import timm
import torch
import transformers
from timm.models._hub import save_for_hf
from torch import nn

LABELS = ["tench", "goldfish", "great white shark", "hammerhead, hammerhead shark", "cock", "house finch", "jay"]


@dataclass
class Case:
    """One fixture folder. `build` makes the model; a case with `model_of` runs another case's model instead."""

    name: str
    description: str
    input_size: tuple[int, int]
    seed: int
    build: Callable[[], nn.Module] | None = None
    model_of: str | None = None
    full: bool = False  # store every recording point

    @property
    def is_timm(self) -> bool:
        return self.name.startswith("timm")

    @property
    def is_second(self) -> bool:
        return "swinv2" in (self.model_of or self.name)


def hf(**config) -> Callable[[], nn.Module]:
    defaults = dict(
        image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2.0,
        num_labels=len(LABELS),
    )
    return lambda: transformers.SwinForImageClassification(transformers.SwinConfig(**{**defaults, **config}))


def timm_model(**arguments) -> Callable[[], nn.Module]:
    defaults = dict(
        img_size=32, patch_size=4, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, mlp_ratio=2.0,
        num_classes=len(LABELS),
        pretrained_cfg_overlay=dict(tag="random", license="", num_classes=len(LABELS), label_names=LABELS),
    )
    return lambda: timm.create_model("swin_tiny_patch4_window7_224", **{**defaults, **arguments})


def hf2(**config) -> Callable[[], nn.Module]:
    defaults = dict(
        image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2.0,
        num_labels=len(LABELS),
    )
    return lambda: transformers.Swinv2ForImageClassification(transformers.Swinv2Config(**{**defaults, **config}))


def timm2(name: str = "swinv2_tiny_window8_256", **arguments) -> Callable[[], nn.Module]:
    defaults = dict(
        img_size=32, patch_size=4, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, mlp_ratio=2.0,
        num_classes=len(LABELS),
        pretrained_cfg_overlay=dict(tag="random", license="", num_classes=len(LABELS), label_names=LABELS),
    )
    return lambda: timm.create_model(name, **{**defaults, **arguments})


CASES = [
    Case("hf-swin", "8 x 8 tokens in shifted windows of 4 x 4, then 4 x 4 in one window", (32, 32), 1, hf()),
    Case(
        "hf-swin-padded", "5 x 7 tokens in windows of 3 x 3, padded and shifted, then 3 x 4 padded; no qkv bias", (20, 28),
        2, hf(image_size=[20, 28], window_size=3, qkv_bias=False, layer_norm_eps=1e-6, mlp_ratio=1.5), full=True,
    ),
    Case(
        "hf-swin-three-stages", "10 x 10, 5 x 5 and 3 x 3 tokens, all shifted, absolute position embeddings", (20, 20), 13,
        hf(image_size=20, patch_size=2, depths=[2, 1, 2], num_heads=[2, 2, 4], window_size=2,
           use_absolute_embeddings=True),
    ),
    Case("hf-swin-other-size", "hf-swin at 40 x 36: 10 x 9 and 5 x 5 tokens, padded", (40, 36), 4, model_of="hf-swin"),
    Case("timm-swin", "8 x 8 tokens in shifted windows of 4 x 4, then 4 x 4 in one window", (32, 32), 5, timm_model()),
    Case(
        "timm-swin-padded", "5 x 7 tokens in windows of 3 x 3, shifted before they are padded; then one axis shifted",
        (20, 28), 6, timm_model(img_size=(20, 28), window_size=3, qkv_bias=False), full=True,
    ),
    Case(
        "timm-swin-three-stages", "windows of another size in each stage, one larger than its grid on one side",
        (24, 40), 7,
        timm_model(img_size=(24, 40), depths=(2, 2, 3), num_heads=(2, 2, 4), window_size=(2, 4, 3)),
    ),
    Case("hf-swinv2", "8 x 8 tokens in shifted windows of 4 x 4, then 4 x 4 in one window", (32, 32), 8, hf2()),
    Case(
        "hf-swinv2-padded",
        "5 x 7 tokens in windows of 3 x 3, padded and shifted; then 3 x 4 in windows of 2 x 2, which is half of 5; "
        "pretrained windows; no q/k/v bias", (20, 28), 31,
        hf2(image_size=[20, 28], window_size=3, pretrained_window_sizes=[2, 3], qkv_bias=False, layer_norm_eps=1e-6,
            mlp_ratio=1.5), full=True,
    ),
    Case(
        "hf-swinv2-other-size", "hf-swinv2 at 40 x 12: 10 x 3 and 5 x 2 tokens, whose windows are wider than they are",
        (40, 12), 10, model_of="hf-swinv2",
    ),
    Case(
        "hf-swinv2-three-stages", "12 x 10, 6 x 5 and 3 x 3 tokens in shifted windows of 2 x 2, the last padded",
        (24, 20), 11,
        hf2(image_size=[24, 20], patch_size=2, depths=[2, 1, 2], num_heads=[2, 2, 4], window_size=2),
    ),
    Case("timm-swinv2", "8 x 8 tokens in shifted windows of 4 x 4, then 4 x 4 in one window", (32, 32), 12, timm2()),
    Case(
        "timm-swinv2-padded",
        "5 x 7 tokens in windows of 3 x 3, shifted before they are padded; then one axis shifted; pretrained windows; no "
        "q/k/v bias", (20, 28), 32,
        timm2(img_size=(20, 28), window_size=3, pretrained_window_sizes=(2, 6), qkv_bias=False), full=True,
    ),
    Case(
        "timm-swinv2-three-stages", "windows of another size in each stage, one larger than its grid on one side",
        (24, 40), 14,
        timm2("swinv2_base_window12to16_192to256", img_size=(24, 40), depths=(2, 2, 3), num_heads=(2, 2, 4),
              window_size=(2, 4, 3), pretrained_window_sizes=(2, 3, 2)),
    ),
]


def randomise(module: nn.Module, seed: int) -> None:
    """Weights spread widely enough that attention is peaked and no vector is trivial."""
    generator = torch.Generator().manual_seed(seed)
    norms = {p for m in module.modules() if isinstance(m, nn.LayerNorm) for p in m.parameters()}
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter in norms:
            value = 1 + 0.25 * noise if name.endswith("weight") else 0.25 * noise
        elif name.endswith("bias"):
            value = 0.25 * noise
        elif "cpb_mlp.2" in name or "continuous_position_bias_mlp.2" in name:
            value = 3 * noise / parameter.shape[1] ** 0.5
        elif "cpb_mlp" in name or "continuous_position_bias_mlp" in name:
            value = 0.3 * noise  # a hidden layer of 512 units, none of which may decide
        elif "logit_scale" in name:
            # Far below ln 100, where it is cut off: a scale of 100 would make float32's rounding decide (`../attention` has it).
            value = torch.log(torch.tensor(3.0)) + 0.3 * noise
        elif "table" in name or "position" in name:
            value = 0.5 * noise
        elif any(part in name for part in ("q_proj", "k_proj", "qkv")):
            value = 0.4 * noise
        else:  # projections that keep the residual stream's scale
            value = 1.5 * noise / parameter[0].numel() ** 0.5
        parameter.data.copy_(value)


def save(case: Case, module: nn.Module, folder: Path) -> None:
    """A model directory as the library itself writes it."""
    if case.is_timm:
        save_for_hf(module, str(folder), safe_serialization=True)
        return
    module.save_pretrained(folder)
    height, width = case.input_size
    transformers.ViTImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)


def load(case: Case, folder: Path) -> nn.Module:
    """The model read back from its directory, in float32."""
    if case.is_timm:
        return timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    kind = transformers.Swinv2ForImageClassification if case.is_second else transformers.SwinForImageClassification
    return kind.from_pretrained(folder, dtype=torch.float32).eval()

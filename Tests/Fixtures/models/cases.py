"""The small random models: what each case is, and how its model directory is written."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import timm
import torch
import transformers
from timm.models._hub import save_for_hf
from torch import nn
from transformers.models.vit.modeling_vit import ViTPooler

from reference.layout import Layout

LABELS = ["tench", "goldfish", "great white shark", "hammerhead, hammerhead shark", "cock", "house finch", "jay"]


@dataclass
class Case:
    """One fixture folder. `build` makes the model; a case with `model_of` runs another case's model instead."""

    name: str
    description: str
    layout: Layout
    input_size: tuple[int, int]
    seed: int
    build: Callable[[], nn.Module] | None = None
    every_spec: bool = False
    full: bool = False  # store every recording point, for targets 0 and 3
    parameter_gradients: bool = False
    model_of: str | None = None
    save_options: dict = field(default_factory=dict)

    @property
    def is_timm(self) -> bool:
        return self.name.startswith("timm")


def hf(architecture: str, **config) -> Callable[[], nn.Module]:
    config_class = transformers.ViTConfig if architecture.startswith("ViT") else transformers.DeiTConfig
    defaults = dict(
        hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16,
        patch_size=4, num_labels=len(LABELS),
    )
    return lambda: getattr(transformers, architecture)(config_class(**{**defaults, **config}))


def hf_with_pooler() -> nn.Module:
    """Many published ViT checkpoints still hold the pooler that image classification doesn't use."""
    module = hf("ViTForImageClassification")()
    module.vit.pooler = ViTPooler(module.config)
    return module


def timm_model(architecture: str, **arguments) -> Callable[[], nn.Module]:
    defaults = dict(
        img_size=16, patch_size=4, embed_dim=18, depth=2, num_heads=3, mlp_ratio=2.0, num_classes=len(LABELS),
        pretrained_cfg_overlay=dict(tag="random", license="", num_classes=len(LABELS), label_names=LABELS),
    )
    return lambda: timm.create_model(architecture, **{**defaults, **arguments})


CLASS = Layout(("class",), (4, 4), "class")
DISTILLED = Layout(("class", "distillation"), (4, 4), "class+distillation")

CASES = [
    Case(
        "hf-vit", "ViT, square input, biases everywhere, erf GELU, layer_norm_eps 1e-12, 3 layers",
        CLASS, (16, 16), 1, hf("ViTForImageClassification", num_hidden_layers=3),
        every_spec=True, full=True, parameter_gradients=True,
    ),
    Case(
        "hf-vit-nonsquare", "ViT, 24 x 20 input in 8 x 4 patches, 4 heads, no qkv bias, layer_norm_eps 1e-6, labels",
        Layout(("class",), (3, 5), "class"), (24, 20), 2,
        hf("ViTForImageClassification", hidden_size=20, num_attention_heads=4, image_size=[24, 20],
           patch_size=[8, 4], qkv_bias=False, layer_norm_eps=1e-6, id2label=dict(enumerate(LABELS)),
           label2id={label: index for index, label in enumerate(LABELS)}),
    ),
    Case(
        "hf-vit-onehead", "ViT with a single head",
        CLASS, (16, 16), 3, hf("ViTForImageClassification", num_attention_heads=1),
    ),
    Case(
        "hf-vit-interpolated", "hf-vit at 24 x 12 with interpolate_pos_encoding=True",
        Layout(("class",), (6, 3), "class"), (24, 12), 4, model_of="hf-vit",
    ),
    Case(
        "hf-vit-sharded-bf16", "ViT in bfloat16, sharded with an index, with the pooler of older checkpoints",
        CLASS, (16, 16), 5, hf_with_pooler, save_options=dict(max_shard_size="8KB"),
    ),
    Case(
        "hf-deit", "DeiT: class and distillation tokens, logits from the class token only",
        Layout(("class", "distillation"), (4, 4), "class"), (16, 16), 6, hf("DeiTForImageClassification"),
    ),
    Case(
        "hf-deit-distilled", "DeiT with two heads, their logits averaged",
        DISTILLED, (16, 16), 7, hf("DeiTForImageClassificationWithTeacher"), full=True, parameter_gradients=True,
    ),
    Case(
        "timm-vit", "VisionTransformer read at the class token, labels in pretrained_cfg",
        CLASS, (16, 16), 8, timm_model("vit_tiny_patch16_224"),
    ),
    Case(
        "timm-vit-gap", "VisionTransformer with a class token, mean of patches, fc_norm after the mean",
        Layout(("class",), (3, 5), "patches"), (24, 20), 9,
        timm_model("vit_tiny_patch16_224", img_size=(24, 20), patch_size=(8, 4), embed_dim=20, num_heads=4,
                   global_pool="avg"), full=True,
    ),
    Case(
        "timm-vit-gap-nocls", "VisionTransformer without a class token, norm before the mean of patches",
        Layout((), (4, 4), "patches"), (16, 16), 10, timm_model("vit_base_patch16_gap_224"),
    ),
    Case(
        "timm-vit-registers", "VisionTransformer with a class token and two registers, no_embed_class",
        Layout(("class", "register", "register"), (4, 4), "class"), (16, 16), 11,
        timm_model("vit_tiny_patch16_224", reg_tokens=2, no_embed_class=True),
    ),
    Case(
        "timm-deit", "the deit_tiny architecture name: a plain VisionTransformer",
        CLASS, (16, 16), 12, timm_model("deit_tiny_patch16_224"),
    ),
    Case(
        "timm-deit-distilled", "VisionTransformerDistilled: the two heads' logits averaged",
        DISTILLED, (16, 16), 13, timm_model("deit_tiny_distilled_patch16_224"),
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
        elif "token" in name or "pos" in name:
            value = 0.7 * noise
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
    if case.name.endswith("bf16"):
        module = module.to(torch.bfloat16)
    module.save_pretrained(folder, **case.save_options)
    height, width = case.input_size
    if case.name.startswith("hf-deit"):
        size = dict(size=dict(height=height + 2, width=width + 2), crop_size=dict(height=height, width=width))
        transformers.DeiTImageProcessor(**size).save_pretrained(folder)
    else:
        transformers.ViTImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)


def load(case: Case, folder: Path) -> nn.Module:
    """The model read back from its directory, in float32."""
    if case.is_timm:
        return timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    architecture = transformers.AutoConfig.from_pretrained(folder).architectures[0]
    return getattr(transformers, architecture).from_pretrained(folder, dtype=torch.float32).eval()

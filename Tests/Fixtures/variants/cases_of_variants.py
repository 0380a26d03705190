"""Variants of vision transformers: rotary families, gates and norms of their own, and models without a last norm."""

import torch
import transformers
from torch import nn

from cases import CLASS, POOLED, Case, timm_model
from reference.layout import Layout
from reference.network import Direction


class CosineHead(nn.Module):
    """A backbone with vectors for classes: 100 · cos(features, vector), the features being what its class hands on."""

    def __init__(self, backbone: nn.Module, vectors: torch.Tensor):
        super().__init__()
        self.backbone, self.direction, self.vectors = backbone, Direction(), vectors
        self.classes = nn.Linear(vectors.shape[1], vectors.shape[0], bias=False)
        unit = vectors.double() / vectors.double().norm(dim=-1, keepdim=True)
        self.classes.weight.data = (100 * unit).to(vectors.dtype)

    def forward(self, images):
        return self.classes(self.direction(self.backbone(images).pooler_output))


def dinov3(**config):
    defaults = dict(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4,
        num_register_tokens=2)
    return lambda: transformers.DINOv3ViTModel(transformers.DINOv3ViTConfig(**{**defaults, **config}))


def eva(architecture: str, **arguments):
    return timm_model(architecture, **{"embed_dim": 24, **arguments})


REGISTERS = Layout(("class", "register", "register"), (4, 4), "class")

VARIANTS = [
    Case(
        "hf-dinov3", "DINOv3ViTModel with class vectors: centred rotations, registers, keys without bias, GELU",
        REGISTERS, (16, 16), 70, dinov3(), full=True, has_class_vectors=True, head=CosineHead,
    ),
    Case(
        "hf-dinov3-other-size", "hf-dinov3 at 24 x 12: rotations by the input's own grid",
        Layout(("class", "register", "register"), (6, 3), "class"), (24, 12), 71, model_of="hf-dinov3",
        has_class_vectors=True, head=CosineHead,
    ),
    Case(
        "hf-dinov3-gated", "DINOv3ViTModel with use_gated_mlp, another rope_theta, biases of queries, keys and values",
        Layout(("class",), (4, 4), "class"), (16, 16), 72,
        dinov3(use_gated_mlp=True, hidden_act="silu", num_register_tokens=0, rope_theta=30.0, key_bias=True),
        has_class_vectors=True, head=CosineHead,
    ),
    Case(
        "timm-eva02-base", "eva02_base: layers of their own for queries, keys, values, gate; a norm within the MLP",
        POOLED, (16, 16), 73, eva("eva02_base_patch14_224"), parameter_gradients=True,
    ),
    Case(
        "timm-eva02-clip", "eva02_base_clip with a classifier: also a norm of the heads' outputs",
        CLASS, (16, 16), 74, eva("eva02_base_patch16_clip_224"), full=True, parameter_gradients=True,
    ),
    Case(
        "timm-beit3", "beit3_base: norms of the heads' outputs and within an MLP of GELU",
        POOLED, (16, 16), 75, timm_model("beit3_base_patch16_224"), parameter_gradients=True,
    ),
    Case(
        "timm-dinov3-plus", "vit_small_plus_patch16_dinov3 with a classifier: a gate of its own, no biases of q, k and v",
        Layout(("class",) + ("register",) * 4, (4, 4), "patches"), (16, 16), 76,
        eva("vit_small_plus_patch16_dinov3"), parameter_gradients=True,
    ),
    Case(
        "timm-rope-mixed", "vit_small_patch16_rope_mixed_ape: frequencies learned for each head and layer",
        CLASS, (16, 16), 77, eva("vit_small_patch16_rope_mixed_ape_224"), parameter_gradients=True,
    ),
    Case(
        "timm-rope-mixed-interpolated", "timm-rope-mixed at 24 x 12 by set_input_size",
        Layout(("class",), (6, 3), "class"), (24, 12), 78, model_of="timm-rope-mixed",
    ),
    Case(
        "timm-pe-spatial", "vit_pe_spatial_tiny with a classifier: rotations counted from 1, a norm before the blocks, none after",
        Layout(("class",), (3, 5), "patches"), (24, 20), 79,
        eva("vit_pe_spatial_tiny_patch16_512", img_size=(24, 20), patch_size=(8, 4)), parameter_gradients=True,
    ),
    Case(
        "timm-radio", "vit_base_patch16_radio_v3 with a classifier: no last norm before the class token is read",
        Layout(("class",) + ("register",) * 7, (4, 4), "class"), (16, 16), 80,
        timm_model("vit_base_patch16_radio_v3"), parameter_gradients=True,
    ),
    Case(
        "timm-relpos", "vit_relpos_base_clsgap: in each block an MLP makes the bias of offsets; none for the class token",
        Layout(("class",), (4, 4), "patches"), (16, 16), 81, timm_model("vit_relpos_base_patch16_clsgap_224"),
        parameter_gradients=True,
    ),
    Case(
        "timm-relpos-interpolated", "timm-relpos at 24 x 12 by set_input_size: the MLP serves any grid",
        Layout(("class",), (6, 3), "patches"), (24, 12), 82, model_of="timm-relpos",
    ),
    Case(
        "timm-srelpos", "vit_srelpos_small: one MLP for all blocks, no class token, a grid that isn't square",
        Layout((), (3, 5), "patches"), (24, 20), 83,
        timm_model("vit_srelpos_small_patch16_224", img_size=(24, 20), patch_size=(8, 4)), parameter_gradients=True,
    ),
    Case(
        "timm-parallel", "vit_pwee with qk_norm: attention and MLP side by side, one layer for all that they see",
        Layout(("register",), (4, 4), "patches"), (16, 16), 84,
        timm_model("vit_pwee_patch16_reg1_gap_256", qk_norm=True), parameter_gradients=True,
    ),
]

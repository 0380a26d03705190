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
from reference.network import ZeroShot

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
    forward_options: dict = field(default_factory=dict)
    save_options: dict = field(default_factory=dict)
    has_class_vectors: bool = False  # the classes are vectors, which expected.safetensors has
    head: Callable[[nn.Module, torch.Tensor], nn.Module] | None = None  # puts vectors behind a backbone

    @property
    def is_timm(self) -> bool:
        return self.name.startswith("timm")


CONFIGURATIONS = {
    "ViT": transformers.ViTConfig, "DeiT": transformers.DeiTConfig, "Beit": transformers.BeitConfig,
    "Dinov2": transformers.Dinov2Config, "Dinov2WithRegisters": transformers.Dinov2WithRegistersConfig,
}


def hf(architecture: str, **config) -> Callable[[], nn.Module]:
    config_class = CONFIGURATIONS[architecture.split("For")[0]]
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


def clip(architecture: str, **config) -> Callable[[], nn.Module]:
    """Two towers; the text tower is of no account here."""
    vision = dict(
        hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4,
        projection_dim=10)
    text = dict(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, vocab_size=20,
        max_position_embeddings=7, projection_dim=10, bos_token_id=18, eos_token_id=19)
    vision |= config
    if architecture.startswith("CLIPVision"):
        return lambda: getattr(transformers, architecture)(transformers.CLIPVisionConfig(**vision))
    return lambda: getattr(transformers, architecture)(transformers.CLIPConfig(
        vision_config=vision, text_config=text, projection_dim=10, num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)), label2id={label: index for index, label in enumerate(LABELS)}))


def class_vectors(case: "Case", width: int) -> torch.Tensor:
    """One for each class, of various lengths."""
    generator = torch.Generator().manual_seed(1000 + case.seed)
    vectors = torch.randn(len(LABELS), width, generator=generator)
    return vectors * torch.linspace(0.5, 3, len(LABELS))[:, None]


def timm_model(architecture: str, **arguments) -> Callable[[], nn.Module]:
    defaults = dict(
        img_size=16, patch_size=4, embed_dim=18, depth=2, num_heads=3, mlp_ratio=2.0, num_classes=len(LABELS),
        pretrained_cfg_overlay=dict(tag="random", license="", num_classes=len(LABELS), label_names=LABELS),
    )
    return lambda: timm.create_model(architecture, **{**defaults, **arguments})


CLASS = Layout(("class",), (4, 4), "class")
DISTILLED = Layout(("class", "distillation"), (4, 4), "class+distillation")
POOLED = Layout(("class",), (4, 4), "patches")
BESIDE = Layout(("class",), (4, 4), "class+patches")

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
        forward_options={"interpolate_pos_encoding": True},
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
        "timm-vit-avgmax", "VisionTransformer with a class token, mean and maximum of patches, fc_norm after them",
        Layout(("class",), (3, 5), "patches+maximum"), (24, 20), 64,
        timm_model("vit_tiny_patch16_224", img_size=(24, 20), patch_size=(8, 4), embed_dim=20, num_heads=4,
                   global_pool="avgmax"), full=True, parameter_gradients=True,
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
    Case(
        "timm-vit-rpn", "vit_base_patch16_rpn: norms behind attention and MLP, which only the name says; fc_norm",
        Layout((), (4, 4), "patches"), (16, 16), 50, timm_model("vit_base_patch16_rpn_224"), full=True,
        parameter_gradients=True,
    ),
    Case(
        "timm-vit-clip-quickgelu", "CLIP's: a norm before the blocks, no patch bias, QuickGELU and epsilon 1e-5 by the name",
        CLASS, (16, 16), 32, timm_model("vit_base_patch32_clip_quickgelu_224"), parameter_gradients=True,
    ),
    Case(
        "timm-vit-siglip-gap", "vit_base_patch32_siglip_gap: GELU by tanh, which only the name says; no class token",
        Layout((), (4, 4), "patches"), (16, 16), 33, timm_model("vit_base_patch32_siglip_gap_256"),
    ),
    Case(
        "timm-vit-qk-norm", "queries and keys normalised, as model_args say, and GELU by tanh, as they say too",
        CLASS, (16, 16), 34, timm_model("vit_tiny_patch16_224", qk_norm=True, act_layer="gelu_tanh"),
        parameter_gradients=True,
    ),
    Case(
        "timm-eva-rope", "vit_medium_patch16_rope_reg1_gap: rotations by row and column, on another grid than the name's",
        Layout(("register",), (3, 5), "patches"), (24, 20), 35,
        timm_model("vit_medium_patch16_rope_reg1_gap_256", img_size=(24, 20), patch_size=(8, 4), embed_dim=24),
        parameter_gradients=True,
    ),
    Case(
        "timm-eva-rope-columns", "vit_small_patch16_rope: columns before rows, base 100, class token",
        CLASS, (16, 16), 36, timm_model("vit_small_patch16_rope_224", embed_dim=24),
    ),
    Case(
        "timm-dinov3", "vit_small_patch16_dinov3_qkvb with a classifier: centred rotations, no position embeddings",
        Layout(("class",) + ("register",) * 4, (4, 4), "patches"), (16, 16), 37,
        timm_model("vit_small_patch16_dinov3_qkvb", embed_dim=24), parameter_gradients=True,
    ),
    Case(
        "timm-eva02-swiglu", "eva02_tiny: rotations, packed SwiGLU, mean of patches",
        POOLED, (16, 16), 38, timm_model("eva02_tiny_patch14_224", embed_dim=24),
    ),
    Case(
        "timm-eva02-post-norm", "eva02_enormous_clip read at the mean: norms behind attention and MLP, class token",
        POOLED, (16, 16), 39, timm_model("eva02_enormous_patch14_clip_224", global_pool="avg"), parameter_gradients=True,
    ),
    Case(
        "timm-vit-interpolated", "timm-vit at 24 x 12 by set_input_size, which antialiases",
        Layout(("class",), (6, 3), "class"), (24, 12), 14, model_of="timm-vit",
    ),
    Case(
        "timm-deit3", "deit3_small: layer scale, position embeddings for patches only",
        CLASS, (16, 16), 15, timm_model("deit3_small_patch16_224"), parameter_gradients=True,
    ),
    Case(
        "hf-beit", "BEiT as published: a bias of its own for each layer, layer scale, mean of patches",
        POOLED, (16, 16), 16, hf("BeitForImageClassification", num_hidden_layers=3, use_relative_position_bias=True),
        full=True, parameter_gradients=True,
    ),
    Case(
        "hf-beit-shared", "BEiT with one bias for all layers and absolute positions, read at the class token",
        CLASS, (16, 16), 17,
        hf("BeitForImageClassification", use_shared_relative_position_bias=True,
           use_absolute_position_embeddings=True, use_mean_pooling=False), parameter_gradients=True,
    ),
    Case(
        "hf-beit-both", "BEiT with both kinds of bias, without layer scale, with a mask token that nothing reads",
        POOLED, (16, 16), 18,
        hf("BeitForImageClassification", use_relative_position_bias=True, use_shared_relative_position_bias=True,
           layer_scale_init_value=0.0, use_mask_token=True, layer_norm_eps=1e-6),
    ),
    Case(
        "hf-beit-interpolated", "hf-beit at 24 x 12: the tables are interpolated bilinearly",
        Layout(("class",), (6, 3), "patches"), (24, 12), 19, model_of="hf-beit",
        parameter_gradients=True,
    ),
    Case(
        "hf-beit-shared-interpolated", "hf-beit-shared at 12 x 20: position embeddings are interpolated, too",
        Layout(("class",), (3, 5), "class"), (12, 20), 20, model_of="hf-beit-shared",
        parameter_gradients=True,
    ),
    Case(
        "timm-beit", "BEiT as published: non-square, a bias of its own for each layer, mean of patches, fc_norm",
        Layout(("class",), (3, 5), "patches"), (24, 20), 21,
        timm_model("beit_base_patch16_224", img_size=(24, 20), patch_size=(8, 4), embed_dim=20, num_heads=4),
        full=True, parameter_gradients=True,
    ),
    Case(
        "timm-beit-token", "BEiT v2 with one bias for all layers and absolute positions, read at the class token",
        CLASS, (16, 16), 22,
        timm_model("beitv2_base_patch16_224", use_rel_pos_bias=False, use_shared_rel_pos_bias=True,
                   use_abs_pos_emb=True, global_pool="token", init_values=None),
    ),
    Case(
        "timm-beit-interpolated", "timm-beit at 40 x 24 by set_input_size: geometric distances between offsets",
        Layout(("class",), (5, 6), "patches"), (40, 24), 23, model_of="timm-beit",
    ),
    Case(
        "hf-dinov2", "DINOv2: layer scale, classifier on class token and mean of patches",
        BESIDE, (16, 16), 24,
        hf("Dinov2ForImageClassification", num_hidden_layers=3, mlp_ratio=2, use_mask_token=False),
        full=True, parameter_gradients=True,
    ),
    Case(
        "hf-dinov2-registers-swiglu", "DINOv2 with three registers and SwiGLU, no q/k/v bias",
        Layout(("class",) + ("register",) * 3, (4, 4), "class+patches"), (16, 16), 25,
        hf("Dinov2WithRegistersForImageClassification", num_register_tokens=3, mlp_ratio=2, use_swiglu_ffn=True,
           qkv_bias=False),
        full=True, parameter_gradients=True,
    ),
    Case(
        "hf-dinov2-interpolated", "hf-dinov2 at 24 x 12: bicubic without antialiasing",
        Layout(("class",), (6, 3), "class+patches"), (24, 12), 26, model_of="hf-dinov2",
        parameter_gradients=True,
    ),
    Case(
        "hf-dinov2-registers-interpolated", "hf-dinov2-registers-swiglu at 12 x 8: bicubic with antialiasing",
        Layout(("class",) + ("register",) * 3, (3, 2), "class+patches"), (12, 8), 27,
        model_of="hf-dinov2-registers-swiglu", parameter_gradients=True,
    ),
    Case(
        "timm-dinov2", "vit_small_patch14_dinov2 with a classifier on the class token",
        CLASS, (16, 16), 28, timm_model("vit_small_patch14_dinov2"),
    ),
    Case(
        "timm-dinov2-registers-swiglu", "vit_giant_patch14_reg4_dinov2: registers, SwiGLUPacked",
        Layout(("class",) + ("register",) * 4, (4, 4), "class"), (16, 16), 29,
        timm_model("vit_giant_patch14_reg4_dinov2"), parameter_gradients=True,
    ),
    Case(
        "timm-dinov2-interpolated", "timm-dinov2-registers-swiglu at 8 x 12 by set_input_size",
        Layout(("class",) + ("register",) * 4, (2, 3), "class"), (8, 12), 30,
        model_of="timm-dinov2-registers-swiglu",
    ),
    Case(
        "hf-clip", "CLIPModel with class vectors: a norm before the blocks, QuickGELU, projection, cosine, logit_scale",
        CLASS, (16, 16), 60, clip("CLIPModel", num_hidden_layers=3), full=True, has_class_vectors=True,
    ),
    Case(
        "hf-clip-interpolated", "hf-clip at 24 x 12 with interpolate_pos_encoding=True",
        Layout(("class",), (6, 3), "class"), (24, 12), 61, model_of="hf-clip", has_class_vectors=True,
        forward_options={"interpolate_pos_encoding": True},
    ),
    Case(
        "hf-clip-vision-gelu", "CLIPVisionModelWithProjection with class vectors, GELU, no logit_scale",
        CLASS, (16, 16), 62, clip("CLIPVisionModelWithProjection", hidden_act="gelu"), has_class_vectors=True,
    ),
    Case(
        "hf-clip-classifier", "CLIPForImageClassification: the mean of the patches, without the last norm",
        POOLED, (16, 16), 63, clip("CLIPForImageClassification"), full=True, parameter_gradients=True,
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
        elif name == "logit_scale":
            value = torch.tensor(2.0)
        elif parameter.dim() == 1 and not name.endswith("class_embedding"):  # layer scale
            value = 1 + 0.25 * noise
        elif "token" in name or "pos" in name or name.endswith("class_embedding"):
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
    if isinstance(module, ZeroShot):
        module = module.clip
    module = getattr(module, "backbone", module)
    module.save_pretrained(folder, **case.save_options)
    height, width = case.input_size
    if case.name.startswith("hf-beit"):
        transformers.BeitImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)
    elif case.name.startswith("hf-clip"):
        size = dict(size=dict(shortest_edge=height), crop_size=dict(height=height, width=width))
        transformers.CLIPImageProcessor(**size).save_pretrained(folder)
    elif case.name.startswith("hf-dinov2"):
        size = dict(size=dict(shortest_edge=height + 2), crop_size=dict(height=height, width=width))
        transformers.BitImageProcessor(**size).save_pretrained(folder)
    elif case.name.startswith("hf-dinov3"):
        transformers.DINOv3ViTImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)
    elif case.name.startswith("hf-deit"):
        size = dict(size=dict(height=height + 2, width=width + 2), crop_size=dict(height=height, width=width))
        transformers.DeiTImageProcessor(**size).save_pretrained(folder)
    else:
        transformers.ViTImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)


def load(case: Case, folder: Path) -> nn.Module:
    """The model read back from its directory, in float32."""
    if case.is_timm:
        module = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
        if case.model_of:
            module.set_input_size(case.input_size)
        return module
    architecture = transformers.AutoConfig.from_pretrained(folder).architectures[0]
    module = getattr(transformers, architecture).from_pretrained(folder, dtype=torch.float32).eval()
    if not case.has_class_vectors:
        return module
    if case.head is not None:
        return case.head(module, class_vectors(case, module.config.hidden_size)).eval()
    vectors = class_vectors(case, module.visual_projection.out_features)
    scale = module.logit_scale.data.exp() if hasattr(module, "logit_scale") else torch.tensor(100.0)
    return ZeroShot(module, vectors, scale).eval()

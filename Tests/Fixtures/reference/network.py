"""A Hugging Face or timm vision transformer that records its intermediates and their gradients, in float64."""

from dataclasses import dataclass, field

import torch
from torch import nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS

from .layout import Layout

POINTS = ("first-norm", "head-outputs", "after-attention", "second-norm", "output")


def _reference_attention(module, query, key, value, mask, scaling=None, dropout=0.0, **_):
    """Softmax attention in the dtype of its inputs: transformers' own eager function rounds it to float32.

    `mask` is BEiT's relative position bias, which transformers passes as one.
    """
    scores = query @ key.transpose(-1, -2) * scaling
    weights = module.probabilities((scores if mask is None else scores + mask).softmax(dim=-1))
    return (weights @ value).transpose(1, 2), weights


AttentionInterface.register("reference", _reference_attention)
AttentionMaskInterface.register("reference", ALL_MASK_ATTENTION_FUNCTIONS["eager"])


@dataclass
class Record:
    """The logits [B, K] of one forward pass and what it met on the way, one list entry per layer."""

    input: torch.Tensor
    logits: torch.Tensor | None = None
    attention: list[torch.Tensor] = field(default_factory=list)  # [B, H, N, N], after softmax
    activation: dict[str, list[torch.Tensor]] = field(default_factory=lambda: {point: [] for point in POINTS})

    def tensors(self):
        yield self.input
        yield from self.attention
        for point in POINTS:
            yield from self.activation[point]


@dataclass
class Evidence:
    """What an explainer gets for one image and one class: values and gradients of that class's logit."""

    layout: Layout
    attention: list[torch.Tensor]  # [H, N, N]
    attention_gradient: list[torch.Tensor]  # [H, N, N]
    activation: dict[str, list[torch.Tensor]]  # [N, D]
    activation_gradient: dict[str, list[torch.Tensor]]  # [N, D]
    input_gradient: torch.Tensor  # [3, height, width]

    @property
    def heads(self) -> int:
        return self.attention[0].shape[0]


class Direction(nn.Module):
    """x/|x|, of which relevance and conservative propagation take the length for a constant."""

    def forward(self, x):
        return x / x.norm(dim=-1, keepdim=True)


class ZeroShot(nn.Module):
    """An image tower of CLIP's with vectors for classes; the logits are what `CLIPModel` computes of texts with these vectors."""

    def __init__(self, clip: nn.Module, vectors: torch.Tensor, scale: torch.Tensor):
        super().__init__()
        self.clip, self.direction, self.vectors = clip, Direction(), vectors
        self.classes = nn.Linear(vectors.shape[1], vectors.shape[0], bias=False)
        unit = vectors.double() / vectors.double().norm(dim=-1, keepdim=True)
        self.classes.weight.data = (unit * scale.double()).to(vectors.dtype)

    def forward(self, images, **options):
        features = self.clip.vision_model(images, **options).pooler_output
        return self.classes(self.direction(self.clip.visual_projection(features)))


def library_part(module: nn.Module) -> nn.Module:
    """The library's own module, where class vectors were put behind it."""
    return getattr(module, "clip", None) or getattr(module, "backbone", module)


def image_part(module: nn.Module) -> nn.Module:
    """The module of a Hugging Face model that has embeddings and blocks."""
    inner = library_part(module)
    return getattr(inner, "vision_model", None) or inner.base_model


def name_as_vit(block: nn.Module) -> None:
    """Gives the parts of a block of CLIP's the names that those of ViT have, beside their own."""
    names = {"attention": block.self_attn, "layernorm_before": block.layer_norm1, "layernorm_after": block.layer_norm2}
    for name, part in names.items():
        object.__setattr__(block, name, part)  # not registered, so that parameters keep a single name
    object.__setattr__(block.self_attn, "o_proj", block.self_attn.out_proj)


def has_norms_behind(block: nn.Module) -> bool:
    """Whether the norms of a block stand behind attention and MLP, x + Norm(f(x))."""
    return type(block).__name__ in ("ResPostBlock", "EvaBlockPostNorm", "ResPostRelPosBlock")


def is_parallel(block: nn.Module) -> bool:
    """Whether attention and MLP of a block see the same and are added at once."""
    return type(block).__name__ == "ParallelScalingBlock"


def attention_of(block: nn.Module) -> nn.Module:
    """The module of a block of timm's that has the attention's probabilities."""
    return block if is_parallel(block) else block.attn


class Network:
    """`module` in float64 with hooks at the recording points; the module itself is the library's own."""

    def __init__(self, module: nn.Module, **forward_options):
        self.module = module.double().eval()
        self.forward_options = forward_options
        self.is_timm = hasattr(module, "blocks")
        if self.is_timm:
            self.blocks = list(module.blocks)
            for block in self.blocks:
                attention_of(block).fused_attn = False
        else:
            library_part(module).set_attn_implementation("reference")
            base = image_part(module)
            if hasattr(base, "layers"):
                self.blocks = list(base.layers)
            elif hasattr(base, "layer"):
                self.blocks = list(base.layer)
            else:
                self.blocks = list(base.encoder.layers if hasattr(base.encoder, "layers") else base.encoder.layer)
            for block in self.blocks:
                if hasattr(block, "self_attn"):
                    name_as_vit(block)
                block.attention.probabilities = nn.Identity()

    def module_at(self, point: str, layer: int) -> nn.Module:
        """The module whose output (first-norm, second-norm, output) is the recording point."""
        block = self.blocks[layer]
        if is_parallel(block):
            names = {"first-norm": "in_norm"}
        else:
            names = {"first-norm": "norm1", "second-norm": "norm2"} if hasattr(block, "norm1") else {
                "first-norm": "layernorm_before", "second-norm": "layernorm_after"}
        return block if point == "output" else getattr(block, names[point])

    def run(self, images: torch.Tensor, conservative: bool = False) -> Record:
        """A forward pass that records everything.

        `conservative` treats the attention probabilities and the layer norms' 1/std (not their mean) as constants
        (Ali et al. 2022, "XAI for Transformers: Better Explanations through Conservative Propagation").
        """
        record = Record(images.detach().double().requires_grad_())
        handles = []
        for layer, block in enumerate(self.blocks):
            handles += self._hooks(record, block, layer, conservative)
        if conservative:
            norms = [m for m in self.module.modules() if isinstance(m, nn.LayerNorm)]
            # Prepended, so that the recording hooks see the replaced output.
            handles += [n.register_forward_hook(_conservative_norm, prepend=True) for n in norms]
            handles += [
                m.register_forward_hook(lambda _, inputs, __: inputs[0] / inputs[0].norm(dim=-1, keepdim=True).detach())
                for m in self.module.modules() if isinstance(m, Direction)]
        output = self.module(record.input, **self.forward_options)
        for handle in handles:
            handle.remove()
        record.logits = output if torch.is_tensor(output) else output.logits
        for tensor in record.tensors():
            if tensor.requires_grad:
                tensor.retain_grad()
        return record

    def _hooks(self, record: Record, block: nn.Module, layer: int, conservative: bool):
        attention = attention_of(block) if self.is_timm else block.attention
        probabilities = attention.attn_drop if self.is_timm else attention.probabilities
        projection = attention.attn_out_proj if is_parallel(block) else attention.proj if self.is_timm else attention.o_proj
        if isinstance(getattr(attention, "norm", None), nn.LayerNorm):
            projection = attention.norm  # which sees the heads' outputs before the projection does

        def keep_attention(_, __, output):
            output = output.detach() if conservative else output
            record.attention.append(output)
            return output

        def keep_output(point):
            return lambda _, __, output: record.activation[point].append(output)

        def keep_input(point):
            return lambda _, inputs: record.activation[point].append(inputs[0])

        hooks = [
            probabilities.register_forward_hook(keep_attention),
            self.module_at("first-norm", layer).register_forward_hook(keep_output("first-norm")),
            projection.register_forward_pre_hook(keep_input("head-outputs")),
            block.register_forward_hook(keep_output("output")),
        ]
        if is_parallel(block):  # it computes neither a sum behind the attention nor a second norm
            return hooks
        second = self.module_at("second-norm", layer)
        # Norms that stand behind the branches don't see the residual stream; the MLP does.
        after_attention = block.mlp if has_norms_behind(block) else second
        return hooks + [
            after_attention.register_forward_pre_hook(keep_input("after-attention")),
            second.register_forward_hook(keep_output("second-norm")),
        ]

    def evidence(self, images: torch.Tensor, layout: Layout, image: int, target: int) -> Evidence:
        """Values and gradients of `logits[image, target]`."""
        record = self.run(images)
        record.logits[image, target].backward()
        self.module.zero_grad()
        return Evidence(
            layout,
            [a.detach()[image] for a in record.attention],
            [a.grad[image] for a in record.attention],
            {p: [t.detach()[image] for t in ts] for p, ts in record.activation.items()},
            {p: [t.grad[image] for t in ts] for p, ts in record.activation.items()},
            record.input.grad[image],
        )


def _conservative_norm(norm: nn.LayerNorm, inputs, _):
    centred = inputs[0] - inputs[0].mean(dim=-1, keepdim=True)
    scale = (centred.pow(2).mean(dim=-1, keepdim=True) + norm.eps).rsqrt().detach()
    return centred * scale * norm.weight + norm.bias

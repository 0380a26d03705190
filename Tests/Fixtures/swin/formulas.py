"""Swin of either version and either library as formulas in float64, whose derivative by autograd is the rule of each operation.

An operation y = f(x) with a rule is written as a function of the same value and another derivative: what a rule holds
constant is detached, and relevance that passes unchanged is x times the detached y/x. The parameters, the slots of windows, the masks and
the bias of the scores are the library's own.
"""

import math
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional

from network import Network
from reference import cort


@dataclass
class Rules:
    """How each kind of operation passes relevance on; the plain derivative where nothing is said."""

    norm: str = "derivative"  # or "constant": 1/σ is one; or "unchanged"
    softmax: str = "derivative"  # or "constant", or "unchanged"
    activation: str = "derivative"  # or "unchanged"
    halved: bool = False  # products of attention
    linear: tuple = ()  # ("epsilon", ε), ("gamma", γ) or ("positive",)
    patch: tuple = ()
    balanced: bool = False  # residual sums
    damped: float = 0  # the γ of residual sums


def passing(value: torch.Tensor, derivative: torch.Tensor) -> torch.Tensor:
    """The value of one, with the derivative of the other."""
    return derivative + (value - derivative).detach()


def ratio(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.where(b == 0, torch.zeros_like(a), a / torch.where(b == 0, torch.ones_like(b), b)).detach()


def linear(x, weight, bias, rule: tuple):
    z = functional.linear(x, weight, bias)
    if not rule:
        return z
    if rule[0] == "epsilon":
        return passing(z, functional.linear(x, weight) * ratio(z.abs(), z.abs() + rule[1]))
    products = x.unsqueeze(-2) * weight  # every product of its own, [..., outputs, inputs]
    if rule[0] == "positive":
        positive = (products * (products > 0)).sum(dim=-1)
        # What float32's rounding leaves of none counts as none.
        some = 2 * positive > 1e-6 * (products.abs().sum(dim=-1))
        positive = positive * some
        return passing(z, positive * ratio(z, positive))
    _, gamma = rule
    sign = z.unsqueeze(-1).sign()
    favoured = (products * (1 + gamma * (products * sign > 0))).sum(dim=-1)
    whole = favoured if bias is None else favoured + bias * (1 + gamma * (bias * z.sign() > 0))
    return passing(z, favoured * ratio(z, whole))


def norm(module: nn.LayerNorm, x, rule: str):
    y = module(x)
    if rule == "derivative":
        return y
    if rule == "unchanged":
        return passing(y, x * ratio(y, x))
    centred = x - x.mean(dim=-1, keepdim=True)
    deviation = (x.var(dim=-1, unbiased=False, keepdim=True) + module.eps).sqrt().detach()
    return centred / deviation * module.weight + module.bias


def gelu(x, rule: str):
    y = functional.gelu(x)
    return y if rule == "derivative" else passing(y, x * ratio(y, x))


def product(a, b, halved: bool):
    return (a @ b.detach() + a.detach() @ b) / 2 if halved else a @ b


def softmax(scores, rule: str):
    attention = scores.softmax(dim=-1)
    if rule == "constant":
        return attention.detach()
    return attention if rule == "derivative" else passing(attention, scores * ratio(attention, scores))


class Balanced(torch.autograd.Function):
    """a + b, whose relevance is scaled so that its sums are those of Chefer et al. 2021, section 3.1."""

    @staticmethod
    def forward(context, a, b):
        context.save_for_backward(a, b)
        return a + b

    @staticmethod
    def backward(context, c):
        of_a, of_b = (float((part * c).sum()) for part in context.saved_tensors)
        total = abs(of_a) + abs(of_b)
        return tuple(c * (abs(part) / total * (of_a + of_b) / part if part else 0) for part in (of_a, of_b))


def add(a, b, rules: Rules):
    if rules.damped:
        return cort.merged(rules.damped, a, b)
    return Balanced.apply(a, b) if rules.balanced else a + b


@dataclass
class Pass:
    """One forward pass of one image: what relevance is read at."""

    image: torch.Tensor
    tokens: torch.Tensor | None = None  # before the first block
    inputs: list[torch.Tensor] = field(default_factory=list)  # tokens before each block
    outputs: list[torch.Tensor] = field(default_factory=list)  # and behind it
    normed: list[torch.Tensor] = field(default_factory=list)  # what the first norm of each block gives
    attention: list[torch.Tensor] = field(default_factory=list)  # [windows, H, n, n]
    logits: torch.Tensor | None = None


class Swin:
    """The formulas of a network's model."""

    def __init__(self, network: Network):
        self.network, self.module = network, network.module
        self.is_timm, self.is_second = network.is_timm, network.is_second
        self.stem = self.module.patch_embed if self.is_timm else self.module.base_model.embeddings
        self.head = self.module.head.fc if self.is_timm else self.module.classifier
        self.last_norm = self.module.norm if self.is_timm else self.module.base_model.layernorm

    def run(self, image: torch.Tensor, rules: Rules = Rules(), kept: list[int] | None = None) -> Pass:
        """Of an image [1, 3, H, W], or of some of its patches.

        Patches that aren't kept have no keys, are zeros where they are merged, and aren't part of the last mean; a token
        that is made of none that is kept isn't there itself.
        """
        result = Pass(image.double().clone().requires_grad_())
        convolution = self.stem.proj if self.is_timm else self.stem.patch_embeddings.projection
        size = convolution.kernel_size
        grid = (image.shape[2] // size[0], image.shape[3] // size[1])
        patches = functional.unfold(result.image, size, stride=size)[0].T
        x = linear(patches, convolution.weight.flatten(1), convolution.bias, rules.patch)
        x = norm(self.stem.norm, x, rules.norm)
        positions = None if self.is_timm else self.stem.position_embeddings
        if positions is not None:
            x = x + positions[0]
        result.tokens = x
        self.present = None
        if kept is not None:
            self.present = torch.zeros(len(x), dtype=torch.bool)
            self.present[kept] = True
        for layer, block in enumerate(self.network.blocks):
            stage = self.network.stage_of_layer[layer]
            if layer and stage != self.network.stage_of_layer[layer - 1]:
                x, grid = self.merge(x, grid, self.downsample(stage), rules)
            result.inputs.append(x)
            x = self.block(x, layer, block, grid, rules, result)
            result.outputs.append(x)
        x = norm(self.last_norm, x, rules.norm)
        read = x if self.present is None else x[self.present]
        result.logits = linear(read.mean(dim=0), self.head.weight, self.head.bias, rules.linear)
        for tensor in [*result.inputs, *result.normed, *result.attention]:
            tensor.retain_grad()
        return result

    def read(self, x: torch.Tensor, layer: int, grid, mean: bool) -> torch.Tensor:
        """The logits of a layer's tokens, through the merges behind it and no block; of their mean, or as the model reads."""
        stages = self.network.stage_of_layer
        for stage in range(stages[layer] + 1, stages[-1] + 1):
            x, grid = self.merge(x, grid, self.downsample(stage), Rules())
        if mean:
            x = x.mean(dim=0, keepdim=True)
        return functional.linear(self.last_norm(x).mean(dim=0), self.head.weight, self.head.bias)

    def downsample(self, stage: int):
        stages = self.module.layers if self.is_timm else self.module.base_model.encoder.layers
        return stages[stage if self.is_timm else stage - 1].downsample

    def merge(self, x, grid, module, rules: Rules):
        def quarters(values):
            square = functional.pad(values.reshape(*grid, -1), (0, 0, 0, grid[1] % 2, 0, grid[0] % 2))
            return [square[row::2, column::2] for column in (0, 1) for row in (0, 1)]

        if self.present is not None:
            x = x * self.present[:, None]
            self.present = sum(quarters(self.present.double()))[..., 0].flatten() > 0
        parts = quarters(x)
        coarse = parts[0].shape[:2]
        x = torch.cat(parts, dim=-1).flatten(0, 1)
        if self.is_second:
            return norm(module.norm, linear(x, module.reduction.weight, None, rules.linear), rules.norm), coarse
        return linear(norm(module.norm, x, rules.norm), module.reduction.weight, None, rules.linear), coarse

    def block(self, x, layer, block, grid, rules: Rules, result: Pass):
        first = block.norm1 if self.is_timm else block.layernorm_before
        second = block.norm2 if self.is_timm else block.layernorm_after
        if self.is_timm or not self.is_second:
            maps = block.mlp.fc1, block.mlp.fc2
        else:
            maps = block.intermediate.dense, block.output.dense

        def attention(x):
            return self.attention(x, layer, block, grid, rules, result)

        def mlp(x):
            hidden = gelu(linear(x, maps[0].weight, maps[0].bias, rules.linear), rules.activation)
            return linear(hidden, maps[1].weight, maps[1].bias, rules.linear)

        for branch, module in ((attention, first), (mlp, second)):
            normed = norm(module, branch(x) if self.is_second else x, rules.norm)
            if module is first:
                result.normed.append(normed)
            added = normed if self.is_second else branch(normed)
            x = add(x, added, rules)
        return x

    def maps(self, block):
        """Weights and biases of queries, keys and values, and the map behind the heads."""
        if self.is_timm:
            attention = block.attn
            bias = attention.qkv.bias
            if self.is_second and attention.q_bias is not None:
                bias = torch.cat([attention.q_bias, torch.zeros_like(attention.q_bias), attention.v_bias])
            biases = (None,) * 3 if bias is None else bias.chunk(3)
            return list(zip(attention.qkv.weight.chunk(3), biases)), attention.proj
        attention = block.attention
        names = ("query", "key", "value") if self.is_second else ("q_proj", "k_proj", "v_proj")
        modules = [getattr(attention.self if self.is_second else attention, name) for name in names]
        return [(m.weight, m.bias) for m in modules], attention.output.dense if self.is_second else attention.o_proj

    def score_bias(self, block, grid):
        """What is added to the scores, [1 or windows, H, n, n]."""
        if self.is_timm:
            mask = block.attn_mask
        else:
            window = block.window_size
            if not self.is_second:
                block.set_shift_and_window_size(grid)
                window = block.window_size
            padded = [side + -side % window for side in grid]
            # Version 2 of transformers adds its mask twice.
            mask = block.get_attn_mask(*padded, dtype=torch.float64, device="cpu")
            mask = 2 * mask if self.is_second and mask is not None else mask
        if self.is_second:
            attention = block.attn if self.is_timm else block.attention.self
            mlp = attention.cpb_mlp if self.is_timm else attention.continuous_position_bias_mlp
            table = 16 * mlp(attention.relative_coords_table.double()).flatten(0, 2).sigmoid()
            index = attention.relative_position_index
            bias = table[index.flatten()].view(*index.shape, -1).permute(2, 0, 1).unsqueeze(0)
        else:
            bias = block.attn._get_rel_pos_bias() if self.is_timm else block.attention.relative_position_bias()
        return bias.detach() if mask is None else bias.detach() + mask.unsqueeze(1)

    def attention(self, x, layer, block, grid, rules: Rules, result: Pass):
        slots = self.network.slots(layer, grid)
        windows, size = slots.shape
        rows = torch.cat([x, torch.zeros_like(x[:1])])[slots.flatten()].view(windows, size, -1)  # -1 is padding
        maps, projection = self.maps(block)
        module = block.attn if self.is_timm else block.attention
        heads = module.num_heads if self.is_timm else (
            module.self.num_attention_heads if self.is_second else module.num_attention_heads)
        q, k, v = (
            linear(rows, weight, bias, rules.linear).view(windows, size, heads, -1).transpose(1, 2)
            for weight, bias in maps)
        if self.is_second:
            def direction(x):
                length = x.norm(dim=-1, keepdim=True).clamp(min=1e-12)  # that of padding may be 0
                return x / (length if rules.norm == "derivative" else length.detach())

            scale = (module if self.is_timm else module.self).logit_scale.clamp(max=math.log(100)).exp()
            q, k = direction(q) * scale, direction(k)
        else:
            q = q * q.shape[-1] ** -0.5
        scores = product(q, k.transpose(-1, -2), rules.halved) + self.score_bias(block, grid)
        if self.present is not None:
            there = torch.cat([self.present, torch.ones(1, dtype=torch.bool)])[slots]  # padding always is
            scores = scores.masked_fill(~there[:, None, None], -1e30)
        attention = softmax(scores, rules.softmax)
        if not attention.requires_grad:
            attention.requires_grad_()
        result.attention.append(attention)
        context = product(attention, v, rules.halved).transpose(1, 2).reshape(windows * size, -1)
        places = torch.full((grid[0] * grid[1],), -1)
        flat = slots.flatten()
        places[flat[flat >= 0]] = torch.arange(len(flat))[flat >= 0]
        return linear(context[places], projection.weight, projection.bias, rules.linear)

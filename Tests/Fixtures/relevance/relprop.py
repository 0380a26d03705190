"""Layer-wise relevance propagation in its own form, relevance and no cotangent, one product of weight and input at a time.

Written from the papers' formulas (Bach et al. 2015; Chefer, Gur & Wolf 2021), in float64.
"""

from dataclasses import dataclass

import torch
from timm.layers import apply_rot_embed_cat
from torch import nn
from transformers import AttentionInterface

from reference import network as reference
from reference.layout import Layout
from reference.network import Network, ZeroShot, has_norms_behind


def _attention(module, query, key, value, mask, **options):
    """The reference's, which leaves the relative position bias behind."""
    module.seen_bias = 0 if mask is None else mask[0].detach()
    return reference._reference_attention(module, query, key, value, mask, **options)


AttentionInterface.register("reference", _attention)


def position_bias(network: Network, block: nn.Module):
    """What is added to the scores of a block, [H, N, N] or 0."""
    if not network.is_timm:
        return block.attention.seen_bias
    bias = 0
    if getattr(block.attn, "relative_position_bias_table", None) is not None:
        bias = bias + block.attn._get_rel_pos_bias().detach()[0]
    if getattr(network.module, "rel_pos_bias", None) is not None:
        bias = bias + network.module.rel_pos_bias().detach()
    return bias


def ratio(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a/b, and 0 where b is."""
    return torch.where(b == 0, torch.zeros_like(a), a / torch.where(b == 0, torch.ones_like(b), b))


def rotate(attention: nn.Module, angles: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """timm's rotation of the patches among queries or keys [H, N, d]."""
    count = attention.num_prefix_tokens
    patches = apply_rot_embed_cat(x[:, count:], angles, half=getattr(attention, "rotate_half", False))
    return torch.cat([x[:, :count], patches], dim=1)


def before_rotation(attention: nn.Module, angles: torch.Tensor, x: torch.Tensor, relevance: torch.Tensor) -> torch.Tensor:
    """The relevance of queries or keys [H, N, d] from that of what becomes of them, by the products of a linear map."""
    width = x.shape[-1]
    basis = torch.eye(width, dtype=x.dtype)[:, None, :].expand(width, x.shape[1], width)
    products = rotate(attention, angles, basis).permute(1, 2, 0) * x[:, :, None, :]  # [H, N, out, in]
    rotated = products.sum(dim=-1, keepdim=True)
    return (ratio(products, rotated.expand_as(products)) * relevance[..., None]).sum(dim=2)


@dataclass
class Rule:
    name: str = "alpha-beta"  # or epsilon, gamma
    epsilon: float = 0.01
    gamma: float = 0.25
    norms: str = "unchanged"  # or constant
    balanced: bool = False

    def linear(self, weight, bias, x, relevance) -> torch.Tensor:
        """Relevance [N, out] to [N, in], some rows at a time."""
        return torch.cat([
            self.rows(weight, bias, *part) for part in zip(x.split(32), relevance.split(32))])

    def rows(self, weight, bias, x, relevance) -> torch.Tensor:
        products = x[:, None, :] * weight[None]
        z = products.sum(dim=-1) + (0 if bias is None else bias)
        if self.name == "epsilon":
            share = products / (z + self.epsilon * z.sign())[..., None]
        elif self.name == "gamma":
            bias = torch.zeros_like(z) if bias is None else bias.expand_as(z)

            def weighted(values, sign):
                return values * (1 + self.gamma * (values * sign > 0))

            products = weighted(products, z.sign()[..., None])
            share = products / (products.sum(dim=-1) + weighted(bias, z.sign()))[..., None]
        else:
            positive = products.clamp(min=0)
            share = ratio(positive, positive.sum(dim=-1, keepdim=True).expand_as(positive))
        return (share * relevance[..., None]).sum(dim=1)

    def add(self, relevance, a, b):
        """The relevance of the summands of a + b."""
        of_a, of_b = ratio(relevance * a, a + b), ratio(relevance * b, a + b)
        if not self.balanced:
            return of_a, of_b
        sums = [part.sum() for part in (of_a, of_b)]
        total = sums[0].abs() + sums[1].abs()
        return tuple(part * (s.abs() / total * relevance.sum() / s) if s != 0 else part * 0
                     for part, s in zip((of_a, of_b), sums))


class Seen:
    """What every module saw and gave in one forward pass of one image, without the batch."""

    def __init__(self, network: Network, image: torch.Tensor):
        self.input, self.output, self.angles = {}, {}, {}
        handles = [
            block.register_forward_pre_hook(self.keep_angles, with_kwargs=True) for block in network.blocks]
        for module in network.module.modules():
            handles.append(module.register_forward_hook(self.keep))
        with torch.no_grad():
            output = network.module(image.double(), **network.forward_options)
        for handle in handles:
            handle.remove()
        self.logits = (output if torch.is_tensor(output) else output.logits)[0]

    def keep_angles(self, block, _, options):
        self.angles[block] = options.get("rope")

    def keep(self, module, inputs, output):
        if inputs and torch.is_tensor(inputs[0]) and torch.is_tensor(output):
            self.input[module], self.output[module] = inputs[0][0], output[0]


class Propagation:
    """Relevance of one image and class through the whole model; `relevance_of_attention` is [H, N, N] by layer."""

    def __init__(self, network: Network, image: torch.Tensor, layout: Layout, start: torch.Tensor, rule: Rule):
        self.network, self.layout, self.rule = network, layout, rule
        module = network.module
        image_tower = getattr(getattr(module, "clip", module), "vision_model", None)
        before = getattr(module, "norm_pre", None) or getattr(image_tower, "pre_layrnorm", None)
        self.norm_before_blocks = before if isinstance(before, nn.LayerNorm) else None
        self.seen = Seen(network, image)
        self.relevance_of_attention = {}
        relevance = self.head(start)
        for layer in reversed(range(len(network.blocks))):
            relevance = self.block(layer, relevance)
        self.tokens = relevance

    def norm(self, module: nn.LayerNorm, relevance: torch.Tensor) -> torch.Tensor:
        """Unchanged; or in proportion to what each element adds to (x - mean)·w/σ + b, where σ is a constant."""
        if self.rule.norms == "unchanged":
            return relevance
        x, y = self.seen.input[module], self.seen.output[module]
        width = x.shape[-1]
        scale = (x.var(dim=-1, unbiased=False, keepdim=True) + module.eps).rsqrt() * module.weight.detach()
        share = ratio(relevance, y) * scale
        return x * (share - share.sum(dim=-1, keepdim=True) / width)

    def linear(self, module: nn.Linear, relevance: torch.Tensor) -> torch.Tensor:
        x = self.seen.input[module]
        flat = x.reshape(-1, x.shape[-1])
        bias = None if module.bias is None else module.bias.detach()
        return self.rule.linear(
            module.weight.detach(), bias, flat, relevance.reshape(flat.shape[0], -1)).reshape(x.shape)

    def head(self, start: torch.Tensor) -> torch.Tensor:
        """From the logits to the last block's output, [N, D]; layer norms pass relevance unchanged."""
        module, seen, layout = self.network.module, self.seen, self.layout
        names = ("head", "head_dist", "classifier", "cls_classifier", "distillation_classifier", "classes")
        heads = [getattr(module, name) for name in names if isinstance(getattr(module, name, None), nn.Linear)]
        last = self.network.blocks[-1]
        tokens = seen.output[last]
        norms = [m for m in module.modules() if isinstance(m, nn.LayerNorm) and m in seen.input
                 and m is not self.norm_before_blocks and all(m not in set(block.modules()) for block in self.network.blocks)]
        if type(module).__name__ == "CLIPForImageClassification":
            norms = []  # it has a norm of the class token, which it doesn't read
        assert len(norms) == 1 or type(module).__name__ == "CLIPForImageClassification"
        on_tokens = bool(norms) and seen.input[norms[0]].shape == tokens.shape
        read = seen.output[norms[0]] if on_tokens else tokens
        result = torch.zeros_like(tokens)
        count = len(layout.prefix)
        for index, head in enumerate(heads):
            z = seen.output[head]
            # The logits are the mean of those of two heads: each has relevance in its proportion.
            relevance = self.linear(head, start * ratio(z / len(heads), seen.logits))
            if isinstance(module, ZeroShot):  # a vector's direction passes relevance on
                relevance = self.linear(module.clip.visual_projection, relevance)
            if norms and not on_tokens:  # one head, behind the norm of the mean
                relevance = self.norm(norms[0], relevance)
            if layout.readout in ("class", "class+distillation"):
                result[index] += relevance
                continue
            if layout.readout == "class+patches":
                width = tokens.shape[-1]
                result[0] += relevance[:width]
                relevance = relevance[width:]
            patches = read[count:]
            parts = patches / layout.patches
            if layout.readout == "patches+maximum":  # an element of the maximum is that of one patch
                largest = (patches == patches.max(dim=0).values).to(patches.dtype)
                parts = (parts + patches * largest / largest.sum(dim=0)) / 2
            result[count:] += relevance * ratio(parts, parts.sum(dim=0).expand_as(patches))
        return self.norm(norms[0], result) if on_tokens else result

    def mlp(self, mlp: nn.Module, relevance: torch.Tensor) -> torch.Tensor:
        gate = 0.5 if self.rule.norms == "unchanged" else 0  # of a gate's relevance, what its own part gets
        if hasattr(mlp, "gate_proj"):
            relevance = self.linear(mlp.down_proj, relevance)
            return self.linear(mlp.gate_proj, gate * relevance) + self.linear(mlp.up_proj, (1 - gate) * relevance)
        relevance = self.linear(mlp.fc2, relevance)
        if type(mlp).__name__ == "GluMlp":
            relevance = torch.cat([gate * relevance, (1 - gate) * relevance], dim=-1)
        return self.linear(mlp.fc1, relevance)

    def block(self, layer: int, relevance: torch.Tensor) -> torch.Tensor:
        network, seen, rule = self.network, self.seen, self.rule
        block = network.blocks[layer]
        first, second = (network.module_at(point, layer) for point in ("first-norm", "second-norm"))
        is_behind = has_norms_behind(block)
        middle = seen.input[block.mlp if is_behind else second]
        x, output = seen.input[block], seen.output[block]
        passed, branch = rule.add(relevance, middle, output - middle)
        relevance = passed + (
            self.mlp(block.mlp, self.norm(second, branch)) if is_behind
            else self.norm(second, self.mlp(block.mlp, branch)))
        passed, branch = rule.add(relevance, x, middle - x)
        return passed + (
            self.attention(layer, block, self.norm(first, branch)) if is_behind
            else self.norm(first, self.attention(layer, block, branch)))

    def attention(self, layer: int, block: nn.Module, relevance: torch.Tensor) -> torch.Tensor:
        seen, is_timm = self.seen, self.network.is_timm
        attention = block.attn if is_timm else block.attention
        projection = attention.proj if is_timm else attention.o_proj
        probabilities = seen.output[attention.attn_drop if is_timm else attention.probabilities]
        heads, tokens = probabilities.shape[0], probabilities.shape[1]

        def split(values):
            return values.reshape(tokens, heads, -1).transpose(0, 1)

        def join(values):
            return values.transpose(0, 1).reshape(tokens, -1)

        if is_timm:
            q, k, v = (split(part) for part in seen.output[attention.qkv].chunk(3, dim=-1))
        else:
            q, k, v = (split(seen.output[getattr(attention, name)]) for name in ("q_proj", "k_proj", "v_proj"))
        asked, answered = self.met(block, "q_norm", q), self.met(block, "k_norm", k)
        context = probabilities @ v
        relevance = ratio(split(self.linear(projection, relevance)), context)
        is_constant = self.rule.norms == "constant"
        of_attention = probabilities * (relevance @ v.transpose(-1, -2)) / 2
        of_values = v * (probabilities.transpose(-1, -2) @ relevance) / (1 if is_constant else 2)
        self.relevance_of_attention[layer] = of_attention
        # The softmax passes it unchanged; a relative position bias keeps its share.
        scale = q.shape[-1] ** -0.5
        scores = asked @ answered.transpose(-1, -2) * scale + position_bias(self.network, block)
        share = ratio(of_attention, scores) * (0 if is_constant else scale)
        of_queries = self.before_meeting(block, "q_norm", q, asked * (share @ answered) / 2)
        of_keys = self.before_meeting(block, "k_norm", k, answered * (share.transpose(-1, -2) @ asked) / 2)
        parts = [join(part) for part in (of_queries, of_keys, of_values)]
        if is_timm:
            return self.linear(attention.qkv, torch.cat(parts, dim=-1))
        return sum(self.linear(getattr(attention, name), part)
                   for name, part in zip(("q_proj", "k_proj", "v_proj"), parts))

    def normed(self, block: nn.Module, name: str, x: torch.Tensor) -> tuple[torch.Tensor, nn.Module | None]:
        """Queries or keys [H, N, d] behind their own norm, where there is one."""
        norm = getattr(block.attn, name, None) if self.network.is_timm else None
        return (self.seen.output[norm], norm) if isinstance(norm, nn.LayerNorm) else (x, None)

    def met(self, block: nn.Module, name: str, x: torch.Tensor) -> torch.Tensor:
        """Queries or keys as they meet: normed and rotated."""
        angles = self.seen.angles[block]
        normed, _ = self.normed(block, name, x)
        return normed if angles is None else rotate(block.attn, angles, normed)

    def before_meeting(self, block: nn.Module, name: str, x: torch.Tensor, relevance: torch.Tensor) -> torch.Tensor:
        """The relevance of queries or keys as their map gave them from that of those that meet."""
        angles = self.seen.angles[block]
        normed, norm = self.normed(block, name, x)
        if angles is not None:
            relevance = before_rotation(block.attn, angles, normed, relevance)
        return relevance if norm is None else self.norm(norm, relevance)

    def scores(self, image: torch.Tensor, at="patches") -> torch.Tensor:
        """Relevance of each patch or pixel, row by row.

        Pixels share by the rule; patches, whose sums are the same, by z^B where only positive products count.
        """
        count = len(self.layout.prefix)
        if at == "tokens":
            return self.tokens[count:].sum(dim=-1)
        norm = self.norm_before_blocks
        relevance = self.tokens if norm is None else self.norm(norm, self.tokens)
        embedded = self.seen.input[self.network.blocks[0] if norm is None else norm]
        convolution = next(m for m in self.network.module.modules() if isinstance(m, nn.Conv2d))
        projected = self.seen.output[convolution].flatten(1).T
        relevance = ratio(relevance[count:] * projected, embedded[count:])  # position embeddings keep their share
        weight = convolution.weight.detach().flatten(1)
        x = nn.functional.unfold(
            image.double(), convolution.kernel_size, stride=convolution.stride)[0].T
        if self.rule.name != "alpha-beta" or at == "pixels":
            bias = None if convolution.bias is None else convolution.bias.detach()
            return self.at(image, convolution, at, self.rule.linear(weight, bias, x, relevance))
        low, high = image.min(), image.max()
        products = x[:, None] * weight - low * weight.clamp(min=0) - high * weight.clamp(max=0)
        return (products / products.sum(dim=-1, keepdim=True) * relevance[..., None]).sum(dim=(1, 2))

    @staticmethod
    def at(image: torch.Tensor, convolution: nn.Conv2d, at: str, relevance: torch.Tensor) -> torch.Tensor:
        """Relevance of the values of patches, [patches, 3 · h · w], summed over patches or over the channels of pixels."""
        if at == "patches":
            return relevance.sum(dim=-1)
        pixels = nn.functional.fold(
            relevance.T[None], image.shape[2:], convolution.kernel_size, stride=convolution.stride)
        return pixels[0].sum(dim=0).flatten()

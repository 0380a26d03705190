"""Attention pooling by its formula, with hooks: what `reference.network` is for models that end in one.

The probe p is token 0. With z the tokens behind the last norm, each head has a = softmax(q.K'/sqrt(d)), 1 x N, q from p, K and V from z;
o = W_O.concat(a.V) + b, and the features are o + MLP(Norm(o)). As a matrix of 1 + N tokens the pooling's attention is [0 a; 0 I], and
a block's is [1 0; 0 A]. Registers and the like are no part of the tokens that are pooled: their entries of a are 0.
"""

import types
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F

from reference.network import Direction, Evidence, Network, Record


def parts(head: nn.Module) -> dict:
    """The parameters of a pooling of transformers or timm by what they do."""
    if hasattr(head, "latent"):
        key_value = head.kv
        return dict(
            probe=head.latent, query=(head.q.weight, head.q.bias), heads=head.num_heads, projection=head.proj, norm=head.norm,
            mlp=head.mlp, key=[t.chunk(2)[0] for t in (key_value.weight, key_value.bias)],
            value=[t.chunk(2)[1] for t in (key_value.weight, key_value.bias)])
    inner = head.attention
    query, key, value = zip(inner.in_proj_weight.chunk(3), inner.in_proj_bias.chunk(3))
    return dict(
        probe=head.probe, query=query, key=key, value=value, heads=inner.num_heads, projection=inner.out_proj, norm=head.layernorm,
        mlp=head.mlp)


class Met(dict):
    """What a pooling met in a pass, which is no part of a copy of it."""

    def __deepcopy__(self, _):
        return Met()


def pool(head: nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    """The features [B, D] of tokens [B, N, D]; leaves what it met in `head.met`."""
    own = parts(head)
    batch, count, width = tokens.shape
    probe = own["probe"].expand(batch, 1, width).clone()
    if not probe.requires_grad:
        probe.requires_grad_()

    def split(x):
        return x.unflatten(-1, (own["heads"], -1)).transpose(1, 2)

    query, key, value = split(F.linear(probe, *own["query"])), split(F.linear(tokens, *own["key"])), split(F.linear(tokens, *own["value"]))
    attention = (query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5).softmax(-1)
    attention = head.change(attention) if hasattr(head, "change") else attention
    if getattr(head, "conservative", False):
        attention = attention.detach()
    outputs = (attention @ value).transpose(1, 2).flatten(2)
    attended = own["projection"](outputs)
    normed = own["norm"](attended)
    features = attended + own["mlp"](normed)
    head.met = Met(
        probe=probe, tokens=tokens, attention=attention, outputs=outputs, attended=attended, normed=normed, features=features)
    for tensor in head.met.values():
        if tensor.requires_grad:
            tensor.retain_grad()
    return features[:, 0]


def wider(matrices: torch.Tensor, own: float) -> torch.Tensor:
    """[..., N, N] with a probe before the tokens, which has `own` with itself and nothing with others."""
    result = F.pad(matrices, (1, 0, 1, 0))
    result[..., 0, 0] = own
    return result


def before(first: torch.Tensor | None, rest: torch.Tensor | None, like: torch.Tensor) -> torch.Tensor:
    """A row for the probe before those of the tokens, [..., 1 + N, D]; zeros for what is None."""
    first = torch.zeros_like(like[..., :1, :]) if first is None else first
    rest = torch.zeros_like(like) if rest is None else rest
    return torch.cat((first, rest), dim=-2)


class PooledNetwork(Network):
    """A `Network` whose module ends in an attention pooling."""

    def __init__(self, module: nn.Module, **forward_options):
        super().__init__(module, **forward_options)
        inner = getattr(module, "clip", module)
        self.head = module.attn_pool if self.is_timm else getattr(inner, "vision_model", inner).head
        self.head.forward = types.MethodType(pool, self.head)

    def run(self, images: torch.Tensor, conservative: bool = False) -> Record:
        self.head.conservative = conservative
        return super().run(images, conservative)

    def last_input(self, record: Record) -> torch.Tensor:
        return record.activation["output"][-1]

    def widened(self, record: Record) -> Record:
        """What was met, by the tokens of the whole model, with one layer more."""
        met, x = self.head.met, self.last_input(record)
        identity = torch.eye(x.shape[1], dtype=x.dtype).expand(*met["attention"].shape[:2], -1, -1)
        prefix = x.shape[1] - met["tokens"].shape[1]
        pooled = torch.cat((F.pad(met["attention"], (1 + prefix, 0)), F.pad(identity, (1, 0))), dim=-2)
        normed = torch.cat((self.module.norm(x)[:, :prefix], met["tokens"]), dim=1) if prefix else met["tokens"]
        rows = {
            "first-norm": (met["probe"], normed), "head-outputs": (met["outputs"], None), "after-attention": (met["attended"], x),
            "second-norm": (met["normed"], None), "output": (met["features"], x)}
        activation = {
            point: [before(None, t, t) for t in record.activation[point]] + [before(*rows[point], x)] for point in rows}
        return replace(record, attention=[wider(a, 1) for a in record.attention] + [pooled], activation=activation)

    def widened_gradients(self, record: Record) -> tuple[list, dict]:
        met, x = self.head.met, self.last_input(record)
        attention = [wider(a.grad, 0) for a in record.attention]
        prefix = x.shape[1] - met["tokens"].shape[1]
        attention.append(F.pad(met["attention"].grad, (1 + prefix, 0, 0, x.shape[1])))
        rows = {
            "first-norm": (met["probe"].grad, F.pad(met["tokens"].grad, (0, 0, prefix, 0))), "head-outputs": (met["outputs"].grad, None),
            "after-attention": (met["attended"].grad, None), "second-norm": (met["normed"].grad, None),
            "output": (met["features"].grad, None)}
        activation = {
            point: [before(None, t.grad, t) for t in record.activation[point]] + [before(*rows[point], x)] for point in rows}
        return attention, activation

    def evidence(self, images, layout, image: int, target: int) -> Evidence:
        record = self.run(images)
        record.logits[image, target].backward()
        self.module.zero_grad()
        wide = self.widened(record)
        attention, activation = self.widened_gradients(record)
        return Evidence(
            layout, [a.detach()[image] for a in wide.attention], [a[image] for a in attention],
            {p: [t.detach()[image] for t in ts] for p, ts in wide.activation.items()},
            {p: [t[image] for t in ts] for p, ts in activation.items()}, record.input.grad[image])


class SigmoidShot(nn.Module):
    """An image tower of SigLIP's with vectors for classes: scale.cos + bias, what `SiglipModel` computes of texts with these vectors."""

    def __init__(self, clip: nn.Module, vectors: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor):
        super().__init__()
        self.clip, self.direction, self.vectors = clip, Direction(), vectors
        self.classes = nn.Linear(vectors.shape[1], vectors.shape[0])
        unit = vectors.double() / vectors.double().norm(dim=-1, keepdim=True)
        self.classes.weight.data = (unit * scale.double()).to(vectors.dtype)
        self.classes.bias.data = bias.to(vectors.dtype).expand(vectors.shape[0]).clone()

    @property
    def base_model(self) -> nn.Module:
        return getattr(self.clip, "vision_model", self.clip)

    def forward(self, images, **options):
        return self.classes(self.direction(self.base_model(images, **options).pooler_output))


def pooling_is_the_slope(network: PooledNetwork, images, evidence: Evidence, image: int, target: int) -> None:
    """dy/da of the pooling against central differences in which single entries of a are moved."""
    step = 1e-6
    for head, column in ((0, 1), (evidence.heads - 1, 3)):

        def logit(shift: float) -> float:
            def move(attention):
                attention = attention.clone()
                attention[image, head, 0, column] += shift
                return attention

            network.head.change = move
            value = network.run(images).logits[image, target].item()
            del network.head.change
            return value

        slope = (logit(step) - logit(-step)) / (2 * step)
        gradient = evidence.attention_gradient[-1]
        # Tokens that aren't pooled come first.
        found = gradient[head, 0, gradient.shape[-1] - network.head.met["attention"].shape[-1] + column].item()
        if abs(found - slope) > 1e-6 * gradient.abs().max().item():
            raise AssertionError(f"dy/da of the pooling: {found} is not {slope}")


def rollout_begins_with_the_row(evidence: Evidence, rollout: torch.Tensor) -> None:
    """Rollout is a . A_L ... A_1 with the pooling's mean row a, 1 x N, and the N x N factors of the blocks."""
    row = evidence.attention[-1].mean(0)[:1, 1:]
    for attention in reversed(evidence.attention[:-1]):
        factor = attention.mean(0)[1:, 1:] / 2 + torch.eye(row.shape[1], dtype=row.dtype) / 2
        row = row @ factor
    count = len(evidence.layout.prefix) - 1
    found = rollout.flatten() / rollout.sum()
    expected = row[0, count:] / row[0, count:].sum()
    if not torch.allclose(found, expected, rtol=1e-9, atol=1e-12):
        raise AssertionError("rollout doesn't begin with the pooling's row")

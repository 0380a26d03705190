"""Explainers on dense matrices of layers with tokens of their own, written from the definitions."""

from dataclasses import dataclass

import torch
from torch.nn.functional import interpolate

from reference.gmar import normalise_rows
from reference.rollout import discard_lowest
from reference.layout import Layout


@dataclass
class Evidence:
    """What an explainer gets for one image and one class, layer by layer."""

    attention: list[torch.Tensor]  # [H, N, N]
    attention_gradient: list[torch.Tensor]  # [H, N, N]
    window_gradient: list[torch.Tensor]  # [windows, H, n, n], with padding and what the mask keeps apart
    merges: dict[int, torch.Tensor]  # by the layer in front of which tokens are merged: [coarse, fine]
    grids: list[tuple[int, int]]
    activation: dict[str, list[torch.Tensor]]  # [N, D]
    activation_gradient: dict[str, list[torch.Tensor]]

    @property
    def layers(self) -> int:
        return len(self.attention)


def on_patches(evidence: Evidence, matrix: torch.Tensor, layer: int) -> torch.Tensor:
    """Columns that are tokens of a layer become columns that are patches."""
    for lower in range(layer, 0, -1):
        if lower in evidence.merges:
            matrix = matrix @ evidence.merges[lower]
    return matrix


def chain(evidence: Evidence, factors: dict[int, torch.Tensor], added: float = 0) -> torch.Tensor:
    """R <- factor R (+ added * what each token is made of), with R <- M R where tokens are merged; the mean of its rows."""
    result = torch.eye(evidence.grids[0][0] * evidence.grids[0][1], dtype=torch.float64)
    for layer in range(evidence.layers):
        if layer in evidence.merges:
            result = evidence.merges[layer] @ result
        if layer in factors:
            result = factors[layer] @ result
            if added:
                size = factors[layer].shape[0]
                result = result + added * on_patches(evidence, torch.eye(size, dtype=torch.float64), layer)
    return result.mean(dim=0)


def attention_rollout(evidence, fusion="mean", discard=0.0, start=0, residual=0.5):
    fuse = {"mean": lambda a: a.mean(dim=0), "max": lambda a: a.max(dim=0).values}[fusion]
    factors = {}
    for layer in range(int(start), evidence.layers):
        fused = fuse(evidence.attention[layer])
        if float(discard):
            # Only tokens of the same window have a column.
            fused = discard_of_windows(evidence, fused, layer, float(discard))
        eye = torch.eye(len(fused), dtype=torch.float64)
        factors[layer] = normalise_rows(float(residual) * eye + (1 - float(residual)) * fused)
    return chain(evidence, factors)


def discard_of_windows(evidence, fused, layer, share):
    """Of each row, the lowest share of the columns that it has."""
    result = fused.clone()
    for row, tokens in enumerate(evidence.members[layer]):
        own = Layout((), (1, len(tokens)), "patches")
        result[row, tokens] = discard_lowest(fused[row:row + 1, tokens], own, share)[0]
    return result


def gmar_weights(evidence, norm="l1", gradient="attention", **_):
    weights = []
    for layer in range(evidence.layers):
        heads = evidence.attention[layer].shape[0]
        if gradient == "attention":
            parts = evidence.window_gradient[layer].transpose(0, 1).reshape(heads, -1)
        else:
            slices = evidence.activation_gradient["head-outputs"][layer].chunk(heads, dim=1)
            parts = torch.stack([part.reshape(-1) for part in slices])
        scores = parts.abs().sum(dim=1) if norm == "l1" else parts.pow(2).sum(dim=1).sqrt()
        weights.append(scores / scores.sum())
    return weights


def gmar(evidence, norm="l1", residual="before(1)", gradient="attention"):
    kind, strength = residual.rstrip(")").split("(")
    factors = {}
    for layer, weights in enumerate(gmar_weights(evidence, norm, gradient)):
        factor = (evidence.attention[layer] * weights.view(-1, 1, 1)).sum(dim=0)
        if kind == "before":
            factor = normalise_rows(factor + float(strength) * torch.eye(len(factor), dtype=torch.float64))
        factors[layer] = factor
    return chain(evidence, factors, added=float(strength) if kind == "after" else 0)


def gradient_rollout(evidence, start=0):
    factors = {}
    for layer in range(int(start), evidence.layers):
        fused = (evidence.attention[layer] * evidence.attention_gradient[layer]).mean(dim=0).relu()
        factors[layer] = normalise_rows(fused + torch.eye(len(fused), dtype=torch.float64))
    return chain(evidence, factors)


def generic_attention(evidence, start=0):
    factors = {}
    for layer in range(int(start), evidence.layers):
        fused = (evidence.attention[layer] * evidence.attention_gradient[layer]).relu().mean(dim=0)
        factors[layer] = fused + torch.eye(len(fused), dtype=torch.float64)
    return chain(evidence, factors)


def raw_attention(evidence, layer=-1, head="mean"):
    layer = int(layer) % evidence.layers
    attention = evidence.attention[layer]
    chosen = attention.mean(dim=0) if head == "mean" else attention[int(head)]
    return on_patches(evidence, chosen.mean(dim=0, keepdim=True), layer)[0]


def grad_cam(evidence, layer=-1, point="first-norm", relu="true"):
    layer = int(layer) % evidence.layers
    features, gradient = evidence.activation[point][layer], evidence.activation_gradient[point][layer]
    scores = features @ gradient.mean(dim=0)
    scores = scores.relu() if relu == "true" else scores
    grid = scores.view(1, 1, *evidence.grids[layer])
    return interpolate(grid, size=evidence.grids[0], mode="bilinear", align_corners=False).flatten()


EXPLAINERS = {
    "attention-rollout": attention_rollout, "gmar": gmar, "gradient-rollout": gradient_rollout,
    "generic-attention": generic_attention, "raw-attention": raw_attention, "grad-cam": grad_cam,
}

SPECS = [
    "attention-rollout",
    "attention-rollout:fusion=max,discard=0.5",
    "attention-rollout:start=2,residual=0.2",
    "gmar",
    "gmar:norm=l2",
    "gmar:residual=after(1)",
    "gmar:gradient=head-output",
    "gradient-rollout",
    "generic-attention",
    "generic-attention:start=1",
    "raw-attention",
    "raw-attention:layer=1",
    "raw-attention:layer=2,head=1",
    "grad-cam",
    "grad-cam:layer=0,relu=false",
    "grad-cam:layer=1,point=output,relu=false",
    "grad-cam:layer=-1,point=output,relu=false",
]


def explain(spec: str, evidence: Evidence) -> torch.Tensor:
    identifier, _, rest = spec.partition(":")
    options = dict(item.split("=", 1) for item in rest.split(",") if item)
    return EXPLAINERS[identifier](evidence, **options).reshape(evidence.grids[0])

"""GMAR (Jo, Jang & Park 2025) with every reading of it as an option."""

from dataclasses import dataclass, replace

import torch

from .layout import Layout
from .network import Evidence
from .rollout import normalise_rows


@dataclass(frozen=True)
class Options:
    """The default is Rollout with gradient-weighted heads; see `PRESETS` for the published readings."""

    gradient: str = "attention"
    norm: str = "l1"
    scope: str = "per-layer"
    fusion: str = "sum"
    order: str = "towards-output"
    residual: str = "before"
    strength: float = 1.0  # alpha of before/after, the ratio of after-scaled-mean
    readout: str = "readout-row"


PAPER = Options(order="as-printed", residual="after")
PRESETS = {
    "default": Options(),
    "paper": PAPER,
    "gmar-plus": PAPER,  # that re-implementation reads the paper the same way
    "authors-code": Options(
        gradient="last-block-norm", scope="last-layer", fusion="none", order="as-printed",
        residual="after-scaled-mean", strength=0.25, readout="authors-view",
    ),
}


def options(preset="default", residual=None, **changes) -> Options:
    """Options from a preset and changes; `residual` is written `before(0.5)`."""
    result = replace(PRESETS[preset], **changes)
    if residual is not None:
        name, strength = residual.rstrip(")").split("(")
        result = replace(result, residual=name, strength=float(strength))
    return result


def head_scores(evidence: Evidence, gradient: str, norm: str) -> torch.Tensor:
    """The norm of each head's gradient over all its entries: [L, H]; one row for `last-block-norm`."""
    heads = evidence.heads
    if gradient == "attention":
        per_layer = [g.reshape(heads, -1) for g in evidence.attention_gradient]
    elif gradient == "head-output":
        per_layer = [_split_channels(g, heads) for g in evidence.activation_gradient["head-outputs"]]
    else:
        patches = evidence.activation_gradient["first-norm"][-1][len(evidence.layout.prefix):]
        per_layer = [_split_channels(patches, heads)]
    return torch.stack([g.abs().sum(dim=1) if norm == "l1" else g.pow(2).sum(dim=1).sqrt() for g in per_layer])


def _split_channels(gradient: torch.Tensor, heads: int) -> torch.Tensor:
    """[N, D] -> [H, N * D/H]: slice h of the channels belongs to head h."""
    return torch.stack([part.reshape(-1) for part in gradient.chunk(heads, dim=1)])


def head_weights(evidence: Evidence, chosen: Options) -> torch.Tensor:
    """Head weights that sum to 1 in each layer: [L, H]."""
    scores = head_scores(evidence, chosen.gradient, chosen.norm)
    layers = len(evidence.attention)
    if chosen.scope == "global":
        scores = scores.sum(dim=0, keepdim=True)
    elif chosen.scope == "last-layer":
        scores = scores[-1:]
    scores = scores.expand(layers, -1)
    totals = scores.sum(dim=1, keepdim=True)
    return torch.where(totals > 0, scores / totals, torch.full_like(scores, 1 / evidence.heads))


def chain(attention: list[torch.Tensor], weights: torch.Tensor, chosen: Options) -> torch.Tensor:
    """The weighted chains over ascending layers: [1, N, N] with `sum`, [H, N, N] with `none`."""
    identity = torch.eye(attention[0].shape[-1], dtype=torch.float64)
    result = identity.unsqueeze(0)
    for layer_attention, layer_weights in zip(attention, weights):
        factor = layer_attention * layer_weights.view(-1, 1, 1)
        if chosen.fusion == "sum":
            factor = factor.sum(dim=0, keepdim=True)
        if chosen.residual == "before":
            factor = normalise_rows(factor + chosen.strength * identity)
        result = factor @ result if chosen.order == "towards-output" else result @ factor
        if chosen.residual == "after":
            result = result + chosen.strength * identity
        elif chosen.residual == "after-scaled-mean":
            result = result + chosen.strength * 5e-5 * result.mean() * identity
    return result


def authors_view(matrix: torch.Tensor, layout: Layout) -> torch.Tensor:
    """What the authors' reshape makes of a matrix [N, N]: the patch rows with all N columns, flattened and averaged
    modulo P: out[p] = 1/N * sum of R[prefix + r, c] over (N r + c) mod P = p."""
    prefix, patches, tokens = len(layout.prefix), layout.patches, layout.tokens
    result = torch.zeros(patches, dtype=torch.float64)
    for row in range(patches):
        for column in range(tokens):
            result[(tokens * row + column) % patches] += matrix[prefix + row, column]
    return result / tokens


def scaled(values: torch.Tensor) -> torch.Tensor:
    """Min-max to [0, 1]; equal values become zeros."""
    spread = values.max() - values.min()
    return (values - values.min()) / spread if spread > 0 else torch.zeros_like(values)


def gmar(evidence: Evidence, chosen: Options) -> torch.Tensor:
    """The map on the patch grid, flattened: [P].

    The authors' view is scaled here, in double precision: its entries differ too little for single precision."""
    chains = chain(evidence.attention, head_weights(evidence, chosen), chosen)
    if chosen.readout == "authors-view":
        return scaled(authors_view(chains[0], evidence.layout))
    return torch.stack([evidence.layout.readout_row(c) for c in chains]).mean(dim=0)

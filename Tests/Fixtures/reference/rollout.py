"""Attention Rollout, its gradient form, generic attention explainability, raw attention and Grad-CAM."""

import math

import torch

from .layout import Layout
from .network import Evidence


def normalise_rows(matrix: torch.Tensor) -> torch.Tensor:
    return matrix / matrix.sum(dim=-1, keepdim=True)


def discard_lowest(matrix: torch.Tensor, layout: Layout, share: float) -> torch.Tensor:
    """Zero the floor(share * P) lowest patch columns of every row; ties go lower index first, prefix columns stay."""
    count = math.floor(share * layout.patches)
    prefix = len(layout.prefix)
    lowest = matrix[:, prefix:].argsort(dim=-1, stable=True)[:, :count] + prefix
    return matrix.scatter(1, lowest, 0.0)


def chain(factors: list[torch.Tensor]) -> torch.Tensor:
    """factors[L-1] @ ... @ factors[0]: each later layer multiplies from the left."""
    result = torch.eye(factors[0].shape[-1], dtype=factors[0].dtype)
    for factor in factors:
        result = factor @ result
    return result


def rollout_matrix(evidence: Evidence, fusion: str, discard: float, start: int, residual: float) -> torch.Tensor:
    """Abnar & Zuidema 2020, Eq. 1, with head fusion, discarding, a start layer and a residual weight: [N, N]."""
    fuse = {
        "mean": lambda a: a.mean(dim=0),
        "max": lambda a: a.max(dim=0).values,
        "min": lambda a: a.min(dim=0).values,
    }[fusion]
    identity = torch.eye(evidence.layout.tokens, dtype=torch.float64)
    factors = []
    for attention in evidence.attention[start:]:
        fused = discard_lowest(fuse(attention), evidence.layout, discard)
        factors.append(normalise_rows(residual * identity + (1 - residual) * fused))
    return chain(factors)


def attention_rollout(evidence: Evidence, fusion="mean", discard=0.0, start=0, residual=0.5) -> torch.Tensor:
    return evidence.layout.readout_row(rollout_matrix(evidence, fusion, discard, start, residual))


def gradient_rollout(evidence: Evidence, discard=0.0, start=0) -> torch.Tensor:
    """Rollout over ReLU(mean_h(G * A)), with I added and rows normalised."""
    identity = torch.eye(evidence.layout.tokens, dtype=torch.float64)
    factors = []
    for attention, gradient in list(zip(evidence.attention, evidence.attention_gradient))[start:]:
        fused = discard_lowest((gradient * attention).mean(dim=0).relu(), evidence.layout, discard)
        factors.append(normalise_rows(fused + identity))
    return evidence.layout.readout_row(chain(factors))


def generic_attention(evidence: Evidence, start=0) -> torch.Tensor:
    """Chefer, Gur & Wolf 2021 (ICCV), self-attention: R <- R + mean_h(ReLU(G * A)) R, from R = I."""
    relevance = torch.eye(evidence.layout.tokens, dtype=torch.float64)
    for attention, gradient in list(zip(evidence.attention, evidence.attention_gradient))[start:]:
        relevance = relevance + (gradient * attention).relu().mean(dim=0) @ relevance
    return evidence.layout.readout_row(relevance)


def raw_attention(evidence: Evidence, layer=-1, head="mean") -> torch.Tensor:
    attention = evidence.attention[layer]
    return evidence.layout.readout_row(attention.mean(dim=0) if head == "mean" else attention[int(head)])


def grad_cam(evidence: Evidence, layer=-1, point="first-norm", relu=True) -> torch.Tensor:
    """Selvaraju et al. 2017 on tokens: channel weight = mean gradient over patches; map = ReLU(weights . features)."""
    prefix = len(evidence.layout.prefix)
    features = evidence.activation[point][layer][prefix:]
    weights = evidence.activation_gradient[point][layer][prefix:].mean(dim=0)
    scores = features @ weights
    return scores.relu() if relu else scores

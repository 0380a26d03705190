"""AGCAM, Grad-ECLIP, AttCAT, FullGrad+ and DAP-style propagation as full-matrix PyTorch, in float64, and Finer-CAM's target by
pytorch-grad-cam."""

import contextlib
from dataclasses import dataclass, field
from unittest import mock

import torch
from pytorch_grad_cam import FinerCAM
from torch import nn

import gradients
from reference.layout import Layout
from reference.network import Evidence, Network, attention_of
from reference.rollout import chain, grad_cam, normalise_rows


@dataclass
class Inside:
    """What attention met in one forward pass, one entry a layer."""

    scores: list[torch.Tensor] = field(default_factory=list)  # [B, H, N, N], what the softmax is taken of
    queries: list[torch.Tensor] = field(default_factory=list)  # [B, H, N, d], as they meet the keys
    keys: list[torch.Tensor] = field(default_factory=list)
    values: list[torch.Tensor] = field(default_factory=list)


def inside(network: Network, images: torch.Tensor) -> Inside:
    """The operands of the two products of each attention, and of the softmax between them, by watching these operations."""
    found, products = Inside(), []
    softmax, product = torch.Tensor.softmax, torch.Tensor.__matmul__

    def watched_softmax(x, *arguments, **options):
        if x.dim() == 4:
            found.scores.append(x.detach())
        return softmax(x, *arguments, **options)

    def watched_product(a, b):
        if isinstance(b, torch.Tensor) and a.dim() == b.dim() == 4:
            products.append((a.detach(), b.detach()))
        return product(a, b)

    with mock.patch.object(torch.Tensor, "softmax", watched_softmax), \
            mock.patch.object(torch.Tensor, "__matmul__", watched_product):
        network.run(images)
    assert len(found.scores) == len(network.blocks) and len(products) == 2 * len(network.blocks)
    for (query, key), (_, value) in zip(products[::2], products[1::2]):
        found.queries.append(query)
        found.keys.append(key.transpose(-1, -2))
        found.values.append(value)
    return found


@contextlib.contextmanager
def backward(network: Network, rules: str):
    """The network with LibraGrad's backward pass and attention as a leaf, whose cotangent can then be read; or as it is."""
    if rules == "gradient":
        yield
        return
    handles = []
    with gradients.ruled(network, "libra", 0.0, 0.0):
        for block in network.blocks:
            module = attention_of(block).attn_drop if network.is_timm else block.attention.probabilities
            handles.append(module.register_forward_hook(lambda _, __, output: output.detach().requires_grad_()))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


@dataclass
class Pass:
    """One image's values and cotangents of a linear function of its logits."""

    evidence: Evidence
    tokens: list[torch.Tensor]  # [N, D] before each block
    cotangents: list[torch.Tensor]

    @property
    def relevance(self) -> list[torch.Tensor]:
        """Σ_c x ⊙ c of the tokens before each block, [N]."""
        return [(x * c).sum(dim=-1) for x, c in zip(self.tokens, self.cotangents)]


def observe(network: Network, image: torch.Tensor, layout: Layout, direction: torch.Tensor, rules: str) -> Pass:
    """Of one image [1, 3, H, W]."""
    entering, handles = [], []

    def keep(_, inputs):
        inputs[0].retain_grad()
        entering.append(inputs[0])

    with backward(network, rules):
        handles = [block.register_forward_pre_hook(keep) for block in network.blocks]
        record = network.run(image)
        (record.logits[0] * direction).sum().backward()
        for handle in handles:
            handle.remove()
    network.module.zero_grad()
    evidence = Evidence(
        layout, [a.detach()[0] for a in record.attention], [a.grad[0] for a in record.attention],
        {p: [t.detach()[0] for t in ts] for p, ts in record.activation.items()},
        {p: [t.grad[0] for t in ts] for p, ts in record.activation.items()}, record.input.grad[0])
    return Pass(evidence, [x.detach()[0] for x in entering], [x.grad[0] for x in entering])


def patches(values: torch.Tensor, layout: Layout) -> torch.Tensor:
    return values[len(layout.prefix):]


def agcam(observed: Pass, seen: Inside, start=0) -> torch.Tensor:
    layout, total = observed.evidence.layout, 0
    for layer in range(len(seen.scores))[start:]:
        guided = seen.scores[layer][0].sigmoid() * observed.evidence.attention_gradient[layer].relu()
        total = total + layout.readout_row(guided.sum(dim=0))
    return total


def grad_eclip(observed: Pass, seen: Inside, read: list[int], layer=-1, similarity=True) -> torch.Tensor:
    """`read` are the tokens that the logits are read from."""
    def side_by_side(heads):  # [1, H, N, d] to [N, H·d]
        return heads[0].transpose(0, 1).flatten(1)

    layout, total = observed.evidence.layout, 0
    queries, keys, values = (side_by_side(part[layer]) for part in (seen.queries, seen.keys, seen.values))
    slopes = observed.evidence.activation_gradient["head-outputs"][layer]
    for token in read:
        share = 1.0
        if similarity:
            cosines = torch.nn.functional.cosine_similarity(queries[token], patches(keys, layout), dim=-1)
            share = (cosines - cosines.min()) / (cosines.max() - cosines.min())
        total = total + (slopes[token] * patches(values, layout)).sum(dim=-1) * share
    return total.relu()


def fullgrad_plus(observed: Pass, layers="all") -> torch.Tensor:
    first = len(observed.tokens) // 2 if layers == "second-half" else 0
    return patches(sum(observed.relevance[first:]), observed.evidence.layout)


def attcat(observed: Pass, queries="all") -> torch.Tensor:
    layout, total = observed.evidence.layout, 0
    for attention, relevance in zip(observed.evidence.attention, observed.relevance):
        mean = attention.mean(dim=0)
        received = patches(mean.mean(dim=0), layout) if queries == "all" else layout.readout_row(mean)
        total = total + received * patches(relevance, layout)
    return total


def dap(observed: Pass, start=0, residual=0.5) -> torch.Tensor:
    layout, factors = observed.evidence.layout, []
    identity = torch.eye(layout.tokens, dtype=torch.float64)
    for layer, attention in list(enumerate(observed.evidence.attention))[start:]:
        weights = torch.ones(layout.tokens, dtype=torch.float64)
        positive = grad_cam(observed.evidence, layer)
        if positive.mean() > 0:
            weights[len(layout.prefix):] = positive / positive.mean()
        mean = attention.mean(dim=0)
        weighted = mean @ torch.diag(weights)
        weighted = torch.where(weighted.sum(dim=-1, keepdim=True) > 1e-6, weighted, mean)
        factors.append(normalise_rows((1 - residual) * normalise_rows(weighted) + residual * identity))
    return layout.readout_row(chain(factors))


class Logits(nn.Module):
    def __init__(self, network: Network):
        super().__init__()
        self.inner, self.options = network.module, network.forward_options

    def forward(self, batch):
        output = self.inner(batch, **self.options)
        return output if torch.is_tensor(output) else output.logits


def finer_cam(network: Network, image: torch.Tensor, layout: Layout, target: int, count: int) -> torch.Tensor:
    """pytorch_grad_cam's Finer-CAM over Grad-CAM before it scales to [0, 1], with as many of the most similar classes.

    It weights these by their probability, which is differentiated as well; with all probabilities alike they count alike.
    """
    height, width = layout.grid
    prefix = len(layout.prefix)
    module = network.module_at("first-norm", -1)
    cam = FinerCAM(Logits(network), [module], reshape_transform=lambda tokens: tokens[:, prefix:].reshape(
        tokens.shape[0], height, width, -1).permute(0, 3, 1, 2))
    with mock.patch.object(torch, "softmax", lambda logits, dim: torch.ones_like(logits)):
        cam(image.detach().clone(), target_idx=target, comparison_categories=list(range(1, count + 1)))
    base = cam.base_cam
    activations, slopes = (
        getattr(base.activations_and_grads, name)[0].numpy() for name in ("activations", "gradients"))
    scores = base.get_cam_image(image, module, None, activations, slopes, False)
    base.activations_and_grads.release()
    return torch.from_numpy(scores)[0].relu()

"""LeGrad, TokenTM, bidirectional attribution, attention flow and contrasts as full-matrix PyTorch, in float64."""

from dataclasses import dataclass

import networkx
import torch

from reference.layout import Layout
from reference.network import Evidence, Network


@dataclass
class Inside:
    """What the reference's recording points don't have, one entry a layer."""

    inputs: list[torch.Tensor]  # [B, N, D], what enters the block
    values: list[torch.Tensor]  # [B, N, D], values behind the output projection, without its bias


def inside(network: Network, images: torch.Tensor) -> Inside:
    found = Inside([], [])
    handles = []
    for block in network.blocks:
        attention = block.attn if network.is_timm else block.attention
        projection = attention.proj if network.is_timm else attention.o_proj
        handles.append(block.register_forward_pre_hook(lambda _, inputs: found.inputs.append(inputs[0].detach())))

        def keep(_, __, output, projection=projection):
            width = projection.weight.shape[1]
            found.values.append(output.detach()[..., -width:] @ projection.weight.detach().T)

        handles.append((attention.qkv if network.is_timm else attention.v_proj).register_forward_hook(keep))
    with torch.no_grad():
        network.module(images.double(), **network.forward_options)
    for handle in handles:
        handle.remove()
    return found


def cotangent(logits: torch.Tensor, target: int, contrast: str) -> torch.Tensor:
    """The gradient of the contrasted score with respect to the logits [K]."""
    logits = logits.detach().clone().requires_grad_()
    others = torch.tensor([c for c in range(len(logits)) if c != target])
    if contrast == "none":
        score = logits[target]
    elif contrast == "others":  # the log-odds of the class
        score = logits[target] - logits[others].logsumexp(0)
    else:
        other = int(others[logits[others].argmax()]) if contrast == "runner-up" else int(contrast)
        score = logits[target] - logits[other]
    return torch.autograd.grad(score, logits)[0]


def evidence(network: Network, images: torch.Tensor, layout: Layout, image: int, direction: torch.Tensor) -> Evidence:
    """Values and gradients of `direction · logits[image]`."""
    record = network.run(images)
    (record.logits[image] * direction).sum().backward()
    network.module.zero_grad()
    return Evidence(
        layout, [a.detach()[image] for a in record.attention], [a.grad[image] for a in record.attention],
        {p: [t.detach()[image] for t in ts] for p, ts in record.activation.items()},
        {p: [t.grad[image] for t in ts] for p, ts in record.activation.items()}, record.input.grad[image])


def readout(network: Network, layout: Layout, tokens: torch.Tensor, pooling: str) -> torch.Tensor:
    """What the classifier says of tokens [B, N, D]: of their mean, or read as the model itself does."""
    module = network.module
    if network.is_timm:
        norm = module.norm if not isinstance(module.norm, torch.nn.Identity) else module.fc_norm
        heads = [module.head] + ([module.head_dist] if hasattr(module, "head_dist") else [])
    else:
        base = module.base_model
        norm = base.layernorm
        two = hasattr(module, "distillation_classifier")
        heads = [module.cls_classifier, module.distillation_classifier] if two else [module.classifier]
    if pooling == "mean":
        pooled = norm(tokens.mean(dim=1))
        return sum(head(pooled) for head in heads) / len(heads)
    if layout.readout == "patches":
        patches = tokens[:, len(layout.prefix):]
        after_pooling = network.is_timm and isinstance(module.norm, torch.nn.Identity)
        return heads[0](norm(patches.mean(dim=1)) if after_pooling else norm(patches).mean(dim=1))
    return sum(head(norm(tokens[:, place])) for place, head in enumerate(heads)) / len(heads)


def legrad(network, images, layout, image, direction, start=0, pooling="mean") -> torch.Tensor:
    record = network.run(images)
    total = 0
    for layer in range(len(record.attention))[start:]:
        score = (readout(network, layout, record.activation["output"][layer], pooling)[image] * direction).sum()
        gradient = torch.autograd.grad(score, record.attention[layer], retain_graph=True)[0][image]
        total = total + gradient.relu().mean(dim=(0, 1))[len(layout.prefix):]
    return total


def transformation(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    correlation = torch.nn.functional.cosine_similarity(before, after, dim=-1).softmax(dim=-1)
    return torch.diag(after.norm(dim=-1) / before.norm(dim=-1) * correlation)


def token_tm(evidence: Evidence, inputs: list[torch.Tensor], start=0) -> torch.Tensor:
    identity = torch.eye(evidence.layout.tokens, dtype=torch.float64)
    contribution = torch.diag(inputs[start].norm(dim=-1))
    for layer in range(len(inputs))[start:]:
        middle, output = (evidence.activation[point][layer] for point in ("after-attention", "output"))
        attention = evidence.attention[layer].mean(dim=0) @ transformation(inputs[layer], middle)
        update = identity + attention * evidence.attention_gradient[layer].relu().mean(dim=0)
        contribution = (identity + transformation(middle, output)) @ update @ contribution
    return evidence.layout.readout_row(contribution)


def bth(evidence, found: Inside, image, feedback, variant="head", start=0) -> torch.Tensor:
    """`feedback` is the mean gradient of the last attention along the path, [H, N, N]."""
    identity = torch.eye(evidence.layout.tokens, dtype=torch.float64)
    perception = identity
    for layer in range(len(evidence.attention))[start:]:
        attention, gradient = evidence.attention[layer], evidence.attention_gradient[layer]
        if variant == "head":
            importance = (attention.transpose(-1, -2) @ gradient).abs().mean(dim=(-1, -2))
            fused = ((importance / importance.sum())[:, None, None] * attention).sum(dim=0)
        else:
            lengths = found.values[layer][image].norm(dim=-1) / found.inputs[layer][image].norm(dim=-1)
            fused = attention.mean(dim=0) @ torch.diag(lengths)
        perception = perception + fused @ perception
    return evidence.layout.readout_row(feedback.relu().mean(dim=0) * perception)


def last_attention_along_path(network, images, image, direction, steps) -> torch.Tensor:
    total = 0
    for share in torch.linspace(0, 1, steps, dtype=torch.float64):
        record = network.run(images.double() * share)
        total = total + torch.autograd.grad((record.logits[image] * direction).sum(), record.attention[-1])[0][image]
    return total / steps


def read_weights(layout: Layout) -> list[float]:
    """The weights with which the tokens are read, summing to 1."""
    count = len(layout.prefix)
    read = {"class": [0], "class+distillation": [0, 1], "patches": list(range(count, layout.tokens))}[layout.readout]
    return [1 / len(read) if token in read else 0 for token in range(layout.tokens)]


def attention_flow(evidence: Evidence, start=0, residual=0.5) -> torch.Tensor:
    """networkx's maximum flow from the tokens that are read to each patch."""
    layout = evidence.layout
    graph = networkx.DiGraph()
    weights = read_weights(layout)
    top = len(evidence.attention)
    for token, weight in enumerate(weights):
        if weight > 0:
            graph.add_edge("source", (top, token), capacity=float(weight))
    for layer in range(top)[start:]:
        matrix = residual * torch.eye(layout.tokens) + (1 - residual) * evidence.attention[layer].mean(dim=0)
        for i in range(layout.tokens):
            for j in range(layout.tokens):
                if matrix[i, j] > 0:
                    graph.add_edge((layer + 1, i), (layer, j), capacity=float(matrix[i, j]))
    return torch.tensor([
        networkx.maximum_flow_value(graph, "source", (start, token))
        for token in range(len(layout.prefix), layout.tokens)])

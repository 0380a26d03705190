"""LeGrad, TokenTM, bidirectional attribution, attention flow and contrasts as full-matrix PyTorch, in float64."""

from dataclasses import dataclass

import networkx
import torch

from reference.layout import Layout
from reference.network import Evidence, Network, ZeroShot, has_norms_behind, image_part


@dataclass
class Inside:
    """What the reference's recording points don't have, one entry a layer."""

    inputs: list[torch.Tensor]  # [B, N, D], what enters the block
    values: list[torch.Tensor]  # [B, N, D], values behind the output projection, without its bias


def value_map(network: Network, block) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Weight and bias of the map to the values."""
    attention = block.attn if network.is_timm else block.attention
    if not network.is_timm:
        return attention.v_proj.weight, attention.v_proj.bias
    width = attention.proj.weight.shape[1]
    bias = getattr(attention, "v_bias", None)  # BEiT and EVA have none for the keys, and keep the others apart
    if bias is None and attention.qkv.bias is not None:
        bias = attention.qkv.bias[-width:]
    return attention.qkv.weight[-width:], bias


def branch_scale(network: Network, block) -> torch.Tensor | float:
    """The layer scale of the attention's branch."""
    for holder, name in ((block, "gamma_1"), (block, "lambda_1"), (getattr(block, "ls1", None), "gamma"),
                         (getattr(block, "layer_scale1", None), "lambda1")):
        scale = getattr(holder, name, None)
        if isinstance(scale, torch.Tensor):
            return scale.detach()
    return 1.0


def inside(network: Network, images: torch.Tensor) -> Inside:
    found = Inside([], [])
    handles = [
        block.register_forward_pre_hook(lambda _, inputs: found.inputs.append(inputs[0].detach()))
        for block in network.blocks]
    record = network.run(images)
    for handle in handles:
        handle.remove()
    for block, entering, normed in zip(network.blocks, found.inputs, record.activation["first-norm"]):
        seen = entering if has_norms_behind(block) else normed
        projection = block.attn.proj if network.is_timm else block.attention.o_proj
        values = torch.nn.functional.linear(seen, *value_map(network, block))
        found.values.append((values @ projection.weight.T * branch_scale(network, block)).detach())
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


def norm_of(network: Network) -> torch.nn.Module:
    """The layer norm that the classifier reads behind."""
    module = network.module
    if network.is_timm:
        return module.norm if not isinstance(module.norm, torch.nn.Identity) else module.fc_norm
    if isinstance(module, ZeroShot):
        return module.clip.vision_model.post_layernorm
    if type(module).__name__ == "CLIPForImageClassification":
        return torch.nn.Identity()  # it reads the last block's tokens as they are
    base = module.base_model
    pooler = getattr(base, "pooler", None)
    return getattr(pooler, "layernorm", None) or base.layernorm  # BEiT that reads the mean has it in the pooler


def readout(network: Network, layout: Layout, tokens: torch.Tensor, pooling: str) -> torch.Tensor:
    """What the classifier says of tokens [B, N, D]: of their mean, or read as the model itself does."""
    module, norm = network.module, norm_of(network)
    if network.is_timm:
        heads = [module.head] + ([module.head_dist] if hasattr(module, "head_dist") else [])
        after_pooling = isinstance(module.norm, torch.nn.Identity)
    else:
        two = hasattr(module, "distillation_classifier")
        if isinstance(module, ZeroShot):
            heads = [lambda features: module.classes(module.direction(module.clip.visual_projection(features)))]
        else:
            heads = [module.cls_classifier, module.distillation_classifier] if two else [module.classifier]
        after_pooling = norm is not getattr(image_part(module), "layernorm", None)
    if pooling == "mean":
        pooled = norm(tokens.mean(dim=1))
        if layout.readout == "class+patches":
            pooled = torch.cat([pooled, pooled], dim=-1)
        return sum(head(pooled) for head in heads) / len(heads)
    patches = tokens[:, len(layout.prefix):]
    if layout.readout == "class+patches":
        return heads[0](torch.cat([norm(tokens[:, 0]), norm(patches).mean(dim=1)], dim=-1))
    if layout.readout == "patches":
        return heads[0](norm(patches.mean(dim=1)) if after_pooling else norm(patches).mean(dim=1))
    if layout.readout == "patches+maximum":
        before = patches if after_pooling else norm(patches)
        pooled = (before.mean(dim=1) + before.amax(dim=1)) / 2
        return heads[0](norm(pooled) if after_pooling else pooled)
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
    if layout.readout == "class+patches":
        return [0.5] + [0] * (count - 1) + [0.5 / layout.patches] * layout.patches
    patches = list(range(count, layout.tokens))
    read = {"class": [0], "class+distillation": [0, 1], "patches": patches, "patches+maximum": patches}[layout.readout]
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

"""AttnLRP, CP-LRP and conservative propagation as gradient × input, with the rules of lxt and zennit, in float64."""

import contextlib
import importlib
import sys
import types
from functools import partial
from pathlib import Path

import torch
import zennit.rules
from torch import nn
from zennit.composites import LayerMapComposite

from reference.layout import Layout
from reference.network import Direction, Network


def _lxt(name: str):
    """A module of lxt.efficient without the package's own imports, which are of models that transformers 5 has no more."""
    if "lxt.efficient" not in sys.modules:
        package = types.ModuleType("lxt.efficient")
        package.__path__ = [str(Path(importlib.util.find_spec("lxt").submodule_search_locations[0]) / "efficient")]
        sys.modules["lxt.efficient"] = package
    return importlib.import_module(f"lxt.efficient.{name}")


rules, patches = _lxt("rules"), _lxt("patches")
_lxt("zennit_patches").monkey_patch_zennit()


def joined(module: nn.Module) -> nn.Module:
    """timm's BEiT and EVA add the biases of queries and values beside the linear map's module, which hooks then don't see."""
    for block in getattr(module, "blocks", []):
        attention = block.attn
        if getattr(attention, "q_bias", None) is not None:
            biases = [attention.q_bias, torch.zeros_like(attention.q_bias), attention.v_bias]
            attention.qkv.bias = nn.Parameter(torch.cat([bias.detach() for bias in biases]))
            attention.q_bias = None
    return module


def _gated(constant: bool, module, x):
    """timm's GluMlp in the way of lxt's gated MLPs, the gate being the first half."""
    gate, values = module.fc1(x).chunk(2, dim=-1)
    if constant:
        return module.fc2(rules.stop_gradient(module.act(gate)) * values)
    return module.fc2(rules.divide_gradient(rules.identity_rule_implicit(module.act, gate) * values, 2))


def _dividers(method: str):
    """What happens to the gradients of queries, keys and values."""
    if method in ("cp-lrp", "libra"):
        return rules.stop_gradient, rules.stop_gradient, lambda value: value
    return (partial(rules.divide_gradient, factor=4),) * 2 + (partial(rules.divide_gradient, factor=2),)


@contextlib.contextmanager
def ruled(network: Network, method: str, gamma: float, patch_gamma: float):
    """The network with another backward pass; its forward pass stays.

    LibraGrad's (Mehri et al. 2025, section 3.5) has attention as a constant like CP-LRP's, and the gate's halves like AttnLRP's.
    """
    handles, replaced = [], []
    # zennit's hooks first: they stand for all that is between a map's input and its output, hooks before them included.
    layers = []
    if patch_gamma > 0:
        layers.append((nn.Conv2d, zennit.rules.Gamma(patch_gamma, stabilizer=1e-12)))
    if gamma > 0:
        layers.append((nn.Linear, zennit.rules.Gamma(gamma, stabilizer=1e-12)))
    composite = LayerMapComposite(layers)
    composite.register(network.module)

    def replace(module, forward):
        replaced.append(module)
        module.forward = types.MethodType(forward, module)

    for module in network.module.modules():
        if isinstance(module, nn.LayerNorm):
            replace(module, lambda self, x: patches.layer_norm_forward(self, x))
        if isinstance(module, Direction):
            replace(module, lambda self, x: x / rules.stop_gradient(x.norm(dim=-1, keepdim=True)))
    for block in network.blocks:
        query, key, value = _dividers(method)
        if network.is_timm:
            def divide(_, __, output):
                parts = output.chunk(3, dim=-1)
                return torch.cat([f(part) for f, part in zip((query, key, value), parts)], dim=-1)

            handles.append(block.attn.qkv.register_forward_hook(divide))
        else:
            for name, function in zip(("q_proj", "k_proj", "v_proj"), (query, key, value)):
                handles.append(getattr(block.attention, name).register_forward_hook(
                    lambda _, __, output, function=function: function(output)))
        mlp = block.mlp
        if hasattr(mlp, "gate_proj"):
            gated = patches.cp_gated_mlp_forward if method == "cp-lrp" else patches.gated_mlp_forward
            replace(mlp, lambda self, x, gated=gated: gated(self, x))
        elif type(mlp).__name__ == "GluMlp":
            replace(mlp, lambda self, x: _gated(method == "cp-lrp", self, x))
        else:
            act = mlp.act if hasattr(mlp, "act") else mlp.activation_fn
            act.original_forward = act.forward
            replace(act, lambda self, x: patches.non_linear_forward(self, x))
    try:
        yield
    finally:
        composite.remove()
        for handle in handles:
            handle.remove()
        for module in replaced:
            del module.forward


def scores(network: Network, images: torch.Tensor, direction: torch.Tensor, layout: Layout, method: str, at="patches",
           gamma=0.0, patch_gamma=0.0) -> torch.Tensor:
    """Relevance of each patch or pixel of one image [1, 3, H, W], row by row."""
    tokens = []

    def keep(_, inputs):
        tokens.append(inputs[0])
        inputs[0].retain_grad()

    handle = network.blocks[0].register_forward_pre_hook(keep)
    try:
        if method == "conservative-propagation":
            record = network.run(images, conservative=True)
            (record.logits[0] * direction).sum().backward()
            image = record.input
        else:
            with ruled(network, method, gamma, patch_gamma):
                image = images.double().clone().requires_grad_()
                output = network.module(image, **network.forward_options)
                logits = output if torch.is_tensor(output) else output.logits
                (logits[0] * direction).sum().backward()
    finally:
        handle.remove()
    network.module.zero_grad()
    if at == "tokens":
        relevance = (tokens[0].detach() * tokens[0].grad)[0].sum(dim=-1)
        return relevance[len(layout.prefix):]
    rows, columns = layout.grid
    relevance = (image.detach() * image.grad)[0]
    if at == "pixels":
        return relevance.sum(dim=0).flatten()
    return relevance.reshape(3, rows, relevance.shape[1] // rows, columns, -1).sum(dim=(0, 2, 4)).flatten()

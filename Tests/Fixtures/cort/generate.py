"""Writes the maps of CoRT, and those of the γ rule of residual sums, on the models of `../models`:
`python Tests/Fixtures/cort/generate.py`.
"""

import contextlib
import json
import sys
import types
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from timm.models import vision_transformer
from torch.nn.functional import one_hot

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("", "models", "explainers", "relevance")]

import cases  # noqa: E402
import formulas  # noqa: E402
import gradients  # noqa: E402
from reference import cort, storage  # noqa: E402
from reference.layout import Layout  # noqa: E402
from reference.network import Network  # noqa: E402

SPECS = [
    "cort",
    "cort:share=0,power=1,sharpness=0",
    "cort:scaling=none,contrast=runner-up,share=1",
    "cort:preset=plain",
    "cort:preset=transport",
    "cort:transport=1,sharpness=1,share=0.5",
]
# With the γ rule of residual sums, on blocks whose forward pass is written again here.
DAMPED_SPECS = [
    "cort:residual-gamma=0.25",
    "cort:preset=deep",
    "cort:preset=two-pass",
    "attnlrp:residual-gamma=1",
    "cp-lrp:residual-gamma=0.25,preset=vit",
    "conservative-propagation:residual-gamma=1,contrast=others",
]
PRESETS = {"vit": {"gamma": "0.05", "patch-gamma": "0.25"}}


def block_forward(gamma: float, kind: str):
    def timm_block(self, x, **_):
        x = cort.merged(gamma, x, self.ls1(self.attn(self.norm1(x))))
        return cort.merged(gamma, x, self.ls2(self.mlp(self.norm2(x))))

    def timm_post_norm(self, x, **_):
        x = cort.merged(gamma, x, self.norm1(self.attn(x)))
        return cort.merged(gamma, x, self.norm2(self.mlp(x)))

    return {"Block": timm_block, "ResPostBlock": timm_post_norm}[kind]


def is_damped(network: Network) -> bool:
    return all(isinstance(block, (vision_transformer.Block, vision_transformer.ResPostBlock)) for block in network.blocks)


@contextlib.contextmanager
def damped(network: Network, gamma: float):
    """The network with the γ rule at residual sums; its forward pass stays."""
    if gamma > 0:
        for block in network.blocks:
            block.forward = types.MethodType(block_forward(gamma, type(block).__name__), block)
    try:
        yield
    finally:
        if gamma > 0:
            for block in network.blocks:
                del block.forward


def relevance(network: Network, image: torch.Tensor, direction: torch.Tensor, gamma: float):
    """Tokens before each block with their cotangents, and attention with its own, under the rules of CP-LRP (lxt's)."""
    tokens, attention, handles = [], [], []

    def keep_tokens(_, inputs):
        inputs[0].retain_grad()
        tokens.append(inputs[0])

    def keep_attention(_, __, output):
        attention.append(output.detach().requires_grad_())
        return attention[-1]

    with damped(network, gamma), gradients.ruled(network, "cp-lrp", 0.0, 0.0):
        for block in network.blocks:
            module = block.attn if network.is_timm else block.attention
            probabilities = module.attn_drop if network.is_timm else module.probabilities
            handles.append(block.register_forward_pre_hook(keep_tokens))
            handles.append(probabilities.register_forward_hook(keep_attention))
        output = network.module(image.clone().requires_grad_(), **network.forward_options)
        logits = output if torch.is_tensor(output) else output.logits
        (logits[0] * direction).sum().backward()
        for handle in handles:
            handle.remove()
    network.module.zero_grad()
    return ([(x.detach()[0], x.grad[0]) for x in tokens], [(a.detach()[0], a.grad[0]) for a in attention])


def map_of_pass(network, layout: Layout, image, direction, options, gamma) -> torch.Tensor:
    tokens, attention = relevance(network, image, direction, gamma)
    s = sum(cort.relevance_of_layer(x, c, options) for x, c in tokens)[len(layout.prefix):]
    rolled = torch.eye(layout.tokens, dtype=torch.float64)
    for a, c in attention:
        rolled = rolled + (a * c).clamp(min=0).mean(dim=0) @ rolled
    return cort.scores(s, layout.readout_row(rolled), options, layout.grid, image.shape[2:])


def of_cort(network: Network, layout: Layout, image, logits, target: int, pairs: dict) -> torch.Tensor:
    options = cort.options_of(pairs)
    own = one_hot(torch.tensor(target), len(logits)).double()
    direction = own + options["share"] * (formulas.cotangent(logits, target, options["contrast"]) - own)
    gammas = {0.0, options["residual-gamma"]} if options["halves"] == "true" else {options["residual-gamma"]}
    maps = [map_of_pass(network, layout, image, direction, options, gamma) for gamma in sorted(gammas)]
    return sum(maps) / len(maps)


def of_relevance(network: Network, layout: Layout, image, logits, target: int, method: str, pairs: dict) -> torch.Tensor:
    pairs = {**PRESETS.get(pairs.pop("preset", ""), {}), **pairs}
    direction = formulas.cotangent(logits, target, pairs.pop("contrast", "none"))
    gamma = float(pairs.pop("residual-gamma"))
    options = {k.replace("-", "_"): float(v) for k, v in pairs.items()}
    if method == "conservative-propagation":
        options["at"] = "tokens"
    with damped(network, gamma):
        return gradients.scores(network, image, direction, layout, method, **options).reshape(layout.grid)


def tensors_of(case: cases.Case) -> dict[str, torch.Tensor]:
    folder = HERE.parent / "models" / (case.model_of or case.name)
    network = Network(gradients.joined(cases.load(case, folder)), **case.forward_options)
    images = load_file(HERE.parent / "models" / case.name / "expected.safetensors")["input"].double()
    logits = network.run(images).logits.detach()
    described = json.loads((HERE.parent / "models" / case.name / "case.json").read_text())
    tensors = {}
    for spec in SPECS + (DAMPED_SPECS if is_damped(network) else []):
        method, _, rest = spec.partition(":")
        for index in (0, 3):
            target = described["targets"][index]
            image = images[target["image"]:target["image"] + 1]
            pairs = dict(item.split("=") for item in rest.split(",") if item)
            arguments = (network, case.layout, image, logits[target["image"]], target["class"])
            name = f"{case.name}.t{index}.map|{spec}"
            try:
                tensors[name] = (
                    of_cort(*arguments, pairs) if method == "cort" else of_relevance(*arguments, method, pairs))
            except cort.NearlyEqual:
                print(f"  {name} is left out: two patches are nearly equal")
    return tensors


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    tensors = {}
    for case in cases.CASES:
        found = tensors_of(case)
        print(f"{case.name}: {len(found)} maps")
        tensors |= found
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(HERE / "versions.json", storage.versions("lxt", "zennit"))


if __name__ == "__main__":
    main()

"""Writes what PyTorch gives for the models of `../models` without some patches, and without each head:
`python Tests/Fixtures/interventions/generate.py [case ...]`; cases that are not named stay as they are.

Patches go after the position embeddings are added: the tokens that are left keep those of their places, and the rotations
of their places. A head goes by zeros in its channels before the projection that joins the heads. The modules are the
libraries' own, in float64.
"""

import sys
from pathlib import Path

import safetensors.torch
import torch
import transformers

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
sys.path[:0] = [str(HERE.parent), str(MODELS)]

import cases  # noqa: E402
from reference import storage  # noqa: E402
from reference.network import Network, image_part  # noqa: E402


def kept_patches(count: int, readout: str) -> dict[str, list[list[int]]]:
    """Ascending lists for two images: all but one, half of them, a single one, and none where that can be read."""
    generator = torch.Generator().manual_seed(count)
    lists = {
        f"{size}": [sorted(torch.randperm(count, generator=generator)[:size].tolist()) for _ in range(2)]
        for size in (count - 1, count // 2, 1)
    }
    return lists if "patches" in readout else lists | {"0": [[], []]}


def logits(network: Network, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        output = network.module(images, **network.forward_options)
    return output if torch.is_tensor(output) else output.logits


def without_patches(network: Network, images: torch.Tensor, prefix: int, kept: list[list[int]]) -> torch.Tensor:
    chosen = [list(range(prefix)) + [prefix + patch for patch in patches] for patches in kept]

    def keep(_, __, tokens):
        return torch.stack([image[places] for image, places in zip(tokens, chosen)])

    def choose(bias):
        """Relative position bias [(1,) H, N, N] of all tokens, as [B, H, n, n] of those that each image keeps."""
        whole = bias.reshape(bias.shape[-3:])
        return torch.stack([whole[:, places][:, :, places] for places in chosen])

    module = network.module
    timm_embedded = getattr(module, "patch_drop", None) or getattr(module, "pos_drop", None)
    embedded = timm_embedded if network.is_timm else image_part(module).embeddings
    handles = [embedded.register_forward_hook(keep)]
    handles += [m.register_forward_hook(lambda _, __, bias: choose(bias)) for m in module.modules()
                if type(m).__name__ in ("BeitRelativePositionBias", "RelativePositionBias")]
    # Rotations [P, angles] of all patches, as [B, 1, kept, angles] of those that each image keeps.
    handles += [
        block.register_forward_pre_hook(
            lambda _, inputs, options: (inputs, options | {
                "rope": torch.stack([options["rope"][patches] for patches in kept])[:, None]}),
            with_kwargs=True)
        for block in network.blocks if getattr(module, "rope", None) is not None]
    # timm's blocks make their own bias in a method.
    own = [block.attn for block in network.blocks
           if network.is_timm and getattr(block.attn, "relative_position_bias_table", None) is not None]
    for attention in own:
        attention._get_rel_pos_bias = lambda make=type(attention)._get_rel_pos_bias, own=attention: choose(make(own))
    result = logits(network, images)
    for handle in handles:
        handle.remove()
    for attention in own:
        del attention._get_rel_pos_bias
    return result


def without_head(network: Network, images: torch.Tensor, layer: int, head: int, heads: int) -> torch.Tensor:
    def silence(_, inputs):
        outputs = inputs[0].clone()
        width = outputs.shape[-1] // heads
        outputs[..., head * width:(head + 1) * width] = 0
        return (outputs,)

    block = network.blocks[layer]
    projection = block.attn.proj if network.is_timm else block.attention.o_proj
    handle = projection.register_forward_pre_hook(silence)
    result = logits(network, images)
    handle.remove()
    return result


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    path, named = HERE / "expected.safetensors", sys.argv[1:]
    tensors = safetensors.torch.load_file(path) if named else {}
    for case in cases.CASES:
        if named and case.name not in named:
            continue
        network = Network(cases.load(case, MODELS / (case.model_of or case.name)), **case.forward_options)
        expected = safetensors.torch.load_file(MODELS / case.name / "expected.safetensors")
        images, heads = expected["input"].double(), expected["attention.0"].shape[1]
        for size, kept in kept_patches(case.layout.patches, case.layout.readout).items():
            key = f"{case.name}.kept.{size}"
            tensors[f"{key}.patches"] = torch.tensor(kept, dtype=torch.float64)
            tensors[f"{key}.logits"] = without_patches(network, images, len(case.layout.prefix), kept)
        tensors[f"{case.name}.heads"] = torch.stack([
            torch.stack([without_head(network, images, layer, head, heads) for head in range(heads)])
            for layer in range(len(network.blocks))])  # [layers, heads, images, classes]
    storage.save_tensors(path, tensors)
    storage.save_json(HERE / "versions.json", storage.versions())


if __name__ == "__main__":
    main()

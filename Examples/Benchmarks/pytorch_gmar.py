"""Times GMAR in PyTorch on this machine, to stand beside what `xai bench` prints.

    python Examples/Benchmarks/pytorch_gmar.py [--sizes vit-ti/16 vit-b/16 vit-l/16] [--repeats 3] [--save DIR]

The models have random weights and a 224 x 224 input; `--save` writes them as Hugging Face directories, so that `xai`
can be timed on the same weights. Prints one JSON table, seconds per image, the best of `--repeats`. Run it on an idle
machine: OpenMP's threads wait for each other by spinning, and a busy core slows it many times over.
"""

import argparse
import json
import os
import time
from pathlib import Path

import torch
import transformers
from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

# width, layers, heads
SIZES = {"vit-ti/16": (192, 12, 3), "vit-b/16": (768, 12, 12), "vit-l/16": (1024, 24, 16)}


def build(size: str) -> ViTForImageClassification:
    width, layers, heads = SIZES[size]
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width,
        num_labels=1000,
    )
    return ViTForImageClassification(config).eval()


def forward(model, image) -> torch.Tensor:
    model.set_attn_implementation("sdpa")
    with torch.no_grad():
        return model(image).logits


def gmar(model, image) -> torch.Tensor:
    """Heads weighted by the L1 norm of dy/dA, rollout over (A_w + I) with rows normalised, the class token's row."""
    model.set_attn_implementation("eager")
    model.zero_grad(set_to_none=True)
    output = model(image.clone().requires_grad_(), output_attentions=True)
    for attention in output.attentions:
        attention.retain_grad()
    output.logits[0].max().backward()
    with torch.no_grad():
        identity = torch.eye(output.attentions[0].shape[-1])
        result = identity
        for attention in output.attentions:
            scores = attention.grad[0].abs().sum(dim=(1, 2))
            factor = (attention[0] * (scores / scores.sum()).view(-1, 1, 1)).sum(dim=0) + identity
            result = (factor / factor.sum(dim=-1, keepdim=True)) @ result
        return result[0, 1:]


def best(repeats: int, work) -> float:
    work()  # the first call allocates and is not counted
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(min(times), 5)


def measure(size: str, repeats: int, save: Path | None) -> dict:
    model = build(size)
    if save is not None:
        folder = save / size.replace("/", "-")
        model.save_pretrained(folder)
        ViTImageProcessor().save_pretrained(folder)
    image = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    row = {"model": size, "forward": best(repeats, lambda: forward(model, image))}
    row["gmar"] = best(repeats, lambda: gmar(model, image))
    model.requires_grad_(False)
    row["gmar_without_parameter_gradients"] = best(repeats, lambda: gmar(model, image))
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES), metavar="SIZE")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--save", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    transformers.utils.logging.disable_progress_bar()
    rows = [measure(size, arguments.repeats, arguments.save) for size in arguments.sizes]
    print(json.dumps({
        "unit": "seconds per image, best of repeats",
        "repeats": arguments.repeats,
        "threads": arguments.threads,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "rows": rows,
    }, indent=1))


if __name__ == "__main__":
    main()

"""Ten optimiser steps of PyTorch on a small Hugging Face ViT, for the tests of training.

    python Tests/Fixtures/training/generate.py

Writes expected.safetensors (the weights after ten steps, and the losses of the steps) of each case below. The model
is ../models/hf-vit; pictures are made by a formula that the tests repeat, and every step sees all of them.
"""

import json
import math
import pathlib
import tempfile

import safetensors.torch
import torch
import transformers

HERE = pathlib.Path(__file__).parent
MODEL = HERE.parent / "models" / "hf-vit"
STEPS, COUNT = 10, 4

CASES = {
    "adam": dict(optimizer="adam", learning_rate=5e-5, weight_decay=0.0, smoothing=0.0, clip=0.0, warm_up=0,
                 schedule="constant"),
    "adam-decay": dict(optimizer="adam", learning_rate=2e-4, weight_decay=0.1, smoothing=0.0, clip=0.0, warm_up=0,
                       schedule="constant"),
    "adamw": dict(optimizer="adamw", learning_rate=1e-3, weight_decay=0.05, smoothing=0.1, clip=0.5, warm_up=3,
                  schedule="cosine"),
}


def picture(index: int, height: int, width: int) -> torch.Tensor:
    """The 8-bit samples (i·37 + y·11 + x·7 + c·53 + x·y) mod 256 of channel c, row y and column x."""
    y, x = torch.arange(height).view(1, -1, 1), torch.arange(width).view(1, 1, -1)
    c = torch.arange(3).view(-1, 1, 1)
    return (index * 37 + y * 11 + x * 7 + c * 53 + x * y) % 256


def rate(case: dict, step: int) -> float:
    if step < case["warm_up"]:
        return case["learning_rate"] * (step + 1) / case["warm_up"]
    if case["schedule"] == "constant":
        return case["learning_rate"]
    done = (step - case["warm_up"]) / (STEPS - case["warm_up"])
    return case["learning_rate"] * (1 + math.cos(math.pi * done)) / 2


def decays(name: str) -> bool:
    return name.endswith("weight") and "layernorm" not in name


def train(case: dict) -> dict[str, torch.Tensor]:
    model = transformers.ViTForImageClassification.from_pretrained(MODEL, attn_implementation="eager").train()
    config = model.config
    size = config.image_size if isinstance(config.image_size, (list, tuple)) else (config.image_size,) * 2
    processor = json.loads((MODEL / "preprocessor_config.json").read_text())
    mean = torch.tensor(processor["image_mean"]).view(1, 3, 1, 1)
    deviation = torch.tensor(processor["image_std"]).view(1, 3, 1, 1)
    pictures = torch.stack([picture(i, *size) for i in range(COUNT)]).float() / 255
    pictures = (pictures - mean) / deviation
    labels = torch.tensor([i % config.num_labels for i in range(COUNT)])
    groups = [
        {"params": [p for n, p in model.named_parameters() if decays(n)], "weight_decay": case["weight_decay"]},
        {"params": [p for n, p in model.named_parameters() if not decays(n)], "weight_decay": 0.0},
    ]
    rule = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[case["optimizer"]]
    optimiser = rule(groups, lr=case["learning_rate"], betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = rate(case, step)
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(pictures).logits, labels, label_smoothing=case["smoothing"])
        loss.backward()
        if case["clip"] > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), case["clip"])
        optimiser.step()
        losses.append(loss.item())
    # By the names of the checkpoint, which are not those of the modules.
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights = safetensors.torch.load_file(pathlib.Path(folder) / "model.safetensors")
    return weights | {"losses": torch.tensor(losses)}


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    metadata = {"torch": torch.__version__, "transformers": transformers.__version__}
    for name, case in CASES.items():
        safetensors.torch.save_file(train(case), HERE / f"{name}.safetensors", metadata)

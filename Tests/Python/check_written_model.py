"""Loads model directories that the package has written in `transformers`, and compares what both compute.

    python check_written_model.py FOLDER…

Each FOLDER holds `model/`, the written directory, `image.png`, and `expected.safetensors` with what the package made of
them: `input` and its `logits`, and `pixels`, the preprocessed image. Prints one line of JSON a folder; exits with 1
where one differs. Written for transformers 5.23, timm 1.0.31, torch 2.15.
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy
import torch
import transformers
from PIL import Image
from safetensors.numpy import load_file
from transformers import AutoImageProcessor, AutoModelForImageClassification

LOGITS_TOLERANCE = 1e-4  # of the largest logit
PIXELS_TOLERANCE = 1e-5


def check(folder: Path) -> dict:
    expected = load_file(folder / "expected.safetensors")
    model, loading = AutoModelForImageClassification.from_pretrained(folder / "model", output_loading_info=True)
    with torch.no_grad():
        logits = model.eval()(torch.from_numpy(expected["input"])).logits.numpy()
    # The package resizes as Pillow does; torchvision is off by one of 255 levels now and then.
    processor = AutoImageProcessor.from_pretrained(folder / "model", backend="pil")
    image = Image.open(folder / "image.png").convert("RGB")
    pixels = processor(image, return_tensors="pt")["pixel_values"].numpy()
    # The order of the classes in the configuration, not that of its text.
    labels = [model.config.id2label[index] for index in range(model.config.num_labels)]
    result = {
        "folder": folder.name,
        "class": type(model).__name__,
        "problems": {kind: sorted(map(str, names)) for kind, names in loading.items() if names},
        "dtype": str(model.dtype),
        "labels": labels,
        "logits_shape": list(logits.shape),
        "pixels_shape": list(pixels.shape),
        "logits_off_by": float(abs(logits - expected["logits"]).max() / abs(expected["logits"]).max())
        if logits.shape == expected["logits"].shape else None,
        "pixels_off_by": float(abs(pixels - expected["pixels"]).max())
        if pixels.shape == expected["pixels"].shape else None,
    }
    result["right"] = (
        not result["problems"]
        and result["logits_off_by"] is not None and result["logits_off_by"] <= LOGITS_TOLERANCE
        and result["pixels_off_by"] is not None and result["pixels_off_by"] <= PIXELS_TOLERANCE
    )
    return result


def main() -> int:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    results = []
    for folder in map(Path, sys.argv[1:]):
        try:
            results.append(check(folder))
        except Exception as error:  # one directory that doesn't load must not hide the others
            results.append({"folder": folder.name, "right": False, "error": f"{type(error).__name__}: {error}"})
        print(json.dumps(results[-1]), flush=True)
    return 0 if results and all(result["right"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

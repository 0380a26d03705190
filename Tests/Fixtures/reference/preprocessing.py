"""Preprocessing of an image file on Pillow's 8-bit samples, as Hugging Face's PIL processors and timm's transforms
do it. Each function gives the 8-bit image that enters the network and the normalised planes [3, h, w]."""

from pathlib import Path

import numpy as np
import timm
import torch
import transformers
from PIL import Image

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def decode(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def hugging_face(file: Path, size=224, mean=(0.5,) * 3, std=(0.5,) * 3) -> tuple[Image.Image, torch.Tensor]:
    """Resize to a square with Pillow's bilinear filter (resample code 2), whatever the aspect ratio."""
    image = decode(file).resize((size, size), Image.Resampling.BILINEAR)
    return image, _normalised(image, mean, std)


def timm_centre_crop(file: Path, size=224, crop=0.9, mean=IMAGENET_MEAN, std=IMAGENET_STD):
    """Shorter side to floor(size / crop) with Pillow's bicubic filter, the longer one truncated, then centre crop."""
    image = decode(file)
    shorter = int(size / crop)
    width, height = image.size
    scaled = (shorter, int(shorter * height / width)) if width <= height else (int(shorter * width / height), shorter)
    if scaled != image.size:
        image = image.resize(scaled, Image.Resampling.BICUBIC)
    # Half a pixel is rounded to the even neighbour, as Python's round does.
    left, top = round((image.width - size) / 2), round((image.height - size) / 2)
    image = image.crop((left, top, left + size, top + size))
    return image, _normalised(image, mean, std)


def _normalised(image: Image.Image, mean, std) -> torch.Tensor:
    samples = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).double() / 255
    mean, std = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (mean, std))
    return ((samples - mean) / std).float()


def stages(prepare, file: Path) -> tuple[Image.Image, Image.Image, torch.Tensor]:
    """The decoded image, the 8-bit network input and the normalised planes."""
    return decode(file), *prepare(file)


def check(hugging_face_model: bool, model_folder: Path, file: Path) -> None:
    """Holds the functions above against the libraries' own pipelines, built from the model's directory."""
    if hugging_face_model:
        processor = transformers.ViTImageProcessorPil.from_pretrained(model_folder)
        theirs = processor(decode(file), return_tensors="pt").pixel_values[0]
        ours = hugging_face(file)[1]
    else:
        model = timm.create_model(f"local-dir:{model_folder}", pretrained=False)
        transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
        theirs = transform(decode(file))
        ours = timm_centre_crop(file)[1]
    difference = (theirs - ours).abs().max().item()
    if difference > 1e-5:
        raise AssertionError(f"{model_folder.name}: preprocessing differs by {difference:.3g}")

"""Writes the pictures of this folder and golden.json: what Pillow, transformers, timm and torch make of them.

Usage: XAI_DATA=folder python Tests/Fixtures/images/generate.py   (from the root of the package)

XAI_DATA is the data folder of the tests; its photographs are only hashed. Without it, their hashes stay as they are.
"""

import hashlib
import io
import json
import os
import struct
import sys
from pathlib import Path

import matplotlib
import numpy as np
import PIL
import timm
import torch
import torchvision
import transformers
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parent))
import png

FOLDER = Path(__file__).parent
golden = {}


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def scene(width, height, seed):
    """A synthetic scene: gradients, discs with sharp edges, and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.stack([255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 3) * np.cos(y / 4)], axis=-1)
    for _ in range(6):
        cx, cy, radius = random.uniform(0, width), random.uniform(0, height), random.uniform(2, height / 3)
        picture[(x - cx) ** 2 + (y - cy) ** 2 < radius**2] = random.uniform(0, 255, 3)
    return np.clip(picture + random.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)


# MARK: - Files of every kind

files = {}
rgb = scene(61, 47, seed=1)
random = np.random.default_rng(2)
grey = rgb[..., 0]
alpha = random.integers(0, 256, grey.shape).astype(np.uint8)


def deep(array):
    """16-bit samples whose high bytes are those of an 8-bit array."""
    return array.astype(np.uint32) * 256 + random.integers(0, 256, array.shape)


palette = random.integers(0, 256, (200, 3))
for interlaced in (False, True):
    suffix = "-interlaced" if interlaced else ""
    for depth in (1, 2, 4, 8):
        files[f"grey{depth}{suffix}.png"] = png.encode(grey >> (8 - depth), depth, 0, interlaced)
    for depth in (1, 2, 4):
        indices = grey >> (8 - depth)
        files[f"palette{depth}{suffix}.png"] = png.encode(indices, depth, 3, interlaced, palette[: 2**depth])
    files[f"palette8{suffix}.png"] = png.encode(grey % 200, 8, 3, interlaced, palette)
    files[f"rgb8{suffix}.png"] = png.encode(rgb, 8, 2, interlaced)
    files[f"rgb16{suffix}.png"] = png.encode(deep(rgb), 16, 2, interlaced)
    greyAlpha = np.stack([grey, alpha], axis=-1)
    files[f"grey-alpha8{suffix}.png"] = png.encode(greyAlpha, 8, 4, interlaced)
    files[f"grey-alpha16{suffix}.png"] = png.encode(deep(greyAlpha), 16, 4, interlaced)
    rgba = np.concatenate([rgb, alpha[..., None]], axis=-1)
    files[f"rgba8{suffix}.png"] = png.encode(rgba, 8, 6, interlaced)
    files[f"rgba16{suffix}.png"] = png.encode(deep(rgba), 16, 6, interlaced)
# Both sides of the cut at 255 that Pillow makes of 16-bit grey.
files["grey16.png"] = png.encode(deep(grey) % 700, 16, 0)
files["grey16-interlaced.png"] = png.encode(deep(grey) % 700, 16, 0, True)
files["palette8-transparent.png"] = png.encode(grey % 200, 8, 3, palette=palette, transparency=alpha[0, :50])
files["palette8-short.png"] = png.encode(grey, 8, 3, palette=palette[:100])
files["rgb8-transparent.png"] = png.encode(rgb, 8, 2, transparency=struct.pack(">HHH", *map(int, rgb[0, 0])))
files["grey8-transparent.png"] = png.encode(grey, 8, 0, transparency=struct.pack(">H", int(grey[0, 0])))
for width, height in ((1, 1), (1, 9), (3, 2)):
    small = rgb[:height, :width]
    files[f"rgb8-{width}x{height}.png"] = png.encode(small, 8, 2)
    files[f"rgb8-{width}x{height}-interlaced.png"] = png.encode(small, 8, 2, True)


def jpeg(array, mode="RGB", **options):
    file = io.BytesIO()
    Image.fromarray(array, mode).save(file, "JPEG", **{"quality": 85, **options})
    return file.getvalue()


for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
    files[f"rgb-{name}.jpg"] = jpeg(rgb, subsampling=subsampling)
    files[f"rgb-{name}-progressive.jpg"] = jpeg(rgb, subsampling=subsampling, progressive=True)
files["grey.jpg"] = jpeg(grey, "L")
files["grey-progressive.jpg"] = jpeg(grey, "L", progressive=True)
files["restarts.jpg"] = jpeg(rgb, restart_marker_rows=1)
files["rgb-1x1.jpg"] = jpeg(rgb[:1, :1])
files["rgb-stored.jpg"] = jpeg(rgb, keep_rgb=True)
inks = np.concatenate([rgb, alpha[..., None]], axis=-1)
inks[..., 3] = np.minimum(inks[..., 3], grey)
files["cmyk.jpg"] = jpeg(inks, "CMYK")
# The same samples read as luma and chroma: the last byte of the Adobe segment is the colour transform, 2 for YCCK.
adobe = files["cmyk.jpg"].index(b"Adobe")
files["ycck.jpg"] = files["cmyk.jpg"][: adobe + 11] + b"\x02" + files["cmyk.jpg"][adobe + 12 :]

golden["decoded"] = {}
for name, data in sorted(files.items()):
    (FOLDER / name).write_bytes(data)
    picture = np.array(Image.open(FOLDER / name).convert("RGB"))
    golden["decoded"][name] = {"width": picture.shape[1], "height": picture.shape[0], "sha256": sha(picture)}

# MARK: - Photographs of the data folder, 500 pixels wide and from many cameras

if "XAI_DATA" in os.environ:
    photos = sorted((Path(os.environ["XAI_DATA"]) / "images" / "photos").glob("*.JPEG"))
    golden["photos"] = {path.name: sha(np.array(Image.open(path).convert("RGB"))) for path in photos}
else:
    golden["photos"] = json.loads((FOLDER / "golden.json").read_text())["photos"]

# MARK: - Orientation

golden["oriented"] = {}
for tag in range(1, 9):
    for order, mark in (("<", b"II"), (">", b"MM")):
        entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, tag, 0)
        exif = mark + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)
        name = f"oriented{tag}.png" if order == ">" else f"oriented{tag}.jpg"
        small = rgb[:5, :7]
        if order == ">":
            data = png.encode(small, 8, 2, extra=png.chunk(b"eXIf", exif))
        else:
            data = jpeg(small, exif=b"Exif\0\0" + exif)
        (FOLDER / name).write_bytes(data)
        picture = np.array(ImageOps.exif_transpose(Image.open(FOLDER / name)).convert("RGB"))
        golden["oriented"][name] = {"width": picture.shape[1], "height": picture.shape[0], "sha256": sha(picture)}

# MARK: - Resampling

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}
source = Image.open(FOLDER / "rgb8.png").convert("RGB")
golden["resized"] = []
for name, code in FILTERS.items():
    for width, height in (
        (61, 47), (1, 1), (2, 3), (7, 5), (16, 16), (30, 47), (61, 23), (60, 46), (62, 48), (61, 48), (64, 47),
        (32, 100), (122, 94), (123, 95), (224, 224), (13, 131), (200, 9), (183, 141), (20, 15), (60, 44), (60, 45), (50, 24), (50, 25),
    ):  # fmt: skip
        picture = np.array(source.resize((width, height), code))
        golden["resized"].append({"filter": name, "width": width, "height": height, "sha256": sha(picture)})

# MARK: - Preprocessing

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def shortest(values):
    """Float32 values with no more digits than tell them apart."""
    return [float(str(np.float32(value))) for value in values]


def rows(tensor):
    """A few whole rows of every channel, as float32."""
    height = tensor.shape[1]
    picked = [0, height // 2, height - 1]
    return {"rows": picked, "values": [[shortest(tensor[c, y]) for y in picked] for c in range(3)]}


def hugging_face(processor, configuration):
    picked = getattr(transformers, processor)
    base = picked(**configuration)
    image = source
    tensor = base(image, return_tensors="np")["pixel_values"][0]
    bytes_only = picked(**{**configuration, "do_rescale": False, "do_normalize": False})
    stage = bytes_only(image, return_tensors="np")["pixel_values"][0]
    return tensor, np.moveaxis(stage, 0, -1).astype(np.uint8)


golden["huggingFace"] = []
for processor, configuration in (
    ("ViTImageProcessorPil", {"size": {"height": 32, "width": 32}}),
    ("ViTImageProcessorPil", {"size": {"height": 33, "width": 20}, "resample": 3, "image_mean": MEAN, "image_std": STD}),
    ("ViTImageProcessorPil", {"size": 24, "resample": 0, "do_normalize": False}),
    ("ViTImageProcessorPil", {"size": {"height": 24, "width": 24}, "do_rescale": False, "image_mean": [127.5] * 3, "image_std": [127.5] * 3}),
    ("DeiTImageProcessorPil", {"size": {"height": 37, "width": 37}, "crop_size": {"height": 32, "width": 32}, "resample": 3}),
    ("DeiTImageProcessorPil", {"size": {"height": 20, "width": 37}, "crop_size": {"height": 31, "width": 32}, "resample": 2}),
    ("DeiTImageProcessorPil", {"size": {"shortest_edge": 29}, "crop_size": {"height": 24, "width": 25}, "resample": 1, "image_mean": MEAN, "image_std": STD}),
    ("DeiTImageProcessorPil", {"size": {"shortest_edge": 23}, "do_center_crop": False, "resample": 3}),
    ("DeiTImageProcessorPil", {"do_resize": False, "crop_size": {"height": 64, "width": 32}}),
    # Those that know crop_pct, and one that has it in its file and ignores it.
    ("ConvNextImageProcessorPil", {"size": {"shortest_edge": 32}, "crop_pct": 0.9}),
    ("ConvNextImageProcessorPil", {"size": {"shortest_edge": 31}}),
    ("ConvNextImageProcessorPil", {"size": {"shortest_edge": 384}, "crop_pct": 0.5, "resample": 2}),
    ("PoolFormerImageProcessorPil", {"size": {"shortest_edge": 29}, "crop_size": {"height": 24, "width": 25}, "crop_pct": 0.95}),
    ("PoolFormerImageProcessorPil", {"size": {"height": 30, "width": 30}, "crop_size": {"height": 30, "width": 30}}),
    ("PoolFormerImageProcessorPil", {"size": {"height": 20, "width": 37}, "do_center_crop": False, "crop_pct": 0.7}),
    ("ViTImageProcessorPil", {"size": {"height": 32, "width": 32}, "crop_pct": 0.5}),
):  # fmt: skip
    tensor, stage = hugging_face(processor, configuration)
    saved = json.loads(getattr(transformers, processor)(**configuration).to_json_string())
    golden["huggingFace"].append({
        "configuration": json.dumps(saved), "height": stage.shape[0], "width": stage.shape[1], "sha256": sha(stage), **rows(tensor),
    })  # fmt: skip

golden["timm"] = []
for configuration in (
    {"input_size": [3, 32, 32], "interpolation": "bicubic", "crop_pct": 0.9, "mean": MEAN, "std": STD},
    {"input_size": [3, 32, 32], "interpolation": "bilinear", "crop_pct": 0.875, "crop_mode": "center", "mean": [0.5] * 3, "std": [0.5] * 3},
    {"input_size": [3, 35, 35], "interpolation": "lanczos", "crop_pct": 1.0, "mean": MEAN, "std": STD},
    {"input_size": [3, 31, 32], "interpolation": "bicubic", "crop_pct": 0.95, "crop_mode": "squash", "mean": MEAN, "std": STD},
    {"input_size": [3, 24, 40], "interpolation": "bicubic", "crop_pct": 0.9, "mean": MEAN, "std": STD},
    {"input_size": [3, 48, 30], "interpolation": "nearest", "crop_pct": 0.875, "mean": MEAN, "std": STD},
    {"input_size": [3, 32, 32]},
):  # fmt: skip
    settings = timm.data.resolve_data_config(pretrained_cfg=configuration)
    transform = timm.data.create_transform(**settings)
    tensor = transform(source).numpy()
    stage = np.moveaxis(
        np.rint((tensor * np.array(settings["std"])[:, None, None] + np.array(settings["mean"])[:, None, None]) * 255), 0, -1
    ).astype(np.uint8)
    golden["timm"].append({
        "configuration": json.dumps(configuration), "height": stage.shape[0], "width": stage.shape[1], "sha256": sha(stage), **rows(tensor),
    })  # fmt: skip

# MARK: - Upsampling and colours

grid = torch.tensor(np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32))
golden["upsampled"] = {"grid": [shortest(row) for row in grid], "cases": []}
for size in ((5, 7), (20, 21), (13, 9), (3, 4), (1, 1)):
    result = torch.nn.functional.interpolate(grid[None, None], size=size, mode="bilinear", align_corners=False)
    golden["upsampled"]["cases"].append({"height": size[0], "width": size[1], "values": shortest(result[0, 0].flatten())})

golden["colourMaps"] = {
    name: sha(matplotlib.colormaps[name](range(256), bytes=True)[:, :3])
    for name in (
        "inferno", "magma", "plasma", "viridis", "cividis", "turbo", "jet", "gray", "coolwarm", "RdBu_r", "PuOr_r", "bwr",
    )
}
positions = [0.0, 0.001, 0.25, 0.49999, 0.5, 0.7, 0.999, 1.0]
golden["colours"] = {"positions": positions, "viridis": matplotlib.colormaps["viridis"](positions, bytes=True)[:, :3].tolist()}

# Maps over photographs: what is drawn of a map on the image that a model saw a resized and cropped part of. float64, NumPy alone.


def places(count, resized, origin, length):
    """Where pixel centres are in what the model saw, from 0 to 1; NaN where it saw nothing."""
    place = ((np.arange(count) + 0.5) * resized / count - origin) / length
    return np.where((place >= 0) & (place < 1), place, np.nan)


def sampled(scores, rows, columns, upsampling):
    """The score at each pixel."""
    def ends(place, count):
        place = np.nan_to_num(place) * count
        if upsampling == "nearest":
            return place.astype(int), place.astype(int), np.zeros_like(place)
        position = np.clip(place - 0.5, 0, count - 1)
        lower = position.astype(int)
        return lower, np.minimum(lower + 1, count - 1), position - lower

    (top, bottom, down), (left, right, across) = ends(rows, scores.shape[0]), ends(columns, scores.shape[1])
    above, below = (scores[row][:, left] * (1 - across) + scores[row][:, right] * across for row in (top, bottom))
    return above * (1 - down[:, None]) + below * down[:, None]


photograph = scene(30, 22, seed=4)
scores = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)
golden["overlays"] = {"photograph": photograph.flatten().tolist(), "width": 30, "scores": [float(x) for x in scores.flatten()], "cases": []}
# Shorter side to 24, the middle 20 × 24 of it: 24 × 32 pixels, margins of 2 and 4.
rows, columns = places(22, 24, 2, 20), places(30, 32, 4, 24)
for name, colour_map, alpha, upsampling in (
    ("signed", "coolwarm", 0.9, "bilinear"), ("signed", "RdBu_r", 0.6, "nearest"), ("magnitude", "inferno", 0.5, "bilinear"),
):
    values = np.abs(scores).astype(np.float64) if name == "magnitude" else scores.astype(np.float64)
    at_pixels = sampled(values, rows, columns, upsampling)
    # The scale is that of the model's input, 20 × 24 pixels.
    own = sampled(values, places(20, 20, 0, 20), places(24, 24, 0, 24), upsampling)
    if name == "signed":
        bound = np.abs(own).max()
        position, strength = np.clip(0.5 + at_pixels / bound / 2, 0, 1), np.clip(np.abs(at_pixels) / bound, 0, 1)
    else:
        position, strength = np.clip((at_pixels - own.min()) / (own.max() - own.min()), 0, 1), np.ones_like(at_pixels)
    colours = matplotlib.colormaps[colour_map](position)[..., :3] * 255
    weight = (alpha * strength)[..., None]
    luma = (photograph @ np.array([0.299, 0.587, 0.114]))[..., None]
    # Under signed values the photograph is grey, so that all colour is the map's.
    below = luma if name == "signed" else photograph
    drawn = (1 - weight) * below + weight * colours
    seen = ~(np.isnan(rows)[:, None] | np.isnan(columns)[None])
    drawn = np.where(seen[..., None], drawn, 0.4 * luma)
    golden["overlays"]["cases"].append({
        "meaning": name, "colourMap": colour_map, "alpha": alpha, "upsampling": upsampling, "seen": int(seen.sum()),
        "pixels": np.rint(drawn).astype(int).flatten().tolist(),
    })  # fmt: skip

golden["versions"] = {
    "matplotlib": matplotlib.__version__, "numpy": np.__version__, "pillow": PIL.__version__, "timm": timm.__version__,
    "torch": torch.__version__, "torchvision": torchvision.__version__, "transformers": transformers.__version__,
}  # fmt: skip
parts = [f"{json.dumps(key)}: {json.dumps(golden[key], sort_keys=True)}" for key in sorted(golden)]
(FOLDER / "golden.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")

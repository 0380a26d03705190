"""Makes the bundled demo: a small vision transformer with RANDOM weights and four drawn scenes.

    python generate.py        # numpy 2.4.6, pillow 13.0.0

Nothing is trained and nothing is a photograph: the scenes are drawn below.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

here = Path(__file__).parent
SIZE, PATCH, WIDTH, DEPTH, HEADS, MLP = 64, 8, 48, 4, 4, 192
LABELS = ["circle", "square", "triangle", "star"]


def parameters():
    """Name, shape and kind of each parameter, in the order of the file."""
    tokens = (SIZE // PATCH) ** 2 + 1
    yield "vit.embeddings.cls_token", (1, 1, WIDTH), "embedding"
    yield "vit.embeddings.position_embeddings", (1, tokens, WIDTH), "embedding"
    yield "vit.embeddings.patch_embeddings.projection.weight", (WIDTH, 3, PATCH, PATCH), "patch"
    yield "vit.embeddings.patch_embeddings.projection.bias", (WIDTH,), "bias"
    for layer in range(DEPTH):
        root = f"vit.encoder.layer.{layer}"
        linear = [
            ("attention.attention.query", WIDTH, WIDTH), ("attention.attention.key", WIDTH, WIDTH),
            ("attention.attention.value", WIDTH, WIDTH), ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", MLP, WIDTH), ("output.dense", WIDTH, MLP),
        ]
        for name, outputs, inputs in linear:
            # Sharper than an initialisation: attention has to prefer some patches for a map to be anything but flat.
            yield f"{root}.{name}.weight", (outputs, inputs), "sharp" if "query" in name or "key" in name else "linear"
            yield f"{root}.{name}.bias", (outputs,), "bias"
        for name in ["layernorm_before", "layernorm_after"]:
            yield f"{root}.{name}.weight", (WIDTH,), "one"
            yield f"{root}.{name}.bias", (WIDTH,), "zero"
    yield "vit.layernorm.weight", (WIDTH,), "one"
    yield "vit.layernorm.bias", (WIDTH,), "zero"
    yield "classifier.weight", (len(LABELS), WIDTH), "linear"
    yield "classifier.bias", (len(LABELS),), "bias"


def write_model(folder, rng):
    """Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face would."""
    folder.mkdir(parents=True, exist_ok=True)

    def draw(shape, kind):
        if kind in ("zero", "one"):
            return np.full(shape, float(kind == "one"))
        spread = {
            "embedding": 0.3, "patch": 2 / np.sqrt(3 * PATCH * PATCH), "bias": 0.05,
            "linear": 1 / np.sqrt(shape[-1]), "sharp": 2 / np.sqrt(shape[-1]),
        }[kind]
        return rng.standard_normal(shape) * spread

    header, blobs, offset = {}, [], 0
    for name, shape, kind in parameters():
        blob = draw(shape, kind).astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps({"__metadata__": {"format": "pt", "weights": "random"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))

    def write(name, value):
        (folder / name).write_text(json.dumps(value, indent=1) + "\n")

    write("config.json", {
        "architectures": ["ViTForImageClassification"], "model_type": "vit", "image_size": SIZE, "patch_size": PATCH,
        "hidden_size": WIDTH, "num_hidden_layers": DEPTH, "num_attention_heads": HEADS, "intermediate_size": MLP,
        "hidden_act": "gelu", "layer_norm_eps": 1e-6, "num_channels": 3, "qkv_bias": True,
        "id2label": {str(index): label for index, label in enumerate(LABELS)},
    })
    write("preprocessor_config.json", {
        "do_resize": True, "size": {"height": SIZE, "width": SIZE}, "resample": 2, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    })


def ground(rng, low, high, side=256):
    """A textured ground: noise of two sizes between two colours."""
    noise = sum(
        np.asarray(Image.fromarray(rng.random((n, n)).astype("f4")).resize((side, side), Image.Resampling.BICUBIC)) * w
        for n, w in [(6, 0.7), (48, 0.3)])
    mix = np.clip(noise, 0, 1)[..., None]
    return Image.fromarray((np.array(low) * (1 - mix) + np.array(high) * mix).astype("u1"))


def star(x, y, radius, points=5):
    """The corners of a star."""
    angles = np.arange(2 * points) * np.pi / points - np.pi / 2
    radii = np.where(np.arange(2 * points) % 2, 0.42 * radius, radius)
    return [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(angles, radii)]


def write_scenes(folder, rng):
    """Draws one shape a scene, and a pebble or two beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes = [
        ("circle", (150, 96), (226, 88, 52), (40, 78, 62), (110, 158, 96)),
        ("square", (92, 150), (242, 202, 74), (48, 60, 110), (118, 140, 190)),
        ("triangle", (128, 120), (84, 190, 220), (110, 74, 50), (196, 158, 116)),
        ("star", (160, 150), (248, 240, 226), (36, 34, 52), (110, 70, 120)),
    ]
    for name, (x, y), colour, low, high in scenes:
        image = ground(rng, low, high)
        scale = 4
        layer = Image.new("L", (256 * scale, 256 * scale))
        pen = ImageDraw.Draw(layer)
        r = 52
        corners = {
            "circle": None, "square": [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            "triangle": [(x, y - r), (x + r, y + r), (x - r, y + r)], "star": star(x, y, r + 8),
        }[name]
        if corners:
            pen.polygon([(scale * u, scale * v) for u, v in corners], fill=255)
        else:
            pen.ellipse([scale * (x - r), scale * (y - r), scale * (x + r), scale * (y + r)], fill=255)
        mask = layer.resize((256, 256), Image.Resampling.BOX)
        shadow = mask.filter(ImageFilter.GaussianBlur(6))
        image.paste((16, 16, 20), (5, 7), Image.eval(shadow, lambda v: v // 2))
        image.paste(colour, (0, 0), mask)
        pen = ImageDraw.Draw(image)
        for _ in range(2):
            u, v, s = rng.integers(16, 240), rng.integers(200, 240), rng.integers(6, 12)
            pen.ellipse([u - s, v - s // 2, u + s, v + s // 2], fill=tuple(int(c) // 2 for c in high))
        image.save(folder / f"{name}.jpg", quality=88)


if __name__ == "__main__":
    generator = np.random.default_rng(7)
    write_model(here / "model", generator)
    write_scenes(here / "scenes", generator)

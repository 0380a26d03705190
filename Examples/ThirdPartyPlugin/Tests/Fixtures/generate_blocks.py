"""Makes the fixtures rotary-vit and cosine-vit: small random models, inputs and logits by their formulas in NumPy.

    python generate_blocks.py        # numpy 2.4.6, safetensors 0.8.0
"""

import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

here = Path(__file__).parent
width, depth, heads, hidden, classes, patch = 24, 2, 3, 40, 5, 8
d = width // heads
random = np.random.default_rng(3)


def weights(names, shared):
    tensors = dict(shared)
    for index in range(depth):
        for name, shape in names.items():
            tensors[f"blocks.{index}.{name}"] = shape
    return {name: draw(name, shape) for name, shape in tensors.items()}


def draw(name, shape):
    if name.endswith("logit_scale"):
        return (1.5 + 0.3 * random.standard_normal(shape)).astype(np.float32)
    if name.endswith("softmax_scale"):
        return (0.6 + 0.1 * random.standard_normal(shape)).astype(np.float32)
    spread = 0.3 if len(shape) > 1 else 0.1
    return (random.standard_normal(shape) * spread + ("norm" in name and name.endswith("weight"))).astype(np.float32)


def block_names(expanded):
    names = {"attn.qkv": (3 * width, width), "attn.proj": (width, width), "mlp.fc1": (expanded, width),
             "mlp.fc2": (width, hidden)}
    shapes = {}
    for name, shape in names.items():
        shapes[f"{name}.weight"], shapes[f"{name}.bias"] = shape, shape[:1]
    for norm in ["norm1", "norm2"]:
        shapes[f"{norm}.weight"] = shapes[f"{norm}.bias"] = (width,)
    return shapes


head = {"norm.weight": (width,), "norm.bias": (width,), "head.weight": (classes, width), "head.bias": (classes,),
        "patch_embed.proj.weight": (width, 3, patch, patch), "patch_embed.proj.bias": (width,)}


def linear(w, name, x):
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def norm(w, name, x, epsilon):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * w[f"{name}.weight"] + w[f"{name}.bias"]


def patches(w, images):
    b, _, h, v = images.shape
    cut = images.reshape(b, 3, h // patch, patch, v // patch, patch).transpose(0, 2, 4, 1, 3, 5)
    rows = cut.reshape(b, -1, 3 * patch * patch)
    return rows @ w["patch_embed.proj.weight"].reshape(width, -1).T + w["patch_embed.proj.bias"], (h // patch, v // patch)


def attention(w, name, x, transform, scale):
    b, n, _ = x.shape
    q, k, v = linear(w, f"{name}.qkv", x).reshape(b, n, 3, heads, d).transpose(2, 0, 3, 1, 4)
    q, k = transform(q, k)
    scores = q @ k.transpose(0, 1, 3, 2) * scale
    a = np.exp(scores - scores.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    return linear(w, f"{name}.proj", (a @ v).transpose(0, 2, 1, 3).reshape(b, n, width))


def rotary(w, images, base):
    x, (rows, columns) = patches(w, images)
    prefix = np.concatenate([w["cls_token"][0], w["reg_token"][0]])
    x = np.concatenate([np.broadcast_to(prefix, (len(x), 2, width)), x], 1)
    y, c = np.meshgrid(2 * (np.arange(rows) + 0.5) / rows - 1, 2 * (np.arange(columns) + 0.5) / columns - 1, indexing="ij")
    frequencies = base ** -(np.arange(d // 4) / (d // 4))
    angles = 2 * math.pi * np.concatenate([y.reshape(-1, 1) * frequencies, c.reshape(-1, 1) * frequencies], 1)
    angles = np.concatenate([np.zeros((2, d // 2)), angles])

    def rotate(x):
        a, b = x[..., : d // 2], x[..., d // 2 :]
        cosine, sine = np.cos(angles), np.sin(angles)
        return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1)

    for index in range(depth):
        name = f"blocks.{index}"
        s = w[f"{name}.attn.softmax_scale"].reshape(heads, 1, 1) * math.log(x.shape[1])
        x = x + attention(w, f"{name}.attn", norm(w, f"{name}.norm1", x, 1e-6),
                          lambda q, k: (rotate(q * s), rotate(k)), d ** -0.5)
        gate, value = np.split(linear(w, f"{name}.mlp.fc1", norm(w, f"{name}.norm2", x, 1e-6)), 2, -1)
        x = x + linear(w, f"{name}.mlp.fc2", gate / (1 + np.exp(-gate)) * value)
    return linear(w, "head", norm(w, "norm", x, 1e-6)[:, 0])


erf = np.vectorize(math.erf)


def cosine(w, images):
    x = patches(w, images)[0] + w["pos_embed"]

    def unit(x):
        return x / np.maximum(np.sqrt((x * x).sum(-1, keepdims=True)), 1e-12)

    for index in range(depth):
        name = f"blocks.{index}"
        s = np.exp(np.minimum(w[f"{name}.attn.logit_scale"], math.log(100)))
        x = x + norm(w, f"{name}.norm1",
                     attention(w, f"{name}.attn", x, lambda q, k: (unit(q) * s, unit(k)), 1), 1e-5)
        h = linear(w, f"{name}.mlp.fc1", x)
        x = x + norm(w, f"{name}.norm2", linear(w, f"{name}.mlp.fc2", h * 0.5 * (1 + erf(h / math.sqrt(2)))), 1e-5)
    return linear(w, "head", norm(w, "norm", x, 1e-5).mean(1))


def write(folder, config, tensors, logits):
    folder.mkdir(exist_ok=True)
    config |= {"hidden_size": width, "num_hidden_layers": depth, "num_attention_heads": heads, "intermediate_size": hidden,
               "patch_size": patch, "image_size": 32, "id2label": {str(i): f"class {i}" for i in range(classes)}}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(tensors, folder / "model.safetensors")
    inputs = {"input": random.standard_normal((2, 3, 32, 32)).astype(np.float32)}
    if config["model_type"] == "rotary_vit":
        inputs["larger"] = random.standard_normal((1, 3, 40, 48)).astype(np.float32)
    wide = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    outputs = {f"logits of {name}": logits(wide, image.astype(np.float64)).astype(np.float32)
               for name, image in inputs.items()}
    save_file(inputs | outputs, folder / "expected.safetensors")


write(
    here / "rotary-vit",
    {"architectures": ["RotaryViTForImageClassification"], "model_type": "rotary_vit", "rope_theta": 100.0,
     "layer_norm_eps": 1e-6},
    weights(block_names(2 * hidden) | {"attn.softmax_scale": (heads,)},
            head | {"cls_token": (1, 1, width), "reg_token": (1, 1, width)}),
    lambda w, x: rotary(w, x, 100.0))
write(
    here / "cosine-vit",
    {"architectures": ["CosineViTForImageClassification"], "model_type": "cosine_vit", "layer_norm_eps": 1e-5},
    weights(block_names(hidden) | {"attn.logit_scale": (heads, 1, 1)}, head | {"pos_embed": (1, 16, width)}),
    cosine)

"""What timm makes of queries and keys: rotary embeddings as EVA-02 and DINOv3 have them, and Swin V2's cosine attention.

    python generate.py        # torch 2.13.0, timm 1.0.31, safetensors 0.8.0

Values and gradients are in float64, from float32 inputs. Queries and keys are [B, N, H, d].
"""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from timm.layers.pos_embed_sincos import RotaryEmbeddingCat, RotaryEmbeddingDinoV3, apply_rot_embed_cat

torch.manual_seed(5)
rows, columns, heads, d = 3, 4, 2, 8
tensors = {}


def put(name, tensor):
    tensors[name] = tensor.detach().float().contiguous()


def by_head(x):
    return x.transpose(1, 2)


def rotary(name, embedding, half):
    x = torch.randn(2, rows * columns, heads, d)
    gradient = torch.randn(2, rows * columns, heads, d)
    leaf = x.double().requires_grad_()
    rotated = by_head(apply_rot_embed_cat(by_head(leaf), embedding.double(), half=half))
    rotated.backward(gradient.double())
    for part, tensor in {"x": x, "rotated": rotated, "gradient": gradient, "back": leaf.grad}.items():
        put(f"{name}.{part}", tensor)


rotary("eva", RotaryEmbeddingCat(d, in_pixels=False, feat_shape=None).get_embed((rows, columns)), half=False)
rotary("eva-other-grid", RotaryEmbeddingCat(d, in_pixels=False, feat_shape=None, ref_feat_shape=(6, 6))
       .get_embed((rows, columns)), half=False)
rotary("dinov3", RotaryEmbeddingDinoV3(d, rotate_half=True).get_embed((rows, columns)), half=True)

# As in timm's swin_transformer_v2.WindowAttention; one head's scale is beyond what it is cut off at.
q, k = torch.randn(2, 6, heads, d), torch.randn(2, 6, heads, d)
scale = torch.tensor([1.3, 5.0]).reshape(heads, 1, 1)
gradient = torch.randn(2, heads, 6, 6)
leaves = [t.double().requires_grad_() for t in (q, k, scale)]
scores = torch.nn.functional.normalize(by_head(leaves[0]), dim=-1) @ torch.nn.functional.normalize(
    by_head(leaves[1]), dim=-1).transpose(-2, -1)
scores = scores * torch.clamp(leaves[2], max=math.log(1.0 / 0.01)).exp()
scores.backward(gradient.double())
put("cosine.queries", q)
put("cosine.keys", k)
put("cosine.scale", scale)
put("cosine.scores", scores)
put("cosine.gradient", gradient)
for name, leaf in zip(["queries", "keys", "scale"], leaves):
    put(f"cosine.{name}-gradient", leaf.grad)

save_file(tensors, Path(__file__).parent / "attention.safetensors")

"""Makes the fixture torchvision-vit: a small random model of torchvision, an input and the logits of PyTorch.

    python generate.py        # torch 2.15.0, torchvision 0.29.2, safetensors 0.8.0
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models.vision_transformer import VisionTransformer

here = Path(__file__).parent
sys.path.insert(0, str(here.parent.parent))
from export_torchvision import export  # noqa: E402

torch.manual_seed(1)
model = VisionTransformer(
    image_size=32, patch_size=8, num_layers=2, num_heads=3, hidden_dim=24, mlp_dim=40, num_classes=5
).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        spread = 0.3 if parameter.dim() > 1 else 0.1
        parameter.copy_(torch.randn(parameter.shape) * spread + ("ln" in name and name.endswith("weight")))
export(model, here / "torchvision-vit")

image = torch.randn(2, 3, 32, 32)
norms = []
model.encoder.layers[-1].register_forward_hook(lambda _, __, output: norms.append(output[:, 1:].norm(dim=-1)))
with torch.no_grad():
    # In float64, from the float32 weights, as all golden values here.
    logits = model.double()(image.double())
save_file(
    {
        "input": image, "logits": logits.float(),
        "token_norms": norms[-1].reshape(2, 4, 4).float(),
    },
    here / "torchvision-vit" / "expected.safetensors",
)

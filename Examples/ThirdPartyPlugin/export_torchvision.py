"""Writes a vision transformer of torchvision as a model directory: config.json and model.safetensors.

    python export_torchvision.py vit_b_16 FOLDER       # downloads torchvision's default weights
"""

import json
import sys
from pathlib import Path

from safetensors.torch import save_file


def export(model, folder, labels=None):
    """Writes `model`, a torchvision.models.VisionTransformer, and its configuration into `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    labels = labels or [f"class {index}" for index in range(model.num_classes)]
    config = {
        "model_type": "torchvision-vit",
        "architectures": ["TorchvisionVisionTransformer"],
        "image_size": model.image_size,
        "patch_size": model.patch_size,
        "hidden_size": model.hidden_dim,
        "num_hidden_layers": len(model.encoder.layers),
        "num_attention_heads": model.encoder.layers[0].num_heads,
        "intermediate_size": model.mlp_dim,
        "layer_norm_eps": model.encoder.ln.eps,
        "id2label": {str(index): label for index, label in enumerate(labels)},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n")
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors")


if __name__ == "__main__":
    from torchvision.models import get_model, get_model_weights

    name, folder = sys.argv[1:]
    weights = get_model_weights(name).DEFAULT
    export(get_model(name, weights=weights), folder, weights.meta["categories"])

"""Average Drop of signed maps on photographs, by each convention for scores below 0, in PyTorch and transformers.

    python generate.py XAI DATA

XAI is the command, whose upsampled maps are judged; DATA the folder of models and images. Everything after the map is computed
here: the mask, the masked image, the model and the share that is lost. Writes expected.json beside this file: the first twelve
photographs by name, and for each explainer and convention one value per photograph, in percent, for the class that the model
predicts.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import ViTForImageClassification

EXPLAINERS = ["attnlrp", "lrp", "integrated-gradients"]
CONVENTIONS = {
    "clip": lambda s: np.maximum(s, 0) / s.max(),
    "shift": lambda s: (s - s.min()) / (s.max() - s.min()),
    "abs": lambda s: np.abs(s) / np.abs(s).max(),
}


def main(xai: str, data: Path) -> None:
    folder = data / "models" / "vit-tiny-patch16-224"
    model = ViTForImageClassification.from_pretrained(folder).eval()
    photographs = sorted((data / "images" / "photos").iterdir())[:12]
    values: dict[str, dict[str, list[float]]] = {e: {c: [] for c in CONVENTIONS} for e in EXPLAINERS}
    with tempfile.TemporaryDirectory() as maps, torch.no_grad():
        arguments = [a for e in EXPLAINERS for a in ("-e", e)]
        subprocess.run(
            [xai, "explain", "-m", str(folder), *map(str, photographs), *arguments, "--output-kind", "upsampled-map",
             "-o", maps, "-q"], check=True)
        for photograph in photographs:
            image = Image.open(photograph).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
            pixels = torch.tensor(np.asarray(image, dtype=np.float32) / 255).permute(2, 0, 1)
            probabilities = model(((pixels - 0.5) / 0.5)[None]).logits.softmax(-1)[0]
            target = int(probabilities.argmax())
            whole = float(probabilities[target])
            for explainer in EXPLAINERS:
                scores = np.load(Path(maps) / f"{photograph.stem}.{explainer}.{target}.upsampled-map.npy")
                for name, mask in CONVENTIONS.items():
                    masked = pixels * torch.tensor(mask(scores))[None]
                    left = float(model(((masked - 0.5) / 0.5)[None]).logits.softmax(-1)[0, target])
                    values[explainer][name].append(round(max(0.0, whole - left) / whole * 100, 3))
    versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    found = {"versions": versions, "photographs": [p.name for p in photographs], "values": values}
    (Path(__file__).parent / "expected.json").write_text(json.dumps(found, indent=1) + "\n")
    for explainer in EXPLAINERS:
        print(explainer, {name: round(float(np.mean(list_)), 1) for name, list_ in values[explainer].items()})


main(sys.argv[1], Path(sys.argv[2]))

"""Writes expectations for trained models on real images, without their pixels or weights.

`XAI_DATA=<data folder> python Tests/Fixtures/real/generate.py`; the folder holds `models/vit-tiny-patch16-224`
(Hugging Face), `models/deit_tiny_patch16_224.timm` (timm), `images/imagenet-val-200` and `images/photos`.
"""

import copy
import hashlib
import os
import sys
from pathlib import Path

import timm
import torch
import transformers

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import preprocessing, specs, storage  # noqa: E402
from reference.layout import Layout  # noqa: E402
from reference.network import Evidence, Network  # noqa: E402

VIT = "vit-tiny-patch16-224"
DEIT = "deit_tiny_patch16_224.timm"
# A photograph in landscape format, one in portrait format and a grey-scale one among the ViT's; one for the DeiT.
PHOTOS = {
    VIT: ["n02114548_white_wolf.JPEG", "n01820546_lorikeet.JPEG", "n02676566_acoustic_guitar.JPEG"],
    DEIT: ["n02114548_white_wolf.JPEG"],
}
LAYOUT = Layout(("class",), (14, 14), "class")
SPECS = [
    "attention-rollout",
    "attention-rollout:fusion=max,discard=0.9",
    "attention-rollout:fusion=min,start=4",
    "gmar",
    "gmar:norm=l2",
    "gmar:preset=paper",
    "gmar:preset=paper,norm=l2",
    "gmar:preset=authors-code",
    "gmar:preset=authors-code,norm=l2",
    "gmar:preset=gmar-plus",
    "gmar:preset=gmar-plus,norm=l2",
    "grad-cam",
    "gradient-rollout",
    "generic-attention",
    "raw-attention",
]


def load(name: str, data: Path):
    folder = data / "models" / name
    if name == VIT:
        return transformers.ViTForImageClassification.from_pretrained(folder, dtype=torch.float32).eval()
    return timm.create_model(f"local-dir:{folder}", pretrained=True).eval()


def prepare(name: str):
    return preprocessing.hugging_face if name == VIT else preprocessing.timm_centre_crop


def top1(name: str, module, data: Path) -> dict:
    """The predicted class of every image, in file-name order, and how close the closest call was."""
    files = sorted((data / "images" / "imagenet-val-200").glob("*.JPEG"))
    classes, margins = [], []
    with torch.no_grad():
        for start in range(0, len(files), 20):
            batch = torch.stack([prepare(name)(file)[1] for file in files[start:start + 20]])
            output = module(batch)
            best = (output if torch.is_tensor(output) else output.logits).topk(2, dim=1)
            classes += best.indices[:, 0].tolist()
            margins += (best.values[:, 0] - best.values[:, 1]).tolist()
    return {"classes": classes, "margins": [round(margin, 4) for margin in margins]}


def target_tensors(prefix: str, evidence: Evidence) -> dict[str, torch.Tensor]:
    tensors = {f"{prefix}.map|{spec}": specs.explain(spec, evidence) for spec in SPECS}
    gradients = evidence.attention_gradient
    tensors[f"{prefix}.attention_gradient.0.head0.class_row"] = gradients[0][0, 0]
    tensors[f"{prefix}.attention_gradient.{len(gradients) - 1}.head0.class_row"] = gradients[-1][0, 0]
    tensors[f"{prefix}.attention_gradient.l1"] = torch.stack([g.abs().sum(dim=(1, 2)) for g in gradients])
    tensors[f"{prefix}.attention_gradient.l2"] = torch.stack([g.square().sum(dim=(1, 2)).sqrt() for g in gradients])
    return tensors


def photographs(name: str, module, data: Path) -> tuple[dict, list[dict]]:
    """Tensors named `<model>.<photo index>...` and what each index is."""
    network = Network(copy.deepcopy(module))
    tensors, entries = {}, []
    for index, photo in enumerate(PHOTOS[name]):
        key = f"{name}.{index}"
        decoded, resized, images = preprocessing.stages(prepare(name), data / "images" / "photos" / photo)
        record = network.run(images.unsqueeze(0))
        logits = record.logits.detach()[0]
        targets = [int(c) for c in logits.argsort(descending=True)[:2]]
        tensors[f"{key}.logits"] = logits
        last = len(record.attention) - 1
        tensors[f"{key}.attention.{last}.head0.class_row"] = record.attention[-1].detach()[0, 0, 0]
        for number, target in enumerate(targets):
            evidence = network.evidence(images.unsqueeze(0), LAYOUT, 0, target)
            tensors |= target_tensors(f"{key}.t{number}", evidence)
        entries.append({
            "model": name, "index": index, "photo": photo, "targets": targets,
            "decoded_size": list(decoded.size), "decoded_rgb_sha256": digest(decoded),
            "input_rgb_sha256": digest(resized),
        })
    return tensors, entries


def digest(image) -> str:
    """SHA-256 of the interleaved 8-bit RGB samples, row by row."""
    return hashlib.sha256(image.tobytes()).hexdigest()


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    data = Path(os.environ["XAI_DATA"])
    predictions, tensors, entries = {}, {}, []
    for name in (VIT, DEIT):
        preprocessing.check(name == VIT, data / "models" / name, data / "images" / "photos" / PHOTOS[name][0])
        module = load(name, data)
        predictions[name] = top1(name, module, data)
        found, described = photographs(name, module, data)
        tensors |= found
        entries += described
        print(f"{name}: {len(found)} tensors, smallest margin {min(predictions[name]['margins'])}")
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(HERE / "photos.json", {
        "photos": entries, "layout": LAYOUT.as_json(), "specs": SPECS, "versions": storage.versions()})
    storage.save_json(HERE / "top1.json", {
        "images": "images/imagenet-val-200, by file name", "models": predictions, "versions": storage.versions()})


if __name__ == "__main__":
    main()

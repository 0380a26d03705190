"""Writes what peft, transformers and timm make of the small models of ../models in other forms: adapters merged, the names of modules,
and the scores of the pipeline for images.

Usage: python Tests/Fixtures/checkpoints/generate.py   (from the root of the package)
"""

import copy
import json
import shutil
import sys
from pathlib import Path

import peft
import safetensors
import timm
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
torch.set_num_threads(1)
expected = {}


def randomised(model, seed):
    """Adapters begin at zero, which would tell nothing."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.2
    return model.eval()


def logits_of(output):
    return output if isinstance(output, torch.Tensor) else output.logits


def adapter(name, base, model, seed=0, legacy=False, **options):
    """Saves the adapter of a model and what the merged model computes; all tensors are float32."""
    images = load_file(MODELS / base / "expected.safetensors")["input"]
    adapted = randomised(peft.get_peft_model(copy.deepcopy(model), peft.LoraConfig(**options)), seed)
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = f"../../models/{base}"
    for key in ("target_modules", "modules_to_save", "exclude_modules"):
        config[key] = sorted(config[key]) if isinstance(config.get(key), (list, set)) else config.get(key)
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    if legacy:
        # What versions of transformers before 5 called the modules.
        tensors = load_file(folder / "adapter_model.safetensors")
        renames = [
            (".layers.", ".encoder.layer."), ("attention.q_proj", "attention.attention.query"),
            ("attention.v_proj", "attention.attention.value"), ("attention.o_proj", "attention.output.dense"),
            ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense"),
        ]  # fmt: skip
        renamed = {}
        for key, tensor in tensors.items():
            for new, old in renames:
                key = key.replace(new, old)
            renamed[key] = tensor
        save_file(renamed, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    merged = adapted.merge_and_unload()
    with torch.no_grad():
        expected[f"{name}.logits"] = logits_of(merged(images)).contiguous()


def hugging_face(name, **changes):
    return transformers.AutoModelForImageClassification.from_pretrained(MODELS / name, **changes).eval()


vit = hugging_face("hf-vit")
adapter(
    "lora", "hf-vit", vit, r=4, lora_alpha=6, target_modules=["q_proj", "v_proj"], modules_to_save=["classifier"])
adapter(
    "lora-patterns", "hf-vit", vit, seed=1, r=3, lora_alpha=5, use_rslora=True, bias="all",
    target_modules=["q_proj", "o_proj", "fc1", "fc2"], rank_pattern={"layers.0.mlp.fc1": 2, "o_proj": 5},
    alpha_pattern={r"layers\.\d\.mlp\.fc2": 9, "layers.0.attention.q_proj": 1.5})
adapter(
    "lora-older-names", "hf-vit", vit, seed=2, legacy=True, r=2, lora_alpha=2,
    target_modules=["q_proj", "v_proj", "o_proj", "fc1", "fc2"], modules_to_save=["classifier"])
adapter(
    "lora-classes", "hf-vit", hugging_face("hf-vit", num_labels=3, ignore_mismatched_sizes=True), seed=3, r=2, lora_alpha=4,
    target_modules=["k_proj"], modules_to_save=["classifier"])
stated = json.loads((MODELS / "timm-vit" / "config.json").read_text())
weights = load_file(MODELS / "timm-vit" / "model.safetensors")
plain = timm.create_model(stated["architecture"], **stated["model_args"])
plain.load_state_dict(weights)
adapter(
    "lora-timm", "timm-vit", plain.eval(), seed=4, r=3, lora_alpha=3, target_modules=["qkv", "proj", "fc1"],
    modules_to_save=["head"])

# MARK: - Names

names = {}
for name in ("hf-vit", "hf-deit", "hf-deit-distilled", "hf-beit", "hf-beit-both", "hf-dinov2"):
    classes = json.loads((MODELS / name / "config.json").read_text())["architectures"]
    model = getattr(transformers, classes[0]).from_pretrained(MODELS / name)
    names[name] = sorted(name for name in model.state_dict() if not name.endswith("relative_position_index"))
swin = HERE.parent / "swin"
for folder in (swin / "hf-swin", swin / "hf-swin-three-stages"):
    model = transformers.SwinForImageClassification.from_pretrained(folder)
    names[f"../swin/{folder.name}"] = sorted(
        name for name in model.state_dict() if not name.endswith("relative_position_index"))

# MARK: - Scores of the pipeline for images

image = Image.open(HERE.parent / "images" / "rgb8.png").convert("RGB")
processor = transformers.ViTImageProcessorPil(size={"height": vit.config.image_size, "width": vit.config.image_size})
scores = []
for count in (vit.config.num_labels, 1):
    for problem in (None, "single_label_classification", "multi_label_classification", "regression"):
        model = copy.deepcopy(vit)
        model.classifier.weight.data = model.classifier.weight.data[:count]
        model.classifier.bias.data = model.classifier.bias.data[:count]
        model.config.id2label = {i: f"label {i}" for i in range(count)}
        model.config.problem_type = problem
        classify = transformers.pipeline("image-classification", model=model, image_processor=processor)
        found = {entry["label"]: entry["score"] for entry in classify(image, top_k=count)}
        scores.append({"classes": count, "problemType": problem, "scores": [found[f"label {i}"] for i in range(count)]})

save_file(expected, HERE / "expected.safetensors")
versions = {
    "peft": peft.__version__, "safetensors": safetensors.__version__, "timm": timm.__version__, "torch": torch.__version__,
    "transformers": transformers.__version__,
}  # fmt: skip
record = {"names": names, "scores": scores, "versions": versions}
(HERE / "expected.json").write_text(json.dumps(record, indent=1) + "\n")

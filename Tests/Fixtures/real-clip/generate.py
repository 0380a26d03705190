"""Writes expectations for CLIP ViT-B/16 on photographs, without their pixels or weights.

`XAI_DATA=<data folder> python Tests/Fixtures/real-clip/generate.py`; the folder holds `models/clip-vit-base-patch16.int8`, whose
matrices are int8 with a scale a row, its class vectors `coco80.npy`, and `images/photos`.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "relevance")]

import gradients  # noqa: E402
from reference import preprocessing, storage  # noqa: E402
from reference.layout import Layout  # noqa: E402
from reference.network import Network, ZeroShot  # noqa: E402

MODEL = "clip-vit-base-patch16.int8"
LAYOUT = Layout(("class",), (14, 14), "class")
MAPPED = ["n02096051_Airedale.JPEG", "n02114548_white_wolf.JPEG"]
METHODS = {"attnlrp": {}, "cp-lrp:preset=vit": {"gamma": 0.05, "patch_gamma": 0.25}}


def load(folder: Path) -> ZeroShot:
    stored = load_file(folder / "int8.safetensors")
    weights = {
        name: value.float() * stored[name + "_scale"][:, None] if value.dtype == torch.int8 else value.float()
        for name, value in stored.items() if not name.endswith("_scale")}
    module = transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig.from_pretrained(folder))
    module.load_state_dict(weights)
    vectors = torch.from_numpy(np.load(folder / "coco80.npy").astype("f4"))
    return ZeroShot(module, vectors, torch.tensor(100.0)).eval()


def main() -> None:
    torch.set_num_threads(2)
    data = Path(os.environ["XAI_DATA"])
    folder = data / "models" / MODEL
    module = load(folder)
    processor = transformers.CLIPImageProcessorPil.from_pretrained(folder)
    files = sorted((data / "images" / "photos").glob("*.JPEG"))
    images = torch.stack([
        processor(preprocessing.decode(file), return_tensors="pt").pixel_values[0] for file in files])
    with torch.no_grad():
        tensors = {"logits": module(images)}
    network = Network(module)
    for file, image in zip(files, images):
        if file.name not in MAPPED:
            continue
        index = files.index(file)
        direction = torch.nn.functional.one_hot(tensors["logits"][index].argmax(), tensors["logits"].shape[1]).double()
        for spec, options in METHODS.items():
            found = gradients.scores(network, image[None], direction, LAYOUT, spec.partition(":")[0], **options)
            tensors[f"{index}.map|{spec}"] = found.reshape(LAYOUT.grid)
    storage.save_tensors(HERE / "expected.safetensors", tensors)
    storage.save_json(HERE / "photos.json", {
        "photos": [file.name for file in files], "versions": storage.versions("lxt", "zennit")})
    names = (folder / "coco80.txt").read_text().split("\n")
    for file, row in zip(files, tensors["logits"]):
        print(f"{file.name}: {names[int(row.argmax())]} {float(row.softmax(0).max()):.2f}")


if __name__ == "__main__":
    main()

"""Writes the golden fixtures of small random models with attention pooling: `python Tests/Fixtures/siglip/generate.py [case ...]`.

Each case has what `../models` has of its cases, made by the same code, with the probe as the first token (`pooling.py`).
"""

import copy
import dataclasses
import importlib.util
import shutil
import sys
from pathlib import Path

import timm
import torch
import transformers

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "models")]

from reference import specs, storage  # noqa: E402
from reference.layout import Layout  # noqa: E402
from reference.network import POINTS, Network  # noqa: E402

import cases  # noqa: E402
import checks  # noqa: E402
import pooling  # noqa: E402
from cases import LABELS, Case  # noqa: E402

_spec = importlib.util.spec_from_file_location("models_generate", HERE.parent / "models" / "generate.py")
models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(models)

VISION = dict(hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4)
TEXT = dict(
    hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=20, vocab_size=20, max_position_embeddings=7,
    projection_size=18, bos_token_id=2, eos_token_id=1, pad_token_id=1)


def siglip(architecture: str, **config):
    vision = VISION | config
    if architecture == "SiglipVisionModel":
        return lambda: transformers.SiglipVisionModel(transformers.SiglipVisionConfig(**vision))
    return lambda: getattr(transformers, architecture)(transformers.SiglipConfig(
        vision_config=vision, text_config=TEXT, num_labels=len(LABELS), id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)}))


PROBE = Layout(("probe",), (4, 4), "class")
CASES = [
    Case("hf-siglip", "both towers of SigLIP, classes by vectors with scale and bias, GELU by tanh", PROBE, (16, 16), 301,
         siglip("SiglipModel"), every_spec=True, full=True, has_class_vectors=True),
    Case("hf-siglip-vision", "an image tower of SigLIP alone, whose sides are no multiple of the patch, GELU", PROBE, (18, 18), 302,
         siglip("SiglipVisionModel", image_size=18, hidden_act="gelu"), has_class_vectors=True),
    Case("hf-siglip-interpolated", "hf-siglip at 24 x 12 with interpolate_pos_encoding=True", Layout(("probe",), (6, 3), "class"),
         (24, 12), 303, model_of="hf-siglip", forward_options=dict(interpolate_pos_encoding=True), has_class_vectors=True),
    Case("hf-siglip-classifier", "SigLIP with a classifier on the mean of the patches, whose pooling is not read",
         Layout((), (4, 4), "patches"), (16, 16), 304, siglip("SiglipForImageClassification"), parameter_gradients=True),
    Case("timm-siglip", "timm's SigLIP with a classifier on its attention pooling", PROBE, (16, 16), 305,
         cases.timm_model("vit_base_patch16_siglip_224", global_pool="map"), parameter_gradients=True),
    Case("timm-map-registers", "timm's map pooling of the patches beside four registers, of a ViT that is no SigLIP",
         Layout(("probe",) + ("register",) * 4, (4, 4), "class"), (16, 16), 326,
         cases.timm_model("vit_so150m_patch16_reg4_map_256", global_pool="map"), parameter_gradients=True),
    Case("timm-pe-core", "timm's Perception Encoder: EVA's attention pooling of all tokens, rotations, a norm before the blocks",
         Layout(("probe", "class"), (4, 4), "class"), (16, 16), 327,
         cases.timm_model("vit_pe_core_tiny_patch16_384", embed_dim=32, num_heads=8, global_pool="map"), parameter_gradients=True),
]


def load(case: Case, folder: Path) -> torch.nn.Module:
    if case.is_timm:
        return timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    architecture = transformers.AutoConfig.from_pretrained(folder).architectures[0]
    module = getattr(transformers, architecture).from_pretrained(folder, dtype=torch.float32).eval()
    if not case.has_class_vectors:
        return module
    vectors = cases.class_vectors(case, VISION["hidden_size"])
    if hasattr(module, "logit_scale"):
        return pooling.SigmoidShot(module, vectors, module.logit_scale.data.exp(), module.logit_bias.data).eval()
    return pooling.SigmoidShot(module, vectors, torch.tensor(100.0), torch.tensor(0.0)).eval()


save_as_library = cases.save


def save(case: Case, module: torch.nn.Module, folder: Path) -> None:
    if case.is_timm:
        return save_as_library(case, module, folder)
    inner = getattr(module, "clip", module)
    inner.save_pretrained(folder)
    height, width = case.input_size
    transformers.SiglipImageProcessor(size=dict(height=height, width=width)).save_pretrained(folder)


def explain(spec: str, evidence) -> torch.Tensor:
    """A block below the pooling is read at the mean of the patches: its attention has no part of the probe."""
    layer = specs.parse(spec)[1].get("layer", -1)
    if spec.startswith("raw-attention") and 0 <= layer < len(evidence.attention) - 1:
        layout = evidence.layout
        evidence = dataclasses.replace(evidence, layout=Layout(layout.prefix, layout.grid, "patches"))
    return specs.explain(spec, evidence)


def generate(case: Case) -> None:
    folder = HERE / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if case.model_of is None:
        module = case.build()
        cases.randomise(module, case.seed)
        save(case, module, folder)
    module = load(case, HERE / (case.model_of or case.name))
    images = torch.randn(2, 3, *case.input_size, generator=torch.Generator().manual_seed(100 + case.seed))
    is_pooled = "probe" in case.layout.prefix
    network = (pooling.PooledNetwork if is_pooled else Network)(copy.deepcopy(module), **case.forward_options)
    points = POINTS if case.full else models.REDUCED_POINTS

    record = network.run(images)
    checks.forward_is_the_library_s(module, images, record.logits, **case.forward_options)
    targets = models.choose_targets(record.logits.detach())
    wanted = specs.EVERY if case.every_spec else specs.CORE
    wide = network.widened(record) if is_pooled else record
    tensors = models.record_tensors(wide, points)
    conservative = models.conservative_tensors(network, images, *targets[0])
    if is_pooled:
        name = "t0.conservative.activation_gradient.output.0"
        conservative[name] = pooling.before(None, conservative[name], conservative[name])
    tensors |= conservative
    models.specs = dataclasses.make_dataclass("Specs", ["explain", "gmar_weights"])(explain, specs.gmar_weights)
    for index, (image, target) in enumerate(targets):
        evidence = network.evidence(images, case.layout, image, target)
        checks.gmar_generalises_rollout(evidence)
        if is_pooled:
            pooling.pooling_is_the_slope(network, images, evidence, image, target)
            pooling.rollout_begins_with_the_row(evidence, specs.explain("attention-rollout", evidence))
        tensors |= models.target_tensors(index, evidence, case, wanted)
    if case.parameter_gradients:
        classes = [targets[0][1], targets[3][1]]
        cases.save = save
        gradients = models.parameter_gradients(network, images, classes, case)
        cases.save = save_as_library
        unread = () if is_pooled else ("vision_model.head.",)
        tensors |= {
            f"parameter_gradient.{name}": value for name, value in gradients.items() if not name.startswith(unread)}
    if case.has_class_vectors:
        tensors["class_vectors"] = module.vectors
    models.warn_if_flat(case, tensors)

    storage.save_tensors(folder / "expected.safetensors", tensors)
    storage.save_json(folder / "case.json", {
        "case": case.name, "description": case.description, "model": f"../{case.model_of}" if case.model_of else ".",
        "model_class": type(module).__name__, "input_size": list(case.input_size), "layout": case.layout.as_json(),
        "layers": len(wide.attention), "heads": wide.attention[0].shape[1], "width": VISION["hidden_size"],
        "targets": [{"image": image, "class": target} for image, target in targets], "recording_points": list(points),
        "parameter_gradients": case.parameter_gradients, "specs": wanted, "seed": case.seed, "versions": storage.versions(),
    })
    print(f"{case.name}: {len(tensors)} tensors, {sum(path.stat().st_size for path in folder.iterdir()) / 1000:.0f} kB")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    for case in CASES:
        if len(sys.argv) == 1 or case.name in sys.argv[1:]:
            generate(case)


if __name__ == "__main__":
    main()

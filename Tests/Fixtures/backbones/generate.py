"""Writes small random backbones, and what transformers, timm and PyTorch make of them: `python Tests/Fixtures/backbones/generate.py`."""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import timm
import torch
import transformers
from timm.models._hub import save_for_hf
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "models")]

import cases as models  # noqa: E402
from reference import storage  # noqa: E402

SIDE, PATCH, WIDTH = 12, 4, 12
SCALE = 10.0  # of cosines


@dataclass
class Backbone:
    """`readout` says what the features are read from: `class`, `patches`, `class+distillation` or `class+patches`."""

    name: str
    build: object
    readout: str
    prefix: int = 1
    options: dict = field(default_factory=dict)


def hf(architecture: str, config: type, **more):
    sizes = dict(
        hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=SIDE,
        patch_size=PATCH)
    return lambda: getattr(transformers, architecture)(config(**{**sizes, **more}))


def of_timm(architecture: str, **more):
    sizes = dict(img_size=SIDE, patch_size=PATCH, embed_dim=WIDTH, depth=2, num_heads=3, mlp_ratio=2.0, num_classes=0)
    overlay = dict(tag="random", license="", num_classes=0)
    return lambda: timm.create_model(architecture, **{**sizes, "pretrained_cfg_overlay": overlay, **more})


DECODER = dict(
    decoder_hidden_size=8, decoder_num_hidden_layers=1, decoder_num_attention_heads=2, decoder_intermediate_size=12)
BACKBONES = [
    Backbone("hf-vit", hf("ViTModel", transformers.ViTConfig), "class"),
    Backbone("hf-deit", hf("DeiTModel", transformers.DeiTConfig), "class", prefix=2),
    Backbone("hf-beit", hf("BeitModel", transformers.BeitConfig, use_relative_position_bias=True), "patches"),
    Backbone("hf-dinov2", hf("Dinov2Model", transformers.Dinov2Config, mlp_ratio=2), "class+patches"),
    Backbone(
        "hf-dinov2-registers",
        hf("Dinov2WithRegistersModel", transformers.Dinov2WithRegistersConfig, mlp_ratio=2, num_register_tokens=2),
        "class+patches", prefix=3),
    Backbone("hf-mae", hf("ViTMAEModel", transformers.ViTMAEConfig, **DECODER), "class"),
    Backbone("hf-mae-pretraining", hf("ViTMAEForPreTraining", transformers.ViTMAEConfig, **DECODER), "class"),
    Backbone("hf-msn", hf("ViTMSNModel", transformers.ViTMSNConfig), "class"),
    Backbone("timm-vit", of_timm("vit_tiny_patch16_224"), "class"),
    Backbone("timm-vit-gap", of_timm("vit_tiny_patch16_224", global_pool="avg"), "patches"),
    Backbone("timm-deit-distilled", of_timm("deit_tiny_distilled_patch16_224"), "class+distillation", prefix=2),
    Backbone("timm-beit", of_timm("beit_base_patch16_224"), "patches"),
    Backbone("timm-dinov2-registers", of_timm("vit_small_patch14_reg4_dinov2"), "class", prefix=5),
]


def save(backbone: Backbone, module: nn.Module, folder: Path) -> None:
    if backbone.name.startswith("timm"):
        save_for_hf(module, str(folder), safe_serialization=True)
        return
    module.save_pretrained(folder)
    transformers.ViTImageProcessor(size=dict(height=SIDE, width=SIDE)).save_pretrained(folder)


def load(backbone: Backbone, folder: Path) -> nn.Module:
    if backbone.name.startswith("timm"):
        module = timm.create_model(f"local-dir:{folder}", pretrained=True)
        for block in module.blocks:
            block.attn.fused_attn = False
    else:
        architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
        options = dict(mask_ratio=0.0) if "MAE" in architecture else {}
        module = getattr(transformers, architecture).from_pretrained(folder, attn_implementation="eager", **options)
        module = getattr(module, "vit", module)
    return module.eval().double()


class Run:
    """A forward pass of the library's own module, with its attention and the last block's output."""

    def __init__(self, backbone: Backbone, module: nn.Module, images: torch.Tensor):
        self.images = images.clone().requires_grad_()
        self.attention: list[torch.Tensor] = []
        if backbone.name.startswith("timm"):
            hooks = [
                block.attn.attn_drop.register_forward_hook(lambda _, __, output: self.attention.append(output))
                for block in module.blocks]
            self.tokens = module.forward_features(self.images)
            self.features = module.forward_head(self.tokens, pre_logits=True)
            if isinstance(self.features, tuple):
                self.features = sum(self.features) / len(self.features)
        else:
            hooks = []
            options = {}
            if "MAE" in type(module).__name__:
                # Patches stay in their order.
                patches = (SIDE // PATCH) ** 2
                options["noise"] = torch.arange(patches, dtype=torch.float64).repeat(len(images), 1)
            outputs = module(self.images, output_attentions=True, **options)
            self.attention = list(outputs.attentions)
            self.tokens = outputs.last_hidden_state
            self.features = self.features_of(backbone, outputs)
        for hook in hooks:
            hook.remove()
        for attention in self.attention:
            attention.retain_grad()

    @staticmethod
    def features_of(backbone: Backbone, outputs) -> torch.Tensor:
        """The library's pooler where nothing is learned in it, else what the class with a classifier reads."""
        tokens = outputs.last_hidden_state
        if backbone.name == "hf-beit":
            return outputs.pooler_output
        if backbone.readout == "class+patches":
            assert torch.equal(outputs.pooler_output, tokens[:, 0])
            return torch.cat([tokens[:, 0], tokens[:, backbone.prefix:].mean(dim=1)], dim=1)
        return tokens[:, 0]


def last_output(backbone: Backbone, module: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The output of the last block, [B, N, D]."""
    found = []
    blocks = getattr(module, "blocks", None) or getattr(module, "layers", None) or module.encoder.layer
    hook = blocks[-1].register_forward_hook(
        lambda _, __, output: found.append(output[0] if isinstance(output, tuple) else output))
    Run(backbone, module, images)
    hook.remove()
    return found[0].detach()


def principal_components(tokens: np.ndarray) -> list[np.ndarray]:
    """The scores of rows along the first three components, whose largest element is positive, as scikit-learn's PCA has them."""
    centred = tokens - tokens.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    signs = [np.sign(direction[np.abs(direction).argmax()]) for direction in directions[:3]]
    return [centred @ (sign * direction) for sign, direction in zip(signs, directions)]


def readout_row(backbone: Backbone, count: int) -> torch.Tensor:
    row = torch.zeros(count, dtype=torch.float64)
    patches = torch.full((count - backbone.prefix,), 1 / (count - backbone.prefix), dtype=torch.float64)
    if backbone.readout == "class":
        row[0] = 1
    elif backbone.readout == "class+distillation":
        row[:2] = 0.5
    elif backbone.readout == "patches":
        row[backbone.prefix:] = patches
    else:
        row[0], row[backbone.prefix:] = 0.5, patches / 2
    return row


def gradients(run: Run, logit: torch.Tensor) -> torch.Tensor:
    """Of one image's logit: those of attention are left in `run.attention`."""
    for attention in run.attention:
        attention.grad = None
    run.images.grad = None
    logit.backward(retain_graph=True)
    return run.images.grad


def maps(backbone: Backbone, run: Run, image: int, gradient: torch.Tensor) -> dict[str, torch.Tensor]:
    """Input × Gradient, and Generic Attention (Chefer et al. 2021, equations 5 and 6), one score per patch."""
    product = (run.images * gradient)[image].sum(dim=0).detach()
    patches = product.unfold(0, PATCH, PATCH).unfold(1, PATCH, PATCH).sum(dim=(2, 3)).flatten()
    count = run.attention[0].shape[-1]
    relevance = torch.eye(count, dtype=torch.float64)
    for attention in run.attention:
        weighted = (attention * attention.grad)[image].clamp(min=0).mean(dim=0).detach()
        relevance = relevance + weighted @ relevance
    row = readout_row(backbone, count) @ relevance
    return {"input-x-gradient": patches, "generic-attention": row[backbone.prefix:]}


def generate(backbone: Backbone, seed: int, images: torch.Tensor, prototypes: torch.Tensor) -> None:
    folder = HERE / backbone.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    module = backbone.build()
    fixed = {name: value.clone() for name, value in module.named_parameters() if not value.requires_grad}
    models.randomise(module, seed)
    for name, value in fixed.items():  # the position embeddings of a masked autoencoder
        module.get_parameter(name).data.copy_(value)
    save(backbone, module, folder)

    module = load(backbone, folder)
    run = Run(backbone, module, images)
    width = run.features.shape[1]
    tensors = {"features": run.features}
    tensors |= {f"attention.{layer}": attention for layer, attention in enumerate(run.attention)}
    tokens = last_output(backbone, module, images)
    tensors["token-norm"] = tokens[:, backbone.prefix:].norm(dim=-1)
    components = [principal_components(image[backbone.prefix:].numpy()) for image in tokens]
    if backbone.readout != "patches":  # a norm of every token, not of what is read
        normed = [principal_components(image[backbone.prefix:].detach().numpy())[0] for image in run.tokens]
        tensors["patch-pca.final-norm"] = torch.tensor(np.stack(normed))
    for place in range(3):
        tensors[f"patch-pca.{place + 1}"] = torch.tensor(np.stack([scores[place] for scores in components]))

    vectors = torch.randn(3, width, generator=torch.Generator().manual_seed(500 + seed)).double()
    vectors *= torch.tensor([0.5, 1.0, 3.0]).double()[:, None]
    cosines = SCALE * nn.functional.normalize(run.features, dim=1) @ nn.functional.normalize(vectors, dim=1).T
    tensors |= {"vectors": vectors, "vectors.logits": cosines}
    chosen = [3, width - 1]
    asked = {"feature": run.features[:, chosen], "vectors": cosines}
    for kind, logits in asked.items():
        gradient = gradients(run, logits[1, 1])
        tensors[f"{kind}.input_gradient"] = gradient[1]
        tensors |= {f"{kind}.map|{name}": scores for name, scores in maps(backbone, run, 1, gradient).items()}
    if backbone.name.startswith("hf"):
        seen = Run(backbone, module, (prototypes.double() / 255 - 0.5) / 0.5).features
        directions = nn.functional.normalize(seen, dim=1)
        means = nn.functional.normalize(torch.stack([directions[:2].mean(dim=0), directions[2]]), dim=1)
        tensors["images.logits"] = SCALE * nn.functional.normalize(run.features, dim=1) @ means.T
    storage.save_tensors(folder / "expected.safetensors", tensors)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{backbone.name}: {len(tensors)} tensors, {size / 1000:.0f} kB")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    generator = torch.Generator().manual_seed(300)
    images = torch.randn(2, 3, SIDE, SIDE, generator=generator).float().double()
    prototypes = torch.randint(0, 256, (3, 3, SIDE, SIDE), generator=generator)
    storage.save_tensors(HERE / "images.safetensors", {"input": images, "prototypes": prototypes})
    for seed, backbone in enumerate(BACKBONES):
        generate(backbone, 300 + seed, images, prototypes)
    storage.save_json(HERE / "versions.json", storage.versions())


if __name__ == "__main__":
    main()

"""Writes what timm's own constructors make of every registered name: `python Tests/Fixtures/timm/generate.py`.

Two files come of it. `architectures.json`, beside this script, holds for each name and each pretrained configuration that
changes something what the constructed module is, read off its submodules, with its configuration as timm writes it and
the names and shapes of its tensors. `Sources/XAITransformer/Loading/TimmArchitectureTable.swift` holds for each name what
neither a configuration nor tensors say; it is compiled into the package.

Modules are constructed on the meta device, so that no weight is allocated. Nothing is left out: a submodule of a class
that this script doesn't know stops it.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import timm
import torch
from timm.models._hub import save_config_for_hf
from timm.models._registry import _model_default_cfgs
from torch import nn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TABLE = ROOT / "Sources/XAITransformer/Loading/TimmArchitectureTable.swift"
PREFIXES = ("vit", "deit", "beit", "swin", "eva")

# Modules that hold nothing and compute nothing where a model is evaluated.
SILENT = {"Identity", "Dropout", "DropPath", "PatchDropout", "PatchDropoutWithIndices", "Sequential", "ModuleList"}
# What is looked at by its attributes below.
READ = {
    "Linear", "LayerNorm", "RmsNorm", "GELU", "GELUTanh", "QuickGELU", "SiLU", "LayerScale", "PatchEmbed", "Conv2d",
    "Attention", "AttentionRope", "EvaAttention", "DiffAttention", "Mlp", "GluMlp", "SwiGLU", "Block", "ResPostBlock",
    "EvaBlock", "EvaBlockPostNorm", "ParallelScalingBlock", "DiffParallelScalingBlock", "ParallelThingsBlock",
    "AttentionPoolLatent", "RotaryEmbeddingCat", "RotaryEmbeddingDinoV3", "RotaryEmbeddingMixed", "WindowAttention",
    "SwinTransformerBlock", "SwinTransformerStage", "PatchMerging", "ClassifierHead", "SelectAdaptivePool2d",
    "FastAdaptiveAvgPool", "Flatten", "RelPosAttention", "RelPosBlock", "ResPostRelPosBlock", "LayerScaleFixed",
    "GeGluMlp", "HybridEmbed", "RelPosMlp", "RelPosBias", "Softmax", "ReLU", "SwinTransformerV2Block",
    "SwinTransformerV2Stage",
}
# Classes whose parts aren't looked at: their name alone says that they are something else.
OPAQUE = {"SwinTransformerV2Cr"}
OPAQUE_PARTS = {"HybridEmbed", "RelPosMlp", "RelPosBias", "ParallelThingsBlock"}


def kind(module: nn.Module | None) -> str | None:
    return None if module is None or isinstance(module, nn.Identity) else type(module).__name__


def norm(module: nn.Module | None) -> str | None:
    return None if kind(module) is None else f"{kind(module)} {module.eps:g}"


def activation(module: nn.Module | None) -> str | None:
    if isinstance(module, nn.GELU) and module.approximate == "tanh":
        return "GELUTanh"
    return kind(module)


def only(values, what: str):
    """The one value that all blocks have, or all of them where they differ."""
    values = list(values)
    return values[0] if all(value == values[0] for value in values) else values


def pair(size) -> list[int]:
    return [size, size] if isinstance(size, int) else list(size)


def check_known(model: nn.Module) -> None:
    if type(model).__name__ in OPAQUE:
        return
    opaque: list[str] = []
    for name, module in model.named_modules():
        if not name or any(name.startswith(f"{inside}.") for inside in opaque):
            continue
        if type(module).__name__ in OPAQUE_PARTS:
            opaque.append(name)
        if type(module).__name__ not in SILENT | READ:
            raise ValueError(f"{type(model).__name__}: {name} is a {type(module).__name__}, which isn't known")


def rope_facts(model: nn.Module) -> dict | None:
    rope = getattr(model, "rope", None)
    if rope is None:
        return None
    facts = {"class": type(rope).__name__}
    for key in ("temperature", "grid_offset", "grid_indexing", "rotate_half", "in_pixels", "max_res", "linear_bands"):
        if hasattr(rope, key):
            facts[key] = getattr(rope, key)
    if getattr(rope, "ref_feat_shape", None) is not None:
        facts["ref_feat_shape"] = pair(rope.ref_feat_shape)
    if hasattr(rope, "normalize_coords"):
        facts["normalize_coords"] = rope.normalize_coords
    return facts


def bias(module: nn.Module | None) -> bool:
    return getattr(module, "bias", None) is not None


def qkv_bias(attention: nn.Module) -> str:
    if getattr(attention, "qkv", None) is not None:
        if bias(attention.qkv):
            return "all"
        return "none" if getattr(attention, "q_bias", None) is None else "query+value"
    if not hasattr(attention, "q_proj"):
        return "unread"
    parts = tuple(bias(getattr(attention, part)) for part in ("q_proj", "k_proj", "v_proj"))
    return {(True, True, True): "all", (True, False, True): "query+value", (False, False, False): "none"}[parts]


def head_width(attention: nn.Module) -> int:
    return getattr(attention, "head_dim", None) or attention.proj.in_features // attention.num_heads


def parallel_facts(block: nn.Module) -> dict:
    """Of a block that is attention and MLP in one, in the words of those that have a module for each."""
    scaled = kind(block.ls) is not None
    return {
        "block": type(block).__name__, "attention": "Attention", "heads": block.num_heads, "mlp": "Mlp",
        "hidden": block.mlp_out_proj.in_features, "activation": activation(block.mlp_act), "gate_last": None,
        "mlp_norm": None, "mlp_bias": bias(block.mlp_out_proj) and (bias(block.in_proj) or block.mlp_bias is not None),
        "norm": norm(block.in_norm), "second_norm": None, "qkv": "one",
        "qkv_bias": "all" if bias(block.in_proj) else "none", "projection_bias": bias(block.attn_out_proj),
        "qk_norm": norm(block.q_norm), "attention_norm": None, "gate": False, "layer_scale": [scaled, scaled],
        "position_bias": False, "head_width": block.head_dim, "key_heads": block.num_heads,
    }


def block_facts(block: nn.Module) -> dict:
    attention, mlp = getattr(block, "attn", block), getattr(block, "mlp", block)
    whole = attention is block  # attention and MLP share their maps
    if type(block).__name__ == "ParallelScalingBlock":
        return parallel_facts(block)
    expansion = getattr(mlp, "fc1", getattr(mlp, "fc1_g", None))
    contraction = getattr(mlp, "fc2", getattr(mlp, "w2", None))
    return {
        "block": type(block).__name__,
        "attention": None if whole else type(attention).__name__,
        "heads": getattr(attention, "num_heads", None),
        "mlp": None if whole else type(mlp).__name__,
        "hidden": None if whole else contraction.in_features,
        "activation": None if whole else activation(mlp.act),
        "gate_last": getattr(mlp, "gate_last", None),
        "mlp_norm": None if whole else norm(getattr(mlp, "norm", None)),
        "mlp_bias": None if whole else bias(expansion) and bias(contraction),
        "norm": norm(getattr(block, "norm1", getattr(block, "norm", None))),
        "second_norm": norm(getattr(block, "norm2", None)),
        "qkv": "one" if getattr(attention, "qkv", None) is not None else "three" if hasattr(attention, "q_proj") else None,
        "qkv_bias": qkv_bias(attention),
        "projection_bias": bias(getattr(attention, "proj", None)),
        "qk_norm": norm(getattr(attention, "q_norm", None)),
        "attention_norm": None if whole else norm(getattr(attention, "norm", None)),
        "gate": getattr(attention, "gate", None) is not None,
        "layer_scale": [
            getattr(block, "gamma_1", None) is not None or kind(getattr(block, "ls1", None)) is not None,
            getattr(block, "gamma_2", None) is not None or kind(getattr(block, "ls2", None)) is not None,
        ],
        "position_bias": getattr(attention, "relative_position_bias_table", None) is not None,
        "head_width": None if whole else head_width(attention),
        "key_heads": getattr(attention, "num_kv_heads", None) or getattr(attention, "num_heads", None),
    }


def plain_facts(model: nn.Module) -> dict:
    """Of models whose blocks all work on the same tokens."""
    patches = model.patch_embed.num_patches
    positions = getattr(model, "pos_embed", None)
    registers = getattr(model, "reg_token", None)
    prefix = ["class"] * (getattr(model, "cls_token", None) is not None)
    prefix += ["distillation"] * (getattr(model, "dist_token", None) is not None)
    prefix += ["register"] * (0 if registers is None else registers.shape[1])
    covered = None if positions is None else positions.shape[1] - patches
    blocks = [block_facts(block) for block in model.blocks]
    facts = {
        "embedding": type(model.patch_embed).__name__,
        "image": pair(model.patch_embed.img_size),
        "patch": pair(model.patch_embed.patch_size),
        "patch_bias": bias(getattr(model.patch_embed, "proj", None)),
        "patch_norm": norm(getattr(model.patch_embed, "norm", None)),
        "width": model.embed_dim,
        "depth": len(model.blocks),
        "prefix": prefix,
        "positions": {None: "none", 0: "patches" if prefix else "all", len(prefix): "all"}.get(covered, "else"),
        "rope": rope_facts(model),
        "pre_norm": norm(getattr(model, "norm_pre", None)),
        "final_norm": norm(getattr(model, "norm", None)),
        "fc_norm": norm(getattr(model, "fc_norm", None)),
        "pool": model.global_pool or "none",
        # EVA's class pools by attention what the plain one pools only by this argument.
        "pool_includes_prefix": bool(
            getattr(model, "pool_include_prefix", type(model).__name__ == "Eva" and model.global_pool == "map")),
        "pool_heads": getattr(getattr(model, "attn_pool", None), "num_heads", None),
        "shared_position_bias": any(
            getattr(model, name, None) is not None for name in ("rel_pos_bias", "shared_rel_pos")),
        "heads_of_classifier": 2 if getattr(model, "head_dist", None) is not None else 1,
        "classes": model.num_classes,
    }
    facts |= {key: only((block[key] for block in blocks), key) for key in blocks[0]}
    usual = {"key_heads": facts["heads"]}
    if facts["pool_heads"] in (None, facts["heads"]):
        usual["pool_heads"] = facts["pool_heads"]
    if isinstance(facts["heads"], int):
        usual["head_width"] = facts["width"] // facts["heads"]
    return {key: value for key, value in facts.items() if key not in usual or value != usual[key]}


def swin_facts(model: nn.Module) -> dict:
    stages = []
    for index, layer in enumerate(model.layers):
        blocks = list(layer.blocks)
        second = {} if not hasattr(blocks[0].attn, "cpb_mlp") else {
            # No tensor shows these; a window is cut off at the grid, and the stated one counts at other sizes.
            "stated_window": pair(only(model._ref_window_sizes[index], "window")),
            "pretrained_window": pair(only((list(b.attn.pretrained_window_size) for b in blocks), "window")),
            "qkv_bias": qkv_bias(blocks[0].attn),
        }
        stages.append(second | {
            "depth": len(blocks), "width": blocks[0].dim, "heads": only((b.attn.num_heads for b in blocks), "heads"),
            "hidden": blocks[0].mlp.fc2.in_features, "window": pair(only((list(b.window_size) for b in blocks), "window")),
            "shifts": [list(b.shift_size) for b in blocks], "grid": list(blocks[0].input_resolution),
            "activation": only((activation(b.mlp.act) for b in blocks), "activation"),
            "norm": only((norm(n) for b in blocks for n in (b.norm1, b.norm2)), "norm"),
            "merge": None if kind(layer.downsample) is None else norm(layer.downsample.norm),
        })
    return {
        "image": pair(model.patch_embed.img_size), "patch": pair(model.patch_embed.patch_size),
        "patch_norm": norm(model.patch_embed.norm), "stages": stages, "final_norm": norm(model.norm),
        "pool": model.head.global_pool.pool_type, "classes": model.num_classes,
    }


def facts(model: nn.Module) -> dict:
    check_known(model)
    name = type(model).__name__
    if name in OPAQUE:
        return {"class": name, "image": list(model.pretrained_cfg["input_size"][1:]), "classes": model.num_classes}
    return {"class": name} | (swin_facts(model) if name.startswith("SwinTransformer") else plain_facts(model))


def tensors(model: nn.Module, patterns: dict[str, int]) -> str:
    """The checkpoint's tensors as `pattern:shape`; `#` in a pattern stands for the numbers behind `@`, or all blocks'."""
    families: dict[tuple[str, str], list[int]] = {}
    for name, value in model.state_dict().items():
        shape = ",".join(str(side) for side in value.shape)
        match = re.fullmatch(r"((?:.*\.)?blocks\.)(\d+)(\..*)", name)
        if match:
            families.setdefault((f"{match[1]}#{match[3]}", shape), []).append(int(match[2]))
        else:
            families[(name, shape)] = []
    parts = []
    for (pattern, shape), numbers in families.items():
        index = patterns.setdefault(pattern, len(patterns))
        ranges, start = [], 0
        for end in range(1, len(numbers) + 1):
            if end == len(numbers) or numbers[end] != numbers[end - 1] + 1:
                ranges.append(f"{numbers[start]}-{numbers[end - 1]}")
                start = end
        if pattern.startswith("blocks.") and ranges == [f"0-{len(model.blocks) - 1}"]:
            ranges = []
        parts.append(f"{index}:{shape}" + ("@" + "+".join(ranges) if ranges else ""))
    return " ".join(parts)


def configuration(name: str, model: nn.Module) -> dict | None:
    """The parts of the configuration that timm writes which say what the model is; None where it is the usual one."""
    with tempfile.TemporaryDirectory() as folder:
        save_config_for_hf(model, f"{folder}/config.json")
        config = json.loads(Path(f"{folder}/config.json").read_text())
    keys = ("input_size", "fixed_input_size", "num_classes")
    config["pretrained_cfg"] = {key: config["pretrained_cfg"][key] for key in keys if key in config["pretrained_cfg"]}
    config = {key: value for key, value in config.items() if key not in ("label_names", "label_descriptions")}
    image, classes = list(model.pretrained_cfg["input_size"][1:]), model.num_classes
    pool = config["global_pool"]
    usual = {
        "architecture": name, "num_classes": classes, "num_features": model.num_features, "global_pool": pool,
        "model_args": {"in_chans": 3, "num_classes": classes, "global_pool": pool, "img_size": image},
        "pretrained_cfg": {"input_size": [3, *image], "fixed_input_size": True, "num_classes": classes},
    }
    return None if config == usual else config


# What the plainest vision transformer of timm's has: facts of a model and lines of the table say what departs from it.
PLAINEST = {
    "class": "VisionTransformer", "image": [224, 224], "patch": [16, 16], "classes": 1000, "embedding": "PatchEmbed", "patch_bias": True, "patch_norm": None, "prefix": ["class"], "positions": "all", "rope": None,
    "pre_norm": None, "final_norm": "LayerNorm 1e-06", "fc_norm": None, "pool": "token", "pool_includes_prefix": False,
    "shared_position_bias": False, "heads_of_classifier": 1, "block": "Block", "attention": "Attention", "mlp": "Mlp",
    "activation": "GELU", "gate_last": None, "mlp_norm": None, "mlp_bias": True, "norm": "LayerNorm 1e-06",
    "second_norm": "LayerNorm 1e-06", "qkv": "one", "qkv_bias": "all", "projection_bias": True, "qk_norm": None,
    "attention_norm": None, "gate": False, "layer_scale": [False, False], "position_bias": False,
}
# What of these neither a configuration nor the names and shapes of tensors tell.
UNSEEN = (
    "embedding", "positions", "rope", "pool", "pool_includes_prefix", "block", "attention", "mlp", "activation", "gate_last",
    "norm",
)


def text(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "x".join(text(item) for item in value)
    return str(value).replace(" ", ":")


def table_line(name: str, found: dict) -> str:
    """What the name implies, one line: class, and `key=value` for what departs from the plainest."""
    parts = [name, found["class"]]
    if "stages" in found:
        stages = found["stages"]
        parts += [
            f"patch={text(found['patch'])}", f"width={stages[0]['width']}",
            f"depth={'+'.join(str(stage['depth']) for stage in stages)}",
            f"heads={'+'.join(str(stage['heads']) for stage in stages)}",
            f"window={'+'.join(str(stage.get('stated_window', stage['window'])[0]) for stage in stages)}",
        ]
        if "pretrained_window" in stages[0]:
            parts.append(f"pretrained={'+'.join(str(stage['pretrained_window'][0]) for stage in stages)}")
        return " ".join(parts)
    if "width" not in found:
        return " ".join(parts)
    parts += [f"{key}={text(found[key])}" for key in ("patch", "width", "depth", "heads")]
    for key in UNSEEN:
        value = found[key]
        if key == "rope" and value is not None:
            value = ",".join(f"{part}:{text(fact)}" for part, fact in value.items())
        if value != PLAINEST[key]:
            parts.append(f"{key}={text(value)}")
    if "pool_heads" in found:
        parts.append(f"pool_heads={found['pool_heads']}")
    # Tensors can't tell a norm that was left out from one that is missing.
    if found["final_norm"] is None and found["fc_norm"] is None:
        parts.append("last_norm=no")
    # How embeddings of another grid are interpolated, which timm decides by these parts of a name.
    if "radio" in name or "flexi" in name:
        parts.append("interpolation=bilinear")
    return " ".join(parts)


def main() -> None:
    names = [name for name in timm.list_models() if name.startswith(PREFIXES)]
    patterns: dict[str, int] = {}
    lines, table = [], []
    for name in names:
        seen = set()
        for tag in _model_default_cfgs[name].cfgs:
            with torch.device("meta"):
                model = timm.create_model(f"{name}.{tag}" if tag else name)
            found = facts(model)
            if not seen:
                table.append(table_line(name, found))
            departing = {key: value for key, value in found.items() if key not in PLAINEST or value != PLAINEST[key]}
            record = {
                "name": name, "facts": departing, "parameters": sum(p.numel() for p in model.parameters()),
                "tensors": tensors(model, patterns),
            }
            config = configuration(name, model)
            if config:
                record["config"] = config
            line = json.dumps(record, separators=(",", ":"))
            if line not in seen:
                seen.add(line)
                lines.append(json.dumps({"tag": tag} | record, separators=(",", ":")))
    versions = f"timm {timm.__version__}, torch {torch.__version__.split('+')[0]}"
    (HERE / "architectures.json").write_text(
        f"{{\"versions\": {json.dumps(versions)},\n\"plainest\": {json.dumps(PLAINEST)},\n"
        f"\"patterns\": {json.dumps(list(patterns))},\n\"models\": [\n" + ",\n".join(lines) + "\n]}\n")
    TABLE.write_text(
        f"// What timm {timm.__version__} makes of each name; made by Tests/Fixtures/timm/generate.py, not edited by hand.\n\n"
        + "extension TimmArchitecture {\n"
        + "  /// A line for each name: the class that it makes, and its facts.\n"
        + '  static let table = """\n' + "".join(f"    {line}\n" for line in table) + '    """\n}\n')
    print(f"{len(names)} names, {len(lines)} models, {(HERE / 'architectures.json').stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())

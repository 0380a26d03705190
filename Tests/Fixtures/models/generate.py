"""Writes the golden fixtures of the small random models: `python Tests/Fixtures/models/generate.py [case ...]`."""

import copy
import shutil
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import specs, storage  # noqa: E402
from reference.network import POINTS, Network, Record  # noqa: E402

import cases  # noqa: E402
import checks  # noqa: E402
from cases import Case  # noqa: E402

REDUCED_POINTS = ("first-norm", "output")
DEGENERATE = "grad-cam:point=output"


def choose_targets(logits: torch.Tensor) -> list[tuple[int, int]]:
    """(image, class): the first image's best, second and worst class, the second image's best."""
    order = logits[0].argsort(descending=True)
    return [(0, int(order[0])), (0, int(order[1])), (0, int(order[-1])), (1, int(logits[1].argmax()))]


def parameter_gradients(network: Network, images: torch.Tensor, loss_classes: list[int], case: Case) -> dict:
    """Gradients of sum_b logits[b, loss_classes[b]], under the names that the checkpoint's tensors have."""
    network.module.zero_grad()
    record = network.run(images)
    sum(record.logits[image, target] for image, target in enumerate(loss_classes)).backward()
    carrier = copy.deepcopy(network.module).float()
    for parameter, original in zip(carrier.parameters(), network.module.parameters()):
        parameter.data.copy_(torch.zeros_like(original) if original.grad is None else original.grad)
    network.module.zero_grad()
    with tempfile.TemporaryDirectory() as folder:
        cases.save(case, carrier, Path(folder))
        gradients = load_file(Path(folder) / "model.safetensors")
    # Nothing reads mask tokens.
    return {name: gradient for name, gradient in gradients.items() if not name.endswith("mask_token")}


def record_tensors(record: Record, points) -> dict[str, torch.Tensor]:
    tensors = {"input": record.input, "logits": record.logits}
    tensors |= {f"attention.{layer}": a for layer, a in enumerate(record.attention)}
    for point in points:
        tensors |= {f"activation.{point}.{layer}": a for layer, a in enumerate(record.activation[point])}
    return tensors


def conservative_tensors(network: Network, images: torch.Tensor, image: int, target: int) -> dict[str, torch.Tensor]:
    record = network.run(images, conservative=True)
    record.logits[image, target].backward()
    network.module.zero_grad()
    return {
        "t0.conservative.activation_gradient.output.0": record.activation["output"][0].grad[image],
        "t0.conservative.input_gradient": record.input.grad[image],
    }


def target_tensors(index: int, evidence, case: Case, wanted: list[str]) -> dict[str, torch.Tensor]:
    tensors = {}
    if case.full or index in (0, 3):
        tensors[f"t{index}.input_gradient"] = evidence.input_gradient
        points = POINTS if case.full and index in (0, 3) else REDUCED_POINTS
        for layer, gradient in enumerate(evidence.attention_gradient):
            tensors[f"t{index}.attention_gradient.{layer}"] = gradient
            for point in points:
                name = f"t{index}.activation_gradient.{point}.{layer}"
                tensors[name] = evidence.activation_gradient[point][layer]
    for spec in wanted:
        tensors[f"t{index}.map|{spec}"] = specs.explain(spec, evidence)
        if spec.startswith("gmar") and index in (0, 3):
            tensors[f"t{index}.head_weights|{spec}"] = specs.gmar_weights(spec, evidence)
    return tensors


def check(case: Case, network: Network, images, evidence, image: int, target: int) -> None:
    checks.attention_gradient_is_the_slope(network, images, evidence, image, target)
    checks.gmar_generalises_rollout(evidence)
    for norm in ("l1", "l2"):
        checks.authors_view_is_the_authors_steps(evidence, norm)
    if case.name == "hf-vit":
        checks.grad_cam_is_pytorch_grad_cam_s(network, images, evidence, image, target)


def warn_if_flat(case: Case, tensors: dict[str, torch.Tensor]) -> None:
    for name, tensor in tensors.items():
        if ".map|" in name and not name.endswith(DEGENERATE):
            spread = (tensor.max() - tensor.min()) / tensor.abs().max()
            if not spread > 0.02:
                print(f"  {case.name}: {name} is nearly flat ({spread:.2g})")


def generate(case: Case) -> None:
    folder = HERE / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if case.model_of is None:
        module = case.build()
        cases.randomise(module, case.seed)
        cases.save(case, module, folder)
    model_folder = HERE / (case.model_of or case.name)

    module = cases.load(case, model_folder)
    generator = torch.Generator().manual_seed(100 + case.seed)
    images = torch.randn(2, 3, *case.input_size, generator=generator)
    network = Network(copy.deepcopy(module), **case.forward_options)
    points = POINTS if case.full else REDUCED_POINTS

    record = network.run(images)
    checks.forward_is_the_library_s(module, images, record.logits, **case.forward_options)
    targets = choose_targets(record.logits.detach())
    wanted = specs.EVERY if case.every_spec else specs.CORE
    tensors = record_tensors(record, points) | conservative_tensors(network, images, *targets[0])
    for index, (image, target) in enumerate(targets):
        evidence = network.evidence(images, case.layout, image, target)
        check(case, network, images, evidence, image, target)
        tensors |= target_tensors(index, evidence, case, wanted)
    if case.parameter_gradients:
        gradients = parameter_gradients(network, images, [targets[0][1], targets[3][1]], case)
        tensors |= {f"parameter_gradient.{name}": value for name, value in gradients.items()}
    if case.has_class_vectors:
        tensors["class_vectors"] = module.vectors
    warn_if_flat(case, tensors)

    storage.save_tensors(folder / "expected.safetensors", tensors)
    storage.save_json(folder / "case.json", {
        "case": case.name,
        "description": case.description,
        "model": f"../{case.model_of}" if case.model_of else ".",
        "model_class": type(module).__name__,
        "interpolate_position_embeddings": case.model_of is not None,
        "input_size": list(case.input_size),
        "layout": case.layout.as_json(),
        "layers": len(record.attention),
        "heads": record.attention[0].shape[1],
        "width": record.activation["output"][0].shape[-1],
        "targets": [{"image": image, "class": target} for image, target in targets],
        "recording_points": list(points),
        "parameter_gradients": case.parameter_gradients,
        "specs": wanted,
        "seed": case.seed,
        "versions": storage.versions(),
    })
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{case.name}: {len(tensors)} tensors, {size / 1000:.0f} kB")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    for case in cases.CASES:
        if len(sys.argv) == 1 or case.name in sys.argv[1:]:
            generate(case)


if __name__ == "__main__":
    main()

"""Writes the golden fixtures of the small random Swin models: `python Tests/Fixtures/swin/generate.py [case ...]`."""

import copy
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from reference import storage  # noqa: E402

import cases  # noqa: E402
import maps  # noqa: E402
from cases import Case  # noqa: E402
from formulas import Swin  # noqa: E402
from network import POINTS, Network, Record, dense, merge  # noqa: E402


REDUCED_POINTS = ("first-norm", "output")


def choose_targets(logits: torch.Tensor) -> list[tuple[int, int]]:
    """(image, class): the first image's best and worst class, the second image's best."""
    order = logits[0].argsort(descending=True)
    return [(0, int(order[0])), (0, int(order[-1])), (1, int(logits[1].argmax()))]


def of_image(windows: torch.Tensor, image: int, images: int) -> torch.Tensor:
    """The windows of one image, [windows, ...]."""
    return windows.view(images, -1, *windows.shape[1:])[image]


def evidence(network: Network, images: torch.Tensor, image: int, target: int) -> maps.Evidence:
    record = network.run(images)
    record.logits[image, target].backward()
    network.module.zero_grad()
    layers = range(len(record.attention))
    slots = [network.slots(layer, record.grids[layer]) for layer in layers]
    counts = [rows * columns for rows, columns in record.grids]

    def matrices(layer: int, windows: torch.Tensor) -> torch.Tensor:
        return dense(of_image(windows.detach(), image, len(images)), slots[layer], counts[layer])

    def values(tensors) -> dict[str, list[torch.Tensor]]:
        return {
            point: [network.tokens(record, point, layer, tensors(record.activation[point][layer]))[image]
                    for layer in layers] for point in POINTS
        }

    result = maps.Evidence(
        attention=[matrices(layer, record.attention[layer]) for layer in layers],
        attention_gradient=[matrices(layer, record.attention[layer].grad) for layer in layers],
        window_gradient=[of_image(record.attention[layer].grad, image, len(images)) for layer in layers],
        merges={
            layer: merge(record.grids[layer - 1]) for layer in layers
            if layer and network.stage_of_layer[layer] != network.stage_of_layer[layer - 1]
        },
        grids=record.grids, activation=values(lambda t: t.detach()), activation_gradient=values(lambda t: t.grad),
    )
    result.input_gradient = record.input.grad[image]
    result.members = []
    for layer in layers:
        windows = [[int(t) for t in window if t >= 0] for window in slots[layer]]
        own = {token: window for window in windows for token in window}
        result.members.append([own[token] for token in range(counts[layer])])
    return result


def record_tensors(network: Network, record: Record, points) -> dict[str, torch.Tensor]:
    tensors = {"input": record.input, "logits": record.logits}
    for layer, attention in enumerate(record.attention):
        tensors[f"attention.{layer}"] = attention
        for point in points:
            tensors[f"activation.{point}.{layer}"] = network.tokens(
                record, point, layer, record.activation[point][layer])
    return tensors


def target_tensors(index: int, found: maps.Evidence, points) -> dict[str, torch.Tensor]:
    tensors = {}
    if index != 1:
        tensors[f"t{index}.input_gradient"] = found.input_gradient
        for layer, gradient in enumerate(found.window_gradient):
            tensors[f"t{index}.attention_gradient.{layer}"] = gradient
            for point in points:
                tensors[f"t{index}.activation_gradient.{point}.{layer}"] = found.activation_gradient[point][layer]
    for spec in maps.SPECS:
        tensors[f"t{index}.map|{spec}"] = maps.explain(spec, found)
        if spec.startswith("gmar"):
            options = dict(item.split("=", 1) for item in spec.partition(":")[2].split(",") if item)
            for layer, weights in enumerate(maps.gmar_weights(found, **options)):
                tensors[f"t{index}.head_weights.{layer}|{spec}"] = weights
    return tensors


def without_patches(network: Network, images: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
    """Logits of two thirds of the patches of each image."""
    rows, columns = network.run(images).grids[0]
    generator = torch.Generator().manual_seed(200 + seed)
    kept = [
        sorted(torch.randperm(rows * columns, generator=generator)[:2 * rows * columns // 3].tolist()) for _ in images]
    swin = Swin(network)
    own = torch.stack([swin.run(image[None]).logits.detach() for image in images])
    difference = (own - network.run(images).logits).abs().max().item()
    assert difference < 1e-9, f"the formulas' logits differ by {difference:.3g}"
    logits = [swin.run(image[None], kept=own).logits.detach() for image, own in zip(images, kept)]
    return {"kept": torch.tensor(kept, dtype=torch.float32), "kept_logits": torch.stack(logits)}


# What transformers calls parameters of version 1 in memory, and in a checkpoint.
STORED = {
    "attention.q_proj": "attention.self.query", "attention.k_proj": "attention.self.key",
    "attention.v_proj": "attention.self.value", "attention.o_proj": "attention.output.dense",
    "attention.relative_position_bias.relative_position_bias_table": "attention.self.relative_position_bias_table",
    "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
}


def parameter_gradients(network: Network, images: torch.Tensor, targets, stored: set[str]) -> dict[str, torch.Tensor]:
    """Of the logit of the first image's target and that of the second's, by the names of the checkpoint."""
    logits = network.run(images).logits
    sum(logits[image, target] for image, target in (targets[0], targets[2])).backward()
    tensors = {}
    for name, parameter in network.module.named_parameters():
        for own, other in STORED.items() if not network.is_timm and not network.is_second else ():
            name = name.replace(own, other)
        assert name in stored, f"the checkpoint has no {name}"
        tensors[f"parameter_gradient.{name}"] = parameter.grad
    network.module.zero_grad()
    return tensors


def check(network: Network, module, images: torch.Tensor, record: Record, found: maps.Evidence, image, target) -> None:
    """The recorded pass is the library's own, rollout keeps sums, and Grad-CAM is pytorch-grad-cam's."""
    output = module(images)
    logits = output if torch.is_tensor(output) else output.logits
    difference = (logits.double() - record.logits).abs().max().item()
    assert difference < 1e-3, f"the library's own logits differ by {difference:.3g}"
    total = maps.attention_rollout(found).sum().item()
    assert abs(total - 1) < 1e-9, f"rollout sums to {total}"
    grad_cam(network, images, found, image, target)


def grad_cam(network: Network, images: torch.Tensor, found: maps.Evidence, image: int, target: int) -> None:
    """Grad-CAM against pytorch-grad-cam's raw map, as its Swin example does it."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    class Logits(torch.nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, x):
            output = self.module(x)
            return output if torch.is_tensor(output) else output.logits

    block, grid = network.blocks[-1], found.grids[-1]
    norm = block.norm1 if network.is_timm else block.layernorm_before

    def reshape(tensor):
        return tensor.reshape(tensor.shape[0], *grid, -1).permute(0, 3, 1, 2)

    with GradCAM(Logits(network.module), [norm], reshape_transform=reshape) as cam:
        cam.activations_and_grads(images.double())
        output = cam.activations_and_grads.model(images.double())
        output[image, target].backward()
        features, gradients = cam.activations_and_grads.activations[-1], cam.activations_and_grads.gradients[0]
        raw = cam.get_cam_image(
            None, norm, None, features[image:image + 1].numpy(), gradients[image:image + 1].numpy(), False)[0]
    network.module.zero_grad()
    ours = (found.activation["first-norm"][-1] @ found.activation_gradient["first-norm"][-1].mean(dim=0)).view(grid)
    difference = (torch.from_numpy(raw) - ours).abs().max().item()
    assert difference < 1e-6 * ours.abs().max().item(), f"pytorch-grad-cam's map differs by {difference:.3g}"


def generate(case: Case) -> None:
    folder = HERE / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if case.model_of is None:
        module = case.build()
        cases.randomise(module, case.seed)
        cases.save(case, module, folder)
    module = cases.load(case, HERE / (case.model_of or case.name))
    generator = torch.Generator().manual_seed(100 + case.seed)
    images = torch.randn(2, 3, *case.input_size, generator=generator)
    network = Network(copy.deepcopy(module))

    record = network.run(images)
    targets = choose_targets(record.logits.detach())
    points = POINTS if case.full else REDUCED_POINTS
    tensors = record_tensors(network, record, points)
    for index, (image, target) in enumerate(targets):
        found = evidence(network, images, image, target)
        check(network, module, images, record, found, image, target)
        tensors |= target_tensors(index, found, points)
    tensors |= without_patches(network, images, case.seed)
    if case.full:
        tensors |= parameter_gradients(network, images, targets, set(load_file(folder / "model.safetensors")))
    for name, tensor in tensors.items():
        if ".map|" in name and not (tensor.max() - tensor.min()) / tensor.abs().max() > 0.02:
            print(f"  {case.name}: {name} is nearly flat")
    storage.save_tensors(folder / "expected.safetensors", tensors)
    storage.save_json(folder / "case.json", {
        "case": case.name,
        "description": case.description,
        "model": f"../{case.model_of}" if case.model_of else ".",
        "recording_points": list(points),
        "grids": [list(grid) for grid in record.grids],
        "targets": [{"image": image, "class": target} for image, target in targets],
        "specs": maps.SPECS,
        "seed": case.seed,
        "versions": storage.versions(),
    })
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{case.name}: {len(tensors)} tensors, {size / 1000:.0f} kB, grids {record.grids}")


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    for case in cases.CASES:
        if len(sys.argv) == 1 or case.name in sys.argv[1:]:
            generate(case)


if __name__ == "__main__":
    main()

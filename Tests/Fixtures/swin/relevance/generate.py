"""Writes the maps of relevance explainers on the models of `..`: `python Tests/Fixtures/swin/relevance/generate.py [case ...]`;
what is not named stays as it is.
"""

import copy
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from torch.nn.functional import interpolate

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from reference import cort, storage  # noqa: E402

import cases  # noqa: E402
import maps  # noqa: E402
from formulas import Pass, Rules, Swin  # noqa: E402
from network import Network, dense, merge  # noqa: E402

SPECS = [
    "attnlrp",
    "attnlrp:preset=vit",
    "attnlrp:at=tokens,contrast=others",
    "cp-lrp",
    "cp-lrp:gamma=0.25,patch-gamma=0.25",
    "cp-lrp:at=pixels",
    "conservative-propagation",
    "lrp",
    "lrp:rule=gamma,at=tokens,contrast=others",
    "lrp:rule=alpha-beta",
    "lrp:preset=chefer",
    "lrp:norms=unchanged,rule=gamma,gamma=10",
    "partial-lrp",
    "partial-lrp:layer=1",
    "partial-lrp:layer=0,contrast=others",
    "transformer-attribution",
    "transformer-attribution:start=1,contrast=others",
    "cort",
    "cort:preset=plain,contrast=none",
    "cort:preset=transport",
    "cort:residual-gamma=1,share=0",
    "attnlrp:residual-gamma=0.5",
    "legrad",
    "legrad:pooling=own,start=1",
    "fullgrad-plus",
    "fullgrad-plus:preset=skip-plus,backward=libra",
    "attcat",
    "attcat:queries=readout,backward=libra,contrast=others",
    "dap",
    "dap:start=1,residual=0.3,contrast=others",
    "generic-attention:backward=libra",
]
PRESETS = {
    "vit": {"gamma": "0.05", "patch-gamma": "0.25"},
    "chefer": {"rule": "alpha-beta", "norms": "unchanged"},
}
# How much a map may change with changes of 1e-6 in the image, of its largest score or its spread, to be compared in float32.
MOST_SENSITIVE = 5e-4


def unchanged(linear: tuple, **more) -> Rules:
    return Rules("unchanged", "unchanged", "unchanged", halved=True, linear=linear, patch=linear, **more)


def rules_of(identifier: str, options: dict[str, str]) -> Rules:
    gamma, patch = (float(options.get(key, 0)) for key in ("gamma", "patch-gamma"))
    denoised = dict(
        linear=("gamma", gamma) if gamma else (), patch=("gamma", patch) if patch else (),
        damped=float(options.get("residual-gamma", 0)))
    if identifier == "attnlrp":
        return Rules("constant", "derivative", "unchanged", halved=True, **denoised)
    if identifier in ("cp-lrp", "cort"):
        return Rules("constant", "constant", "unchanged", **denoised)
    if identifier == "conservative-propagation":
        return Rules("constant", "constant")
    if identifier == "lrp":
        linear = {
            "epsilon": ("epsilon", float(options.get("epsilon", 0.01))), "gamma": ("gamma", gamma or 0.25),
            "alpha-beta": ("positive",),
        }[options.get("rule", "epsilon")]
        if options.get("norms") == "unchanged":
            return unchanged(linear)
        return Rules("constant", "constant", "unchanged", linear=linear, patch=linear)
    return unchanged(("positive",), balanced=identifier == "transformer-attribution")


class Subject:
    """A model with two images; asks about one of them and a class."""

    def __init__(self, network: Network, images: torch.Tensor):
        self.network, self.swin, self.own = network, Swin(network), images.double()
        self.images = self.own
        with torch.no_grad():
            output = network.module(self.images)
        self.logits = output if torch.is_tensor(output) else output.logits

    def pulled(self, image: int, cotangent: torch.Tensor, rules: Rules) -> Pass:
        found = self.swin.run(self.images[image:image + 1], rules)
        difference = float((found.logits - self.logits[image]).abs().max())
        # Images of `sensitivity` are a little different.
        assert difference < (1e-9 if self.images is self.own else 1e-2), f"the library's logits differ by {difference:.3g}"
        found.logits.backward(cotangent)
        self.network.module.zero_grad()
        return found

    def cotangent(self, image: int, target: int, contrast: str) -> torch.Tensor:
        own = torch.nn.functional.one_hot(torch.tensor(target), self.logits.shape[1]).double()
        if contrast == "none":
            return own
        # Of the log-odds of the class: the others by their softmax without it.
        return own - (self.logits[image] - 1e300 * own).softmax(dim=0)

    def map(self, spec: str, image: int, target: int) -> torch.Tensor:
        identifier, _, rest = spec.partition(":")
        options = dict(item.split("=") for item in rest.split(",") if item)
        if identifier == "cort":
            return self.cort(cort.options_of(options), image, target)
        if identifier == "legrad":
            return self.legrad(options, image, target)
        if identifier in ("fullgrad-plus", "attcat", "dap", "generic-attention"):
            return self.of_one_pass(identifier, options, image, target)
        options = {**PRESETS.get(options.pop("preset", ""), {}), **options}
        cotangent = self.cotangent(image, target, options.get("contrast", "none"))
        rules = rules_of(identifier, options)
        if identifier == "partial-lrp":
            return self.read(self.pulled(image, self.unit(cotangent, image), rules), int(options.get("layer", -1)))
        if identifier == "transformer-attribution":
            own = self.unit(self.cotangent(image, target, "none"), image)
            return self.rolled(
                self.pulled(image, own, rules), self.pulled(image, cotangent, Rules()), int(options.get("start", 0)))
        found = self.pulled(image, cotangent, rules)
        at = options.get("at", "tokens" if identifier == "conservative-propagation" else "patches")
        grid = self.grids()[0]
        if at == "tokens":
            return (found.tokens * found.tokens.grad).sum(dim=-1).detach().view(grid)
        pixels = (found.image * found.image.grad)[0].sum(dim=0).detach()
        if at == "pixels":
            return pixels
        rows, columns = pixels.shape[0] // grid[0], pixels.shape[1] // grid[1]
        return pixels.view(grid[0], rows, grid[1], columns).sum(dim=(1, 3))

    def cort(self, options: dict, image: int, target: int) -> torch.Tensor:
        """The sum over layers, each interpolated to the patches and scaled to what its tokens have in all."""
        own, held = (self.cotangent(image, target, contrast) for contrast in ("none", options["contrast"]))
        found = self.pulled(
            image, own + options["share"] * (held - own), rules_of("cort", {"residual-gamma": options["residual-gamma"]}))
        s = self.summed([cort.relevance_of_layer(x.detach(), x.grad, options) for x in found.inputs]).flatten()
        sources = self.added_up([a * a.grad for a in found.attention]).flatten() if options["transport"] > 0 else None
        return cort.scores(s, sources, options, self.grids()[0], self.images.shape[2:])

    def summed(self, layers: list[torch.Tensor], first=0) -> torch.Tensor:
        """The sum of maps of layers' tokens from a layer on, each on the first grid with what its tokens have in all."""
        grids, total = self.grids(), 0.0
        for grid, tokens in list(zip(grids, layers))[first:]:
            own = tokens.view(1, 1, *grid)
            spread = interpolate(own, size=grids[0], mode="bilinear") if grid != grids[0] else own
            total = total + spread[0, 0] * (own.numel() / spread.numel())
        return total

    def added_up(self, products: list[torch.Tensor]) -> torch.Tensor:
        """(I + mean_h ReLU(product)) of each layer, rolled out."""
        evidence = self.evidence(products)
        return maps.chain(evidence, {
            layer: matrix.clamp(min=0).mean(dim=0) + torch.eye(matrix.shape[-1], dtype=matrix.dtype)
            for layer, matrix in enumerate(evidence.attention)})

    def of_one_pass(self, identifier: str, options: dict[str, str], image: int, target: int) -> torch.Tensor:
        """FullGrad+, AttCAT, DAP-style propagation and generic attention; there are no gates whose halves LibraGrad would take."""
        rules = Rules("constant", "constant", "unchanged") if options.get("backward") == "libra" else Rules()
        found = self.pulled(image, self.cotangent(image, target, options.get("contrast", "none")), rules)
        if identifier == "generic-attention":
            return self.added_up([a * a.grad for a in found.attention]).view(self.grids()[0])
        relevance = [(x.detach() * x.grad).sum(dim=-1) for x in found.inputs]
        if identifier == "fullgrad-plus":
            return self.summed(relevance, len(relevance) // 2 if options.get("preset") == "skip-plus" else 0)
        evidence = self.evidence([a.detach() for a in found.attention])
        attention = [matrix.mean(dim=0) for matrix in evidence.attention]
        if identifier == "attcat":  # all tokens of a layer are read
            return self.summed([matrix.mean(dim=0) * own for matrix, own in zip(attention, relevance)])
        factors, residual = {}, float(options.get("residual", 0.5))
        for layer, (matrix, f) in list(enumerate(zip(attention, found.normed)))[int(options.get("start", 0)):]:
            positive = (f.detach() @ f.grad.mean(dim=0)).clamp(min=0)
            weighted = matrix * (positive / positive.mean()) if positive.any() else matrix
            weighted = torch.where(weighted.sum(dim=-1, keepdim=True) > 1e-6, weighted, matrix)
            product = weighted / weighted.sum(dim=-1, keepdim=True)
            factor = (1 - residual) * product + residual * torch.eye(len(product), dtype=product.dtype)
            factors[layer] = factor / factor.sum(dim=-1, keepdim=True)
        return maps.chain(evidence, factors).view(evidence.grids[0])

    def legrad(self, options: dict[str, str], image: int, target: int) -> torch.Tensor:
        """For each key the mean over heads and the queries that can attend to it of the positive slope of its layer's score."""
        found, grids = self.swin.run(self.images[image:image + 1], Rules()), self.grids()
        total = torch.zeros(grids[0], dtype=torch.float64)
        for layer in range(int(options.get("start", 0)), len(grids)):
            grid, slots = grids[layer], self.network.slots(layer, grids[layer])
            score = self.swin.read(found.outputs[layer], layer, grid, options.get("pooling", "mean") == "mean")[target]
            slope = torch.autograd.grad(score, found.attention[layer], retain_graph=True)[0].clamp(min=0)
            bias = self.swin.score_bias(self.network.blocks[layer], grid)
            windows, heads = slope.shape[:2]
            tokens = torch.zeros(grid[0] * grid[1], dtype=torch.float64)
            for window in range(windows):
                together = bias[window % len(bias), 0] > -50  # a mask is -100 or less
                for key in range(slots.shape[1]):
                    if slots[window, key] < 0:
                        continue
                    column = slope[window, :, :, key][:, together[:, key]]
                    queries = int((together[:, key] & (slots[window] >= 0)).sum())
                    tokens[slots[window, key]] = column.sum() / (heads * queries)
            own = tokens.view(1, 1, *grid)
            total += (interpolate(own, size=grids[0], mode="bilinear") if grid != grids[0] else own)[0, 0]
        return total

    def unit(self, cotangent: torch.Tensor, image: int) -> torch.Tensor:
        """What has the relevance of the classes begin with the cotangent, whatever the logits are."""
        return cotangent / self.logits[image]

    def grids(self) -> list[tuple[int, int]]:
        return self.network.run(self.images[:1]).grids

    def evidence(self, matrices: list[torch.Tensor]) -> maps.Evidence:
        """Windows of each layer, [windows, H, n, n], as full matrices of tokens."""
        grids = self.grids()
        stages = self.network.stage_of_layer
        full = [
            dense(own.detach(), self.network.slots(layer, grids[layer]), grids[layer][0] * grids[layer][1])
            for layer, own in enumerate(matrices)]
        merges = {
            layer: merge(grids[layer - 1]) for layer in range(1, len(full)) if stages[layer] != stages[layer - 1]}
        return maps.Evidence(full, [], [], merges, grids, {}, {})

    def read(self, found: Pass, layer: int) -> torch.Tensor:
        """The mean row of one layer's relevance, shared out down to the patches."""
        relevance = self.evidence([a * a.grad for a in found.attention])
        layer %= len(relevance.attention)
        row = relevance.attention[layer].clamp(min=0).mean(dim=0).mean(dim=0, keepdim=True)
        return maps.on_patches(relevance, row, layer)[0].view(relevance.grids[0])

    def rolled(self, relevance: Pass, gradient: Pass, start: int) -> torch.Tensor:
        """(I + mean_h ReLU(gradient x relevance)) of each layer, rolled out."""
        products = [a * a.grad * b.grad for a, b in zip(relevance.attention, gradient.attention)]
        evidence = self.evidence(products)
        factors = {
            layer: matrix.clamp(min=0).mean(dim=0) + torch.eye(matrix.shape[-1], dtype=matrix.dtype)
            for layer, matrix in enumerate(evidence.attention) if layer >= start}
        return maps.chain(evidence, factors).view(evidence.grids[0])

    def sensitivity(self, spec: str, image: int, target: int) -> float:
        """How much a map changes when the image changes by 1e-6 of its own values: of its largest score, or of its spread."""
        own, images = self.map(spec, image, target), self.images
        generator, most = torch.Generator().manual_seed(1), 0.0
        for _ in range(3):
            self.images = images * (1 + 1e-6 * torch.randn(images.shape, generator=generator, dtype=images.dtype))
            most = max(most, float((self.map(spec, image, target) - own).abs().max()))
        self.images = images
        return most / min(float(own.abs().max()), float(own.max() - own.min()))


def tensors_of(case: cases.Case) -> dict[str, torch.Tensor]:
    folder = HERE.parent / case.name
    described = json.loads((folder / "case.json").read_text())
    network = Network(copy.deepcopy(cases.load(case, HERE.parent / (case.model_of or case.name))))
    subject = Subject(network, load_file(folder / "expected.safetensors")["input"])
    tensors = {}
    for spec in SPECS:
        for index in (0, 2):
            if index == 2 and "at=pixels" in spec:
                continue  # those of pixels are large: once a model
            target = described["targets"][index]
            where = (spec, target["image"], target["class"])
            try:
                sensitivity = subject.sensitivity(*where)
            except cort.NearlyEqual:
                print(f"  {case.name}.t{index}.map|{spec} is left out: two patches are nearly equal")
                continue
            # A root makes changes of scores near 0 larger; those of other maps are the same relevance.
            if sensitivity > (1e-2 if spec.startswith("cort") else MOST_SENSITIVE):
                print(f"  {case.name}.t{index}.map|{spec} is left out: it changes by {sensitivity:.1e}")
                continue
            tensors[f"{case.name}.t{index}.map|{spec}"] = subject.map(*where)
    return tensors


def main() -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    path, named = HERE / "expected.safetensors", sys.argv[1:]
    tensors = load_file(path) if named and path.exists() else {}
    for case in cases.CASES:
        if named and case.name not in named:
            continue
        found = tensors_of(case)
        for name, tensor in found.items():
            if not (tensor.max() - tensor.min()) / tensor.abs().max() > 0.02:
                print(f"  {name} is nearly flat")
        # What is left out now may have been there before.
        tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith(f"{case.name}.")} | found
        print(f"{case.name}: {len(found)} tensors")
    storage.save_tensors(path, tensors)
    storage.save_json(HERE / "versions.json", storage.versions())


if __name__ == "__main__":
    main()

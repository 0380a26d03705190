"""Explainers of many passes from their formulas, in float64."""

import itertools

import numpy as np
import torch
from scipy import ndimage
from scipy.stats import qmc
from subject import Subject
from torch.nn.functional import interpolate, layer_norm


# ViT-ReciproCAM

def gaussians(grid: tuple[int, int]) -> torch.Tensor:
    """A mask of patches for each patch, [P, P]: 3 × 3 weights that sum to 1, cut off at the borders."""
    impulses = np.eye(grid[0] * grid[1]).reshape(-1, *grid)
    kernel = np.array([[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]) / 16
    return torch.tensor(ndimage.correlate(impulses, kernel, mode="constant")).flatten(1)


def masked_logits(subject: Subject, masks: torch.Tensor, layer: int) -> np.ndarray:
    """The logits where the tokens of a layer, and what its first norm makes of them, are multiplied by masks [M, N]."""
    block, norm = subject.network.blocks[layer], subject.network.module_at("first-norm", layer)
    seen = []

    def mask_tokens(_, inputs):
        seen.append(inputs[0])
        return (inputs[0] * masks[..., None], *inputs[1:])

    def mask_normed(module, *_):
        return layer_norm(seen[0], module.normalized_shape, module.weight, module.bias, module.eps) * masks[..., None]

    handles = [block.register_forward_pre_hook(mask_tokens), norm.register_forward_hook(mask_normed)]
    with torch.no_grad():
        logits = subject.logits(subject.image[None])
    for handle in handles:
        handle.remove()
    return logits


def reciprocam(subject: Subject, target: int, layer=-1, gaussian=True, prefix=True, probability=False) -> np.ndarray:
    count = subject.layout.patches
    patches = gaussians(subject.layout.grid) if gaussian else torch.eye(count)
    before = torch.full((count, len(subject.layout.prefix)), 1.0 if prefix else 0.0)
    logits = masked_logits(subject, torch.cat([before, patches], dim=1), layer)
    return (logits.softmax(dim=-1) if probability else logits)[:, target].numpy()


# The mean over views

def input_x_gradient(subject: Subject, image: np.ndarray, target: int) -> np.ndarray:
    """Σ x·∂y/∂x over each patch, [h, w]."""
    pixels = torch.tensor(image, requires_grad=True)
    gradient, = torch.autograd.grad(subject.logits(pixels[None])[0, target], pixels)
    (h, w), (ph, pw) = subject.layout.grid, subject.patch
    return (pixels * gradient).detach().reshape(3, h, ph, w, pw).sum(dim=(0, 2, 4)).numpy()


def view_mean(subject: Subject, target: int, side: int, span: float, mirror: bool) -> np.ndarray:
    places = (np.arange(side) + 0.5) / side - 0.5
    downs, rights = (np.round(places * span * length).astype(int) for length in subject.patch)
    rows, columns = np.indices(subject.layout.grid)
    maps = []
    for mirrored, down, right in itertools.product([False, True] if mirror else [False], downs, rights):
        image = subject.image.numpy()
        image = image[:, :, ::-1] if mirrored else image
        seen = input_x_gradient(subject, ndimage.shift(image, (0, down, right), order=0, mode="nearest"), target)
        back = ndimage.map_coordinates(
            seen, [rows + down / subject.patch[0], columns + right / subject.patch[1]], order=1, mode="nearest")
        maps.append(back[:, ::-1] if mirrored else back)
    return np.mean(maps, axis=0).ravel()


# Masks of cells

def cell_masks(subject: Subject, values: np.ndarray, side) -> torch.Tensor:
    """Masks of pixels from values of cells [M, cells], as Xplique upsamples them: [M, 1, H, W]."""
    grid = (side, side) if side else subject.layout.grid
    return interpolate(torch.tensor(values).reshape(-1, 1, *grid), subject.size, mode="nearest")


def patch_scores(subject: Subject, cells: np.ndarray, side) -> np.ndarray:
    return subject.patch_means(cell_masks(subject, cells[None], side)[0, 0].numpy())


def replicated(cells: int, designs: int) -> np.ndarray:
    """The masks A and, for each cell, A with the column of B: [N·(cells + 1), cells], of SciPy's Sobol sequence."""
    both = qmc.Sobol(2 * cells, scramble=False).random(designs)
    a, b = both[:, :cells], both[:, cells:]
    with_b = [np.where(np.arange(cells) == cell, b, a) for cell in range(cells)]
    return np.concatenate([a, *with_b])


def total_indices(values: np.ndarray, cells: int, designs: int) -> np.ndarray:
    """Jansen's estimator of total Sobol indices."""
    a, c = values[:designs], values[designs:].reshape(cells, designs)
    return ((a - c) ** 2).sum(axis=1) / (2 * designs * a.var(ddof=1))


def sobol(subject: Subject, target: int, side, designs: int, score: str) -> np.ndarray:
    cells = side * side if side else subject.layout.patches
    masks = cell_masks(subject, replicated(cells, designs), side)
    values = subject.values(subject.image * masks, score)[:, target]
    return patch_scores(subject, total_indices(values, cells, designs), side)


def balanced(cells: int, count: int, seed: int, random) -> np.ndarray:
    """Bits [count, cells], each cell's being a shuffle of ⌊count/2⌋ ones among zeros."""
    columns = []
    for cell in range(cells):
        draws, bits = random(seed, cell), [float(index < count // 2) for index in range(count)]
        for place in range(count - 1, 0, -1):
            other = draws.below(place + 1)
            bits[place], bits[other] = bits[other], bits[place]
        columns.append(bits)
    return np.array(columns).T


def hsic_of(bits: np.ndarray, values: np.ndarray) -> np.ndarray:
    """tr(KHLH)/(p − 1)² of each column of bits [p, cells], with ½ − (x − x′)² and a Gaussian of the median's width."""
    p, width = len(values), np.median(values)
    h = np.eye(p) - 1 / p
    centred = h @ np.exp(-((values[:, None] - values) ** 2) / (2 * width ** 2)) @ h
    kernels = 0.5 - (bits.T[:, :, None] - bits.T[:, None]) ** 2
    return np.einsum("cij,ji->c", kernels, centred) / (p - 1) ** 2


def hsic(subject: Subject, target: int, side, count: int, seed: int, random) -> np.ndarray:
    bits = balanced(side * side if side else subject.layout.patches, count, seed, random)
    values = subject.values(subject.image * cell_masks(subject, bits, side), "probability")[:, target]
    return patch_scores(subject, hsic_of(bits, values), side)


# Patches that are left out

def logits_of_patches(subject: Subject, kept: list[list[int]]) -> torch.Tensor:
    """The logits of some patches, equally many in each list, the others being dropped before the first block."""
    prefix = list(range(len(subject.layout.prefix)))
    tokens = torch.tensor([prefix + [len(prefix) + patch for patch in patches] for patches in kept])
    handle = subject.network.blocks[0].register_forward_pre_hook(
        lambda _, inputs: (inputs[0][0][tokens], *inputs[1:]))
    with torch.no_grad():
        logits = subject.logits(subject.image[None])
    handle.remove()
    return logits


def channels(subject: Subject) -> torch.Tensor:
    """The channels of all blocks' outputs as maps of patches, [L·D, P]."""
    with torch.no_grad():
        outputs = subject.network.run(subject.image[None]).activation["output"]
    return torch.cat([tokens.detach()[0, len(subject.layout.prefix):].T for tokens in outputs])


def drawn(count: int, clusters: int, draws) -> list[int]:
    """Different numbers below `count`."""
    order = list(range(count))
    for place in range(clusters):
        other = place + draws.below(count - place)
        order[place], order[other] = order[other], order[place]
    return order[:clusters]


def tis(subject: Subject, target: int, centres: torch.Tensor, keep: float, score: str) -> np.ndarray:
    count = max(1, int(keep * subject.layout.patches))
    kept = [sorted(row.topk(count).indices.tolist()) for row in centres]
    logits = logits_of_patches(subject, kept)
    values = (logits.softmax(dim=-1) if score == "probability" else logits)[:, target].numpy()
    masks = np.array([[float(patch in patches) for patch in range(subject.layout.patches)] for patches in kept])
    return np.divide(values @ masks, masks.sum(axis=0), out=np.zeros(masks.shape[1]), where=masks.sum(axis=0) > 0)


class NearlyEqual(Exception):
    """Two candidates are so nearly equal that float32 may rank them the other way round."""


def greedy(subject: Subject, target: int, deletion: bool, tokens: bool, step: int, score: str) -> np.ndarray:
    count = subject.layout.patches
    taken, left = [], list(range(count))
    while len(left) > 1:
        shown = [[p for p in left if p != patch] if deletion else [*taken, patch] for patch in left]
        if tokens:
            logits = logits_of_patches(subject, [sorted(patches) for patches in shown])
            values = (logits.softmax(dim=-1) if score == "probability" else logits)[:, target].numpy()
        else:
            bits = np.array([[float(patch in patches) for patch in range(count)] for patches in shown])
            values = subject.values(subject.pictures(bits, torch.zeros_like(subject.image)), score)[:, target]
        order = np.argsort(values if deletion else -values)
        ranked = values[order]
        if (np.abs(np.diff(ranked[:step + 1])) < 1e-5).any():
            raise NearlyEqual
        taken += [left[index] for index in order[:step]]
        left = [patch for patch in left if patch not in taken]
    ranks = np.zeros(count)
    for place, patch in enumerate(taken + left):
        ranks[patch] = count - place
    return ranks

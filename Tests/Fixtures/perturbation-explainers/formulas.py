"""Methods that no package has, or not with coalitions and draws of one's own: written from their descriptions, float64."""

from itertools import combinations
from math import comb

import numpy as np
import torch
from randomness import Random


def coalitions(count: int, budget: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The coalitions of Kernel SHAP and their weights, as its authors choose them, drawn with our own numbers."""
    sizes = list(range(1, count // 2 + 1))
    shares = np.array([(count - 1) / (s * (count - s)) * (1 if 2 * s == count else 2) for s in sizes])
    shares = (shares / shares.sum()).tolist()
    chosen, weights, left, rest, whole = [], [], budget, 1.0, 0
    for size, share in zip(sizes, shares):
        paired = 2 * size != count
        number = comb(count, size) * (2 if paired else 1)
        if number > left or left * share / rest / number < 1 - 1e-8:
            break
        for members in combinations(range(count), size):
            row = tuple(1 if i in members else 0 for i in range(count))
            for each in [row, tuple(1 - x for x in row)] if paired else [row]:
                chosen.append(each)
                weights.append(share / number)
        left, rest, whole = left - number, rest - share, whole + 1
    if whole < len(sizes) and left > 0:
        start, known, random, players = len(chosen), {}, Random(seed), list(range(count))
        tail = [s / sum(shares[whole:]) for s in shares[whole:]]
        for _ in range(4 * left):
            if len(chosen) - start >= left:
                break
            mark, place = random.uniform(), 0
            while place < len(tail) - 1 and mark >= tail[place]:
                mark -= tail[place]
                place += 1
            size = sizes[whole + place]
            for index in range(size):
                other = index + random.below(count - index)
                players[index], players[other] = players[other], players[index]
            row = tuple(1 if i in players[:size] else 0 for i in range(count))
            for each in [row, tuple(1 - x for x in row)] if 2 * size != count else [row]:
                if each in known:
                    weights[known[each]] += 1
                elif len(chosen) - start < left:
                    known[each] = len(chosen)
                    chosen.append(each)
                    weights.append(1.0)
        drawn = sum(weights[start:])
        weights[start:] = [w * rest / drawn for w in weights[start:]]
    return np.array(chosen, dtype=float), np.array(weights)



def shapley_by_least_squares(samples, weights, values, nobody, everybody) -> np.ndarray:
    """argmin Σ w·(f(z) − f(∅) − φ·z)² with Σ φ = f(x) − f(∅), by its Lagrange equations."""
    count = samples.shape[1]
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = 2 * samples.T @ (weights[:, None] * samples)
    system[:count, count] = system[count, :count] = 1
    right = np.append(2 * samples.T @ (weights * (values - nobody)), everybody - nobody)
    return np.linalg.solve(system, right)[:count]


def vit_cx(probabilities, image: torch.Tensor, masks: np.ndarray, whole: float, deviation: float, seed: int):
    """Σ s(M)·M / Σ M / K of cluster masks [K, H, W]; `probabilities` is that of the class for a batch of images."""
    noise = []
    for index in range(len(masks)):
        random = Random(seed, index)
        noise.append([random.normal() for _ in range(image.numel())])
    noise = deviation * torch.tensor(noise, dtype=torch.float64).reshape(-1, *image.shape)
    mask = torch.tensor(masks)[:, None]
    added = noise * (1 - mask)
    impact = probabilities(image * mask + added) - probabilities(image + added) + whole
    coverage = torch.tensor(masks).sum(dim=0)
    total = (impact[:, None, None] * torch.tensor(masks)).sum(dim=0)
    return torch.where(coverage > 1e-6, total / coverage, 0).numpy() / len(masks)


def fovex(logits, image: torch.Tensor, target: int, o: dict) -> np.ndarray:
    """The map of FovEx of [3, H, W], by automatic differentiation: [H, W]."""
    height, width = image.shape[1:]
    rows = torch.linspace(-1, 1, height, dtype=torch.float64)[:, None]
    columns = torch.linspace(-1, 1, width, dtype=torch.float64)[None]

    def spot(place, spread):
        return torch.exp(-((rows - place[0]) ** 2 + (columns - place[1]) ** 2) / spread)

    taps = np.exp(-np.arange(-o["reach"], o["reach"] + 1.0) ** 2 / (2 * o["blur"] ** 2))
    kernel = torch.tensor(np.outer(taps, taps) / taps.sum() ** 2)[None, None].repeat(3, 1, 1, 1)
    padded = np.pad(image.numpy(), ((0, 0), (o["reach"],) * 2, (o["reach"],) * 2), mode="reflect")
    difference = torch.nn.functional.conv2d(torch.tensor(padded)[None], kernel, groups=3)[0] - image
    seen, heat = torch.zeros(height, width, dtype=torch.float64), torch.zeros(height, width, dtype=torch.float64)
    for fixation in range(o["fixations"]):
        place, best, lowest = torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64), float("inf")
        for step in range(o["steps"]):
            random = Random(o["seed"], fixation, step)
            other = torch.tensor([random.uniform() * 2 - 1, random.uniform() * 2 - 1], dtype=torch.float64)
            place.requires_grad_()
            view = image + difference * torch.clip(1 - (seen + spot(place, o["fovea"])), 0, 1)
            loss = torch.nn.functional.cross_entropy(logits(view[None]), torch.tensor([target]))
            gradient = torch.autograd.grad(loss, place)[0]
            place = place.detach() - torch.sign(gradient) * o["rate"]
            if loss.item() < lowest:
                best, lowest = place.clone(), loss.item()
            else:
                place = other
        seen = seen * o["forgetting"] + spot(best, o["fovea"])
        heat = heat + spot(best, o["spot"])
    return heat.detach().numpy()

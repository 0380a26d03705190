"""Writes what scikit-learn, Quantus and SciPy give for maps, masks and scores: `python Tests/Fixtures/localisation/generate.py`.

Nothing here is a formula of ours: where Quantus or scikit-learn has no such metric, the tests write it a second time.
"""

import sys
from pathlib import Path

import numpy as np
import quantus
import torch
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, jaccard_score

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import storage  # noqa: E402

SIDE = 16


def scaled(map: np.ndarray) -> np.ndarray:
    """Min-max to [0, 1], in what the fixture can hold."""
    return ((map - map.min()) / (map.max() - map.min())).astype(np.float32)


def maps(random: np.random.Generator) -> np.ndarray:
    """A hill, noise, noise of five levels, blocks of equal pixels, one pixel and nothing; the first two without ties."""
    y, x = np.mgrid[:SIDE, :SIDE]
    hill = np.exp(-((y - 5.2) ** 2 + (x - 8.7) ** 2) / 18) + 0.3 * np.exp(-((y - 12) ** 2 + (x - 2) ** 2) / 8)
    noise = random.random((SIDE, SIDE))
    levels = np.floor(random.random((SIDE, SIDE)) * 5)
    blocks = np.kron(random.random((4, 4)), np.ones((4, 4)))
    pixel = np.zeros((SIDE, SIDE))
    pixel[6, 9] = 1
    nothing = np.zeros((SIDE, SIDE), np.float32)
    return np.stack([*(scaled(map) for map in (hill, noise, levels, blocks, pixel)), nothing])


def masks() -> np.ndarray:
    """A box, a disc, two boxes, one pixel and everything."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.stack([
        (y >= 3) & (y < 9) & (x >= 6) & (x < 13),
        (y - 10) ** 2 + (x - 5) ** 2 <= 16,
        ((y < 4) & (x < 5)) | ((y > 11) & (x > 8)),
        (y == 6) & (x == 9),
        np.ones((SIDE, SIDE), bool),
    ])


def scores(random: np.random.Generator) -> np.ndarray:
    """Signed, positive, of few levels, almost alike and one patch alone: rows of 16."""
    alone = np.zeros(16)
    alone[5] = 3
    return np.stack([
        random.normal(size=16), random.random(16), np.floor(random.random(16) * 4) - 1,
        1 / 16 + 1e-3 * random.random(16), alone,
    ]).astype(np.float32)


def by_quantus(metric: type, attributions: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """One value a row of [n, H, W]; the model is not asked anything."""
    count = len(attributions)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * attributions[0].size, 2))
    values = metric(disable_warnings=True)(
        model=model, x_batch=np.zeros((count, 3, *attributions.shape[1:])), y_batch=np.zeros(count, int),
        a_batch=attributions[:, None].astype(np.float64), s_batch=segments[:, None].astype(float))
    return np.array(values, float)


def main() -> None:
    random = np.random.default_rng(12)
    some, where, rows = maps(random), masks(), scores(random)
    pairs = [(map, mask) for map in some for mask in where]

    def table(value) -> torch.Tensor:
        return torch.tensor([value(map, mask) for map, mask in pairs], dtype=torch.float64).reshape(len(some), len(where))

    def localised(metric: type, chosen: np.ndarray) -> torch.Tensor:
        repeated, tiled = np.repeat(chosen, len(where), axis=0), np.tile(where, (len(chosen), 1, 1))
        return torch.tensor(by_quantus(metric, repeated, tiled)).reshape(len(chosen), len(where))

    grids = rows.reshape(-1, 4, 4)
    anywhere = np.ones_like(grids)
    storage.save_tensors(HERE / "expected.safetensors", {
        "maps": torch.tensor(some),
        "masks": torch.tensor(where.astype(np.float32)),
        "scores": torch.tensor(rows),
        "average-precision": table(lambda map, mask: average_precision_score(mask.ravel(), map.ravel())) * 100,
        "iou.mean": table(lambda map, mask: jaccard_score(mask.ravel(), (map > map.mean(dtype=np.float64)).ravel())) * 100,
        # Where maps have no ties, and where they have something.
        "rank-accuracy": localised(quantus.RelevanceRankAccuracy, some[:2]),
        "mass-accuracy": localised(quantus.RelevanceMassAccuracy, some[:-1]),
        "pointing-game": localised(quantus.PointingGame, some),
        "complexity": torch.tensor(by_quantus(quantus.Complexity, grids, anywhere)),
        "sparseness": torch.tensor(by_quantus(quantus.Sparseness, grids, anywhere)),
        "spearman": torch.tensor(spearmanr(rows, axis=1).statistic),
        "spearman.absolute": torch.tensor(spearmanr(abs(rows), axis=1).statistic),
    })
    storage.save_json(HERE / "versions.json", storage.versions("quantus", "scikit-learn", "scipy"))


if __name__ == "__main__":
    main()

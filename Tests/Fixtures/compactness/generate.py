"""Writes MST-C by SciPy and scikit-learn for maps of patches: `python Tests/Fixtures/compactness/generate.py`.

Quantus' MST-C is not in a release yet. It takes the convex hull of SciPy and SciPy's minimum spanning tree over scikit-learn's graph of 20
neighbours, made symmetric; `neighbours` is that. `complete` is the tree over all pairs, which the paper means.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform
from sklearn.neighbors import kneighbors_graph

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from reference import storage  # noqa: E402

SIDE = 14


def maps(random: np.random.Generator) -> np.ndarray:
    """Two hills, noise with signs, noise of few levels, a ring, and two blocks of 25 equal patches that are far apart."""
    y, x = np.mgrid[:SIDE, :SIDE]
    hill = np.exp(-((y - 4.2) ** 2 + (x - 8.7) ** 2) / 9) + 0.5 * np.exp(-((y - 11) ** 2 + (x - 2) ** 2) / 4)
    ring = np.exp(-((np.hypot(y - 6.5, x - 6.5) - 4) ** 2) / 2)
    blocks = 0.1 * random.random((SIDE, SIDE))
    blocks[:5, :5] = 1
    blocks[9:, 9:] = 1
    return np.stack([
        hill, random.normal(size=(SIDE, SIDE)), np.floor(random.random((SIDE, SIDE)) * 4), ring, blocks,
    ]).astype(np.float32)


def compactness(values: np.ndarray, threshold: float, neighbours: int | None) -> tuple[float, int]:
    """MST-C of a map, and how many parts the graph has whose tree it takes."""
    amounts = np.abs(values.astype(np.float64))
    points = np.argwhere(amounts >= np.percentile(amounts, threshold)).astype(np.float64)
    if neighbours is None:
        graph = squareform(pdist(points))
    else:
        directed = kneighbors_graph(points, min(neighbours, len(points) - 1), mode="distance")
        graph = directed.maximum(directed.T)
    diagonal = np.hypot(*amounts.shape)
    hull = ConvexHull(points).volume
    parts = connected_components(graph, directed=False, return_labels=False)
    return 100 * diagonal / np.sqrt(hull) * len(points) / minimum_spanning_tree(graph).sum(), parts


def main() -> None:
    some = maps(np.random.default_rng(5))
    thresholds = (80, 50, 95)
    complete = [[compactness(map, threshold, None)[0] for threshold in thresholds] for map in some]
    nearest = [[compactness(map, threshold, 20) for threshold in thresholds] for map in some]
    storage.save_tensors(HERE / "expected.safetensors", {
        "maps": torch.tensor(some),
        "thresholds": torch.tensor(thresholds, dtype=torch.float64),
        "complete": torch.tensor(complete, dtype=torch.float64),
        "neighbours": torch.tensor([[value for value, _ in row] for row in nearest], dtype=torch.float64),
        "parts": torch.tensor([[float(parts) for _, parts in row] for row in nearest], dtype=torch.float64),
    })
    storage.save_json(HERE / "versions.json", storage.versions("scikit-learn", "scipy"))


if __name__ == "__main__":
    main()

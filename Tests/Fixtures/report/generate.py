"""Writes expected.json: percentile bootstrap intervals and rank correlations by SciPy, for XAIReport's statistics.

`python Tests/Fixtures/report/generate.py`, with the versions of versions.json.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

FOLDER = Path(__file__).resolve().parent
SEED = 20250101
RESAMPLES = 100_000


def interval(values: np.ndarray, generator: np.random.Generator) -> list[float]:
    result = stats.bootstrap(
        (values,), np.mean, confidence_level=0.95, n_resamples=RESAMPLES, method="percentile", rng=generator,
        batch=1000)
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def main() -> None:
    generator = np.random.default_rng(SEED)
    samples = {
        "normal": generator.normal(40, 12, 60),
        "skewed": generator.exponential(10, 45),
        "yes-no": (generator.random(80) < 0.3).astype(float) * 100,
        "few": generator.normal(0, 1, 8),
    }
    means = [
        {
            "name": name, "values": [float(v) for v in values], "mean": float(values.mean()),
            "deviation": float(values.std() / np.sqrt(len(values))), "interval": interval(values, generator),
        }
        for name, values in samples.items()
    ]
    pairs = []
    for name, ties in [("continuous", None), ("ties", 4)]:
        a, b = generator.normal(size=49), generator.normal(size=49)
        b = b + a
        if ties:
            a, b = np.round(a * ties) / ties, np.round(b * ties) / ties
        a, b = a.astype(np.float32), b.astype(np.float32)
        pairs.append({
            "name": name, "a": [float(v) for v in a], "b": [float(v) for v in b],
            "correlation": float(stats.spearmanr(a, b).statistic),
        })
    (FOLDER / "expected.json").write_text(json.dumps({"means": means, "pairs": pairs}, indent=1) + "\n")
    versions = {"numpy": np.__version__, "scipy": scipy.__version__}
    (FOLDER / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()

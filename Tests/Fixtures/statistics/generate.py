"""Writes what SciPy and statsmodels say for shares, paired differences and ranks: `python Tests/Fixtures/statistics/generate.py`."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint

FOLDER = Path(__file__).resolve().parent


def shares() -> list[dict]:
    """Of n images so many count, none and all among them."""
    return [
        {"hits": hits, "count": count, "interval": list(map(float, proportion_confint(hits, count, method="wilson")))}
        for hits, count in ((0, 60), (60, 60), (1, 60), (17, 60), (2, 3), (0, 2), (490, 1000), (49_999, 50_000))
    ]


def columns(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Values of five explainers on some images: continuous, with many equal values, and yes or no."""
    hard = random.normal(0, 8, (1, 40))
    return {
        "continuous": 50 + hard + random.normal(0, 5, (5, 40)) + np.array([[0], [0.5], [2], [5], [-3]]),
        "ties": np.round(3 + random.normal(0, 1.5, (4, 25))),
        "yes-no": (random.random((3, 80)) < np.array([[0.1], [0.4], [0.5]])).astype(float) * 100,
        "two-images": random.normal(0, 20, (3, 2)),
    }


def table(name: str, values: np.ndarray) -> dict:
    pairs = [(a, b) for a in range(len(values)) for b in range(a + 1, len(values))]
    p = [float(stats.ttest_rel(values[a], values[b]).pvalue) for a, b in pairs]
    ranks = np.array([stats.rankdata(-row) for row in values.T])
    friedman = stats.friedmanchisquare(*values) if len(values) > 2 else None
    k, n = values.shape
    power = NormalIndPower(ddof=0)  # with ratio 0, the test of one sample: here of differences
    deviations = [float((values[a] - values[b]).std(ddof=1)) for a, b in pairs]
    needed = [
        float(power.solve_power(effect_size=1 / deviation, alpha=0.05, power=0.8, ratio=0)) if deviation > 0 else 0.0
        for deviation in deviations
    ]
    return {
        "name": name, "values": values.tolist(), "pairs": pairs,
        "means": [float((values[a] - values[b]).mean()) for a, b in pairs], "deviations": deviations,
        "p": p, "holm": multipletests(p, method="holm")[1].tolist(), "needed": needed,
        "ranks": ranks.mean(axis=0).tolist(), "chiSquare": float(friedman.statistic), "friedmanP": float(friedman.pvalue),
        "criticalDifference": float(stats.studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n))),
    }


def main() -> None:
    random = np.random.default_rng(20260101)
    result = {
        "shares": shares(),
        "tables": [table(name, values) for name, values in columns(random).items()],
        "student": [
            {"t": t, "degrees": degrees, "tails": float(2 * stats.t.sf(t, degrees))}
            for t in (0.0, 0.1, 1.0, 2.5, 6.0, 20.0) for degrees in (1, 2, 7, 59, 999, 49_999)
        ],
        "chiSquare": [
            {"x": x, "degrees": degrees, "tail": float(stats.chi2.sf(x, degrees))}
            for x in (0.01, 0.5, 3.0, 12.0, 60.0) for degrees in (1, 2, 7, 31)
        ],
        "range": [
            {"count": count, "quantile": float(stats.studentized_range.ppf(0.95, count, np.inf))}
            for count in (2, 3, 5, 10, 32)
        ],
    }
    (FOLDER / "expected.json").write_text(json.dumps(result, indent=1) + "\n")
    versions = {name: version(name) for name in ("numpy", "scipy", "statsmodels")}
    (FOLDER / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()

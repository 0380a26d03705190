"""Measures what less precision changes in maps and in what metrics make of them, and prints a table for docs/performance.md.

    python Examples/Benchmarks/precision_cost.py XAI MODEL DATA [--images 40] [--precision bfloat16-backward]
        [--against float32] [--threads N] [--keep FOLDER [--compare-only]]

XAI is the command, MODEL a model directory, DATA anything that `xai evaluate --data` takes. The same images, drawn by the
seed 0, are evaluated twice, in each precision, maps and frames alike: eight explainers of one pass by Average Drop, Average
Increase, insertion and deletion, explaining the predicted class. Against `bfloat16`, what `bfloat16-backward` changes comes of
the maps' backward passes alone, since frames have forward passes only.

A row is an explainer. For each metric there is the mean over images, the change of that mean, and the largest change of an
image, in points; then Spearman's rank correlation of the two maps' scores, ties given their mean rank, its mean and its
lowest. An image whose predicted class changes is counted and left out. FOLDER keeps the databases, so that a run that was
stopped resumes; --compare-only takes the images that both have so far. Numbers depend on the number of threads in their last digits at most. It needs NumPy alone.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile

import numpy as np

EXPLAINERS = [
    "gmar", "legrad", "token-tm", "generic-attention", "gradient-rollout", "cort", "attnlrp:preset=vit", "grad-cam"]
METRICS = ["average-drop", "average-increase", "insertion", "deletion"]


def evaluate(
        xai: str, model: str, data: str, images: int, precision: str, threads: int, folder: str,
        runs: bool) -> sqlite3.Connection:
    path = os.path.join(folder, f"{precision}.sqlite")
    if not runs:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    command = [xai, "evaluate", "-m", model, "-d", data, "-o", path, "--sample", str(images), "--seed", "0",
               "--precision", precision, "--threads", str(threads)]
    for explainer in EXPLAINERS:
        command += ["-e", explainer]
    for metric in METRICS:
        command += ["--metric", metric]
    done = subprocess.run(command, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def ranks(scores: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def classes(database: sqlite3.Connection) -> dict[int, int]:
    return dict(database.execute("SELECT position, class_index FROM subjects WHERE subject = 0"))


def values(database: sqlite3.Connection, explainer: int, metric: int) -> dict[int, float]:
    return dict(database.execute(
        "SELECT position, value FROM measurements WHERE subject = 0 AND explainer = ? AND metric = ? "
        "AND value IS NOT NULL", (explainer, metric)))


def maps(database: sqlite3.Connection, explainer: int) -> dict[int, np.ndarray]:
    return {position: np.frombuffer(blob, "<f4") for position, blob in database.execute(
        "SELECT position, scores FROM maps WHERE subject = 0 AND explainer = ?", (explainer,))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--precision", default="bfloat16-backward")
    parser.add_argument("--against", default="float32")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    parser.add_argument("--compare-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.compare_only and not arguments.keep:
        parser.error("--compare-only needs --keep, the folder of the databases")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        os.makedirs(folder, exist_ok=True)
        base, other = [
            evaluate(arguments.xai, arguments.model, arguments.data, arguments.images, precision, arguments.threads,
                     folder, not arguments.compare_only)
            for precision in (arguments.against, arguments.precision)]
        titles = [title for title, in base.execute("SELECT title FROM metrics ORDER BY metric")]
        names = [name for name, in base.execute("SELECT specification FROM explainers ORDER BY explainer")]
        before, after = classes(base), classes(other)
        both = before.keys() & after.keys()
        same = sorted(position for position in both if before[position] == after[position])
        if not same:
            sys.exit("no image has the same class in both precisions")
        print(f"{len(same)} images; the class of {len(both) - len(same)} changes. {arguments.precision} against "
              f"{arguments.against}, points: mean (change of the mean; largest change of an image)\n")
        header = ["explainer"] + titles + ["rank correlation: mean", "lowest"]
        print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
        for place, name in enumerate(names):
            cells = [name]
            for metric in range(len(METRICS)):
                one, two = values(base, place, metric), values(other, place, metric)
                pairs = np.array([(one[p], two[p]) for p in same if p in one and p in two])
                changes = pairs[:, 1] - pairs[:, 0]
                cells.append(f"{pairs[:, 0].mean():.2f} ({changes.mean():+.2f}; {np.abs(changes).max():.1f})")
            one, two = maps(base, place), maps(other, place)
            found = [correlation(one[p], two[p]) for p in same if len(one[p]) and len(two[p])]
            cells += [f"{np.mean(found):.4f}", f"{min(found):.4f}"]
            print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

"""Writes what the explainers came to as a table into a page of the docs.

    python3 Examples/Experiments/choose.py XAI PAGE TABLE DATABASE... [--metrics insertion deletion]

XAI is the command. PAGE has a place for each TABLE, between `<!-- table TABLE -->` and `<!-- end -->`. The databases are of
`xai evaluate` with one model on one sample of one data set, each with some of the explainers, the baseline `random` among them;
where two have the same explainer and metric they must say the same. Databases that differ in any of that are refused, by what
differs: their numbers don't belong in one table.

A row is an explainer and its means; ▲ and ▼ stand where the 95 % interval of the paired difference
from random maps lies on the better or the worse side of zero. Rows are sorted by the first metric.
"""

import argparse
import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

SAME = ["model_hash", "data", "split", "data_hash", "sample", "sample_seed", "target"]
ARROWS = {"higher": "↑", "lower": "↓", "neither": ""}


def output_of(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
    return done.stdout


def rows_of(xai: str, database: str) -> list[dict[str, str]]:
    report = [xai, "report", database, "--format", "csv", "--baseline", "random"]
    return list(csv.DictReader(io.StringIO(output_of(report))))


def collect(xai: str, databases: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    """Rows by explainer and metric."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    first: dict[str, str] = {}
    for database in databases:
        for row in rows_of(xai, database):
            first = first or row
            for column in SAME:
                if row[column] != first[column]:
                    sys.exit(f"{database}: {column} is {row[column]}, and {first[column]} in {databases[0]}")
            key = (row["explainer"], row["metric"])
            other = found.setdefault(key, row)
            for column in ("protocol_hash", "mean", "n"):
                if row[column] != other[column]:
                    sys.exit(f"{database}: {key[0]} by {key[1]} has {column} {row[column]}, and {other[column]} elsewhere")
    return found


def mark(row: dict[str, str]) -> str:
    if not row["difference"]:
        return ""
    low, high = float(row["difference_low"]), float(row["difference_high"])
    if low <= 0 <= high or row["direction"] == "neither":
        return ""
    return " ▲" if (low > 0) == (row["direction"] == "higher") else " ▼"


def value(row: dict[str, str] | None) -> str:
    if row is None or row["mean"] == "":
        return "–"
    places = 1 if row["unit"] == "%" else 2
    return f"{float(row['mean']):.{places}f}{mark(row)}"


def table(xai: str, found: dict[tuple[str, str], dict[str, str]], metrics: list[str]) -> str:
    listed = json.loads(output_of([xai, "list", "--json"]))
    descriptors = {entry["descriptor"]["id"]: entry["descriptor"] for entry in listed["explainers"]}
    titles = {entry["descriptor"]["id"]: entry["descriptor"]["title"] for entry in listed["metrics"]}
    names = list(dict.fromkeys(explainer for explainer, _ in found))
    directions = {metric: row["direction"] for (_, metric), row in found.items()}
    missing = [metric for metric in metrics if metric not in directions]
    if missing:
        sys.exit(f"no results by {', '.join(missing)}; there are {', '.join(directions)}")

    def place(name: str) -> float:
        row = found.get((name, metrics[0]))
        mean = float(row["mean"]) if row and row["mean"] else float("-inf")
        return mean if directions[metrics[0]] == "lower" else -mean

    heads = ["", "family", "class"] + [f"{titles[m.split(':')[0]]} {ARROWS[directions[m]]}".strip() for m in metrics]
    lines = [heads, ["---"] * 3 + ["---:"] * len(metrics)]
    for name in sorted(names, key=place):
        descriptor = descriptors[name.split(":")[0]]
        label = f"*{name}*" if descriptor["family"] == "baseline" else f"`{name}`"
        lines.append(
            [label, descriptor["family"], "yes" if descriptor["isClassSpecific"] else "no"]
            + [value(found.get((name, metric))) for metric in metrics])
    row = next(iter(found.values()))
    counts = sorted({int(r["n"]) for r in found.values()})
    said = f"{counts[-1]} maps per explainer" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} maps per explainer"
    source = f"{said}: {row['model']}, {row['data']}, split {row['split']}, sample {row['sample']}"
    seed = f", seed {row['sample_seed']}" if row["sample_seed"] else ""
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + f"\n\n{source}{seed}, target {row['target']}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("page", type=Path)
    parser.add_argument("table")
    parser.add_argument("databases", nargs="+")
    parser.add_argument("--metrics", nargs="+", default=["insertion", "deletion"])
    arguments = parser.parse_args()
    page = arguments.page.read_text()
    place = re.compile(rf"(<!-- table {re.escape(arguments.table)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(place.findall(page)) != 1:
        sys.exit(f"{arguments.page} has no place for table {arguments.table}")
    made = table(arguments.xai, collect(arguments.xai, arguments.databases), arguments.metrics)
    arguments.page.write_text(place.sub(lambda match: f"{match[1]}{made}{match[2]}", page))


if __name__ == "__main__":
    main()

"""Writes the tables of docs/leaderboard.md, docs/choosing.md and docs/cort.md from databases of `xai evaluate`, and nothing else.

    python3 Examples/Leaderboard/tables.py XAI DATABASES DOCS

XAI is the command, DATABASES the folder that `Examples/Leaderboard/run` filled. A page has a place for each table, from
`<!-- table KIND NAME... -->` to `<!-- end -->`; NAME is a database without `.sqlite`, or `metric:` and a metric:

    means      a row for each explainer: its means, the baseline random in italics, ▲ and ▼ where it is parted from it
    against    what `cort` has more than each other, with 95 % intervals; bold where it is parted from it
    metrics    a row for each metric: how many pairs of explainers it parts, and how it ranks beside insertion
    sources    a row for each database: model, data, numbers, hashes

"Parted" is Student's paired t-test over images, by Holm over the explainers (`metrics`: over all pairs), at 5 %.
"""

import argparse
import functools
import json
import re
import subprocess
import sys
from pathlib import Path

ARROWS = {"higher": "↑", "lower": "↓", "neither": ""}
PLACE = re.compile(r"(<!-- table ([^>]*?) -->\n).*?(<!-- end -->)", re.DOTALL)


@functools.cache
def section_of(xai: str, path: Path, baseline: str) -> "Section":
    """A page has several tables of a database, which is read once."""
    return Section(xai, path, baseline)


class Section:
    """The results of one database, with differences from one explainer."""

    def __init__(self, xai: str, path: Path, baseline: str):
        command = [xai, "report", str(path), "--format", "json", "--baseline", baseline]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit status {done.returncode}")
        (section,) = json.loads(done.stdout)["sections"]
        self.section = section
        self.experiment = section["experiment"]
        self.explainers = {e["specification"]: e["descriptor"] for e in self.experiment["explainers"]}
        self.metrics = {m["metric"]["specification"]: m for m in section["metrics"]}

    def rows(self, metric: str) -> dict[str, dict]:
        if metric not in self.metrics:
            sys.exit(f"no results by {metric}; there are {', '.join(self.metrics)}")
        return {row["explainer"]: row for row in self.metrics[metric]["rows"]}


def number(value: float, unit: str) -> str:
    return f"{value:.1f}" if unit == "%" else f"{value:.2f}"


def heading(metric: dict) -> str:
    descriptor = metric["metric"]["descriptor"]
    option = metric["metric"]["specification"].partition(":")[2]
    name = descriptor["title"] + (f", `{option}`" if option else "")
    return f"{name} {ARROWS[descriptor['direction']]}".strip()


def markdown(heads: list[str], rows: list[list[str]], left: int) -> str:
    lines = [heads, ["---"] * left + ["---:"] * (len(heads) - left), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def is_parted(row: dict) -> bool:
    return "comparison" in row and row["comparison"]["adjustedP"] < 0.05


def means(sections: dict[str, Section], chosen: list[str]) -> str:
    found = []
    for section in sections.values():
        metrics = chosen or list(section.metrics)
        for name, descriptor in section.explainers.items():
            if name not in [line[0] for line in found]:
                found.append((name, descriptor, section, metrics))
    first = found[0][3][0]
    direction = found[0][2].metrics[first]["metric"]["descriptor"]["direction"]

    def place(line: tuple) -> float:
        mean = line[2].rows(first)[line[0]].get("estimate", {}).get("mean", float("-inf"))
        return mean if direction == "lower" else -mean

    rows = []
    for name, descriptor, section, metrics in sorted(found, key=place):
        label = f"*{name}*" if descriptor["family"] == "baseline" else f"`{name}`"
        cells = [label, "yes" if descriptor["isClassSpecific"] else "no", str(section.section["evaluatedImages"])]
        for metric in metrics:
            row = section.rows(metric)[name]
            if "estimate" not in row:
                cells.append("–")
                continue
            mark = {"better": " ▲", "worse": " ▼"}.get(row.get("verdict"), "") if is_parted(row) else ""
            unit = section.metrics[metric]["metric"]["descriptor"]["unit"]
            cells.append(number(row["estimate"]["mean"], unit) + mark)
        rows.append(cells)
    heads = ["", "class", "n"] + [heading(found[0][2].metrics[m]) for m in found[0][3]]
    return markdown(heads, rows, 2)


def against(sections: dict[str, Section], chosen: list[str]) -> str:
    rows: dict[str, list[str]] = {}
    for section in sections.values():
        for name in section.explainers:
            if name != "cort" and name not in rows:
                rows[name] = [f"`{name}`"] + [difference(section, name, metric) for metric in chosen]
    first = next(iter(sections.values()))
    return markdown(["`cort` minus"] + [heading(first.metrics[m]) for m in chosen], list(rows.values()), 1)


def difference(section: Section, name: str, metric: str) -> str:
    """What `cort`, the baseline of the section, has more."""
    row = section.rows(metric)[name]
    if "difference" not in row:
        return "–"
    unit = section.metrics[metric]["metric"]["descriptor"]["unit"]
    interval = row["difference"]["interval"]
    values = [-row["difference"]["mean"], -interval["high"], -interval["low"]]
    mean, low, high = (f"{value:+.1f}" if unit == "%" else f"{value:+.2f}" for value in values)
    said = f"{mean} [{low}, {high}]".replace("-", "−")
    return f"**{said}**" if is_parted(row) else said


def ranks(values: list[float]) -> list[float]:
    """From 1; equal values share the mean of theirs."""
    return [(sum(v < value for v in values) + sum(v <= value for v in values) + 1) / 2 for value in values]


def correlation(a: list[float], b: list[float]) -> float:
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    product = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    square = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return product / square**0.5 if square > 0 else float("nan")


def metrics(sections: dict[str, Section], chosen: list[str]) -> str:
    (section,) = sections.values()
    means = {
        specification: {
            row["explainer"]: row["estimate"]["mean"] * (-1 if metric["metric"]["descriptor"]["direction"] == "lower" else 1)
            for row in metric["rows"] if "estimate" in row
        }
        for specification, metric in section.metrics.items()
    }
    rows = []
    for specification in chosen or section.metrics:
        metric = section.metrics[specification]
        own, insertion = means[specification], means["insertion"]
        shared = [name for name in own if name in insertion]
        pairs = metric.get("pairs") or []
        tested = [pair for index, row in enumerate(pairs) for pair in row[index + 1:] if pair]
        parted = sum(pair["adjustedP"] < 0.05 for pair in tested)
        unit = metric["metric"]["descriptor"]["unit"]
        stated = [row["estimate"]["mean"] for row in metric["rows"] if "estimate" in row]
        agreement = correlation(ranks([own[n] for n in shared]), ranks([insertion[n] for n in shared])) if len(shared) > 2 else float("nan")
        cannot = agreement != agreement or metric["metric"]["descriptor"]["direction"] == "neither"
        best = max(own, key=own.get) if own and not cannot else ""
        rows.append([
            heading(metric),
            f"{number(min(stated), unit)} to {number(max(stated), unit)}" if stated else "–",
            f"`{best}`" if best else "–",
            f"{parted} of {len(tested)}",
            "–" if cannot else f"{agreement:+.2f}".replace("-", "−"),
        ])
    return markdown(["metric", "means", "best", "pairs parted", "ranks as insertion"], rows, 3)


def sources(sections: dict[str, Section], chosen: list[str]) -> str:
    rows = []
    for name, section in sections.items():
        experiment = section.experiment
        data, model = experiment["data"], experiment["model"]
        rows.append([
            f"`{name}`", f"{model['name']} `{model['hash']}`", f"`{data['hash']}`", str(section.section["evaluatedImages"]),
            str(section.section["maps"]), str(len(section.explainers)), f"`{section.section['resultsHash']}`",
        ])
    return markdown(["database", "model", "data", "images", "maps per explainer", "explainers", "results hash"], rows, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xai")
    parser.add_argument("databases", type=Path)
    parser.add_argument("docs", type=Path)
    arguments = parser.parse_args()

    def fill(match: re.Match) -> str:
        kind, *words = match[2].split()
        names = [word for word in words if not word.startswith("metric:")]
        chosen = [word.removeprefix("metric:") for word in words if word.startswith("metric:")]
        paths = {name: arguments.databases / f"{name}.sqlite" for name in names}
        for path in paths.values():
            if not path.exists():
                sys.exit(f"{path} isn't there: Examples/Leaderboard/run makes it")
        baseline = "cort" if kind == "against" else "random"
        sections = {name: section_of(arguments.xai, path, baseline) for name, path in paths.items()}
        kinds = {"means": means, "against": against, "metrics": metrics, "sources": sources}
        if kind not in kinds:
            sys.exit(f"'{kind}' is no kind of table: {', '.join(kinds)}")
        return f"{match[1]}{kinds[kind](sections, chosen)}{match[3]}"

    for name in ("leaderboard.md", "choosing.md", "cort.md"):
        page = arguments.docs / name
        page.write_text(PLACE.sub(fill, page.read_text()))


if __name__ == "__main__":
    main()

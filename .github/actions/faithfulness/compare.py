"""Compares two CSV reports of xai: python3 compare.py REPORT EXPLAINER TOLERANCE [BASELINE]

Ends with 1 where the mean of the explainer fell by more than the tolerance, and its 95 % interval lies wholly below the mean of the
baseline; with 2 where the two can't be compared.
"""

import csv
import os
import sys


def row(path: str, explainer: str) -> dict:
    """The row of the explainer, by its whole name or its id."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [row for row in rows if row["explainer"] == explainer] or [
        row for row in rows if row["explainer"].split(":")[0] == explainer
    ]
    if len(found) != 1 or not found[0]["mean"]:
        sys.exit(refuse(f"{path} has {len(found)} rows of '{explainer}'; there are " + ", ".join(r["explainer"] for r in rows)))
    return found[0]


def refuse(text: str) -> int:
    print(f"::error::{text}")
    return 2


def main(report: str, explainer: str, tolerance: str, baseline: str = "") -> int:
    now = row(report, explainer)
    mean = float(now["mean"])
    if "GITHUB_OUTPUT" in os.environ:
        with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
            print(f"mean={mean}", file=file)
    print(f"{now['metric']} of {now['explainer']}: {mean} {now['unit']}, n {now['n']}")
    if not baseline:
        return 0
    before = row(baseline, explainer)
    for key in ("metric", "protocol_hash", "data_hash", "sample", "sample_seed", "target"):
        if now[key] != before[key]:
            return refuse(f"{baseline} is of another {key}: {before[key]} there, {now[key]} here")
    if now["direction"] != "higher":
        return refuse(f"{now['metric']} has no direction in which it falls")
    fall = float(before["mean"]) - mean
    high = float(now["high"] or mean)
    if fall > float(tolerance) and high < float(before["mean"]):
        print(f"::error::{now['metric']} of {now['explainer']} fell by {fall:.4f} {now['unit']}, from {before['mean']} to {mean}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Full curves of photographs, to hold adaptive ones against: of a database of `xai evaluate`, into curves.safetensors.

    xai evaluate -m vit-tiny-patch16-224 -d imagenet-val --sample 12 --seed 7 -e gmar -e grad-cam -e random \\
      --metric insertion --metric deletion --protocol rise -o rise.sqlite
    python Tests/Fixtures/curves/generate.py rise.sqlite 12

A tensor has the curves of a metric and an explainer, [pictures, points], in percent; the first 12 pictures are kept.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def main() -> None:
    database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    count = int(sys.argv[2])
    curves, pictures, protocols = defaultdict(list), {}, {}
    rows = database.execute(
        "SELECT metric, explainers.id, position, identifier, curve_y, metrics.id, protocol_hash FROM measurements"
        " JOIN metrics USING (metric) JOIN explainers USING (explainer) JOIN pictures USING (position)"
        " WHERE position < ? ORDER BY metric, explainer, position", (count,))
    for _, explainer, position, identifier, curve, metric, protocol in rows:
        curves[f"{metric}|{explainer}"].append(np.frombuffer(curve, "<f8").astype(np.float32))
        pictures[position] = identifier
        protocols[metric] = protocol
    experiment = json.loads(database.execute("SELECT value FROM meta WHERE key = 'experiment'").fetchone()[0])
    save_file(
        {name: np.stack(values) for name, values in curves.items()},
        Path(__file__).parent / "curves.safetensors",
        metadata={
            "model": experiment["model"]["name"], "protocols": json.dumps(protocols),
            "pictures": json.dumps([pictures[position] for position in sorted(pictures)]),
        })


if __name__ == "__main__":
    main()

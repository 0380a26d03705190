"""What ``xai evaluate`` found, out of its database (docs/evaluation.md)."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy


def _connect(path) -> sqlite3.Connection:
    file = Path(os.path.abspath(os.fspath(path)))
    if not file.is_file():
        raise FileNotFoundError(f"{path}: there is no such file")
    # Reading only: a run may be writing.
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)


def _frame(path, query: str, arguments=()):
    try:
        import pandas
    except ImportError as error:
        raise ImportError("frames need pandas: pip install pandas") from error
    with closing(_connect(path)) as database:
        return pandas.read_sql(query, database, params=arguments)


def results(path):
    """A pandas frame with a row per value: ``position``, ``picture``, ``label``, ``class``, ``explainer``, ``metric``, ``value`` and more."""
    return _frame(path, "SELECT * FROM results ORDER BY position, subject, explainer, metric")


def experiment(path) -> dict:
    """What decided the results: model, data, target, explainers and metrics with their protocols."""
    with closing(_connect(path)) as database:
        (text,) = database.execute("SELECT value FROM meta WHERE key = 'experiment'").fetchone()
    return json.loads(text)


def _number(database: sqlite3.Connection, kind: str, name: str) -> int:
    """The number of an explainer or metric by what it is called: as it is written in the experiment, or its id where one has it."""
    known = database.execute(f"SELECT {kind}, specification, id FROM {kind}s").fetchall()
    found = [number for number, text, _ in known if text == name] or [number for number, _, id in known if id == name]
    if len(found) != 1:
        raise KeyError(f"{len(found) or 'no'} {kind} is called '{name}'; there are " + ", ".join(text for _, text, _ in known))
    return found[0]


def maps(path, explainer: str) -> numpy.ndarray:
    """The maps of an explainer: images and classes × rows × columns; NaN where it failed."""
    grid = experiment(path)["model"]["grid"]
    shape = (grid["rows"], grid["columns"])
    with closing(_connect(path)) as database:
        number = _number(database, "explainer", explainer)
        rows = database.execute("SELECT scores FROM maps WHERE explainer = ? ORDER BY position, subject", (number,)).fetchall()
    nothing = numpy.full(shape, numpy.nan, numpy.float32)
    found = [numpy.frombuffer(blob, "<f4").reshape(shape) if blob else nothing for (blob,) in rows]
    return numpy.stack(found) if found else numpy.empty((0, *shape), numpy.float32)


def curves(path, explainer: str, metric: str):
    """The curves of a metric for an explainer: x, and images and classes × points; those that are missing are left out."""
    with closing(_connect(path)) as database:
        numbers = (_number(database, "explainer", explainer), _number(database, "metric", metric))
        rows = database.execute(
            "SELECT curve_x, curve_y FROM measurements JOIN metrics USING (metric) "
            "WHERE explainer = ? AND metric = ? AND curve_y IS NOT NULL ORDER BY position, subject",
            numbers,
        ).fetchall()
    if not rows:
        raise KeyError(f"{metric} has no curves")
    return numpy.frombuffer(rows[0][0], "<f8"), numpy.stack([numpy.frombuffer(y, "<f8") for _, y in rows])

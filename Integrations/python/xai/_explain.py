"""Maps of images, by one run of the command."""

import json
import tempfile
from dataclasses import dataclass, field

import numpy

from ._command import XAIError, run
from ._images import files


@dataclass(frozen=True)
class Map:
    """A map with what it is about; NumPy takes it for its scores."""

    image: int
    """Which of the images that were asked about."""
    explainer: str
    """As it is written, with the options that differ from the defaults."""
    scores: numpy.ndarray
    """One score per patch, float32, rows × columns."""
    meaning: str
    """What scores mean: ``signed`` (0 is neither for nor against the class), ``magnitude`` or ``relative`` (0 means nothing)."""
    target: dict
    """The class: ``index``, ``label``, ``logit`` and, where the model has any, ``probability``; empty for a backbone."""
    notes: list = field(default_factory=list)
    """What was assumed when the model was loaded."""

    def __array__(self, dtype=None, copy=None):
        return numpy.array(self.scores, dtype=dtype)

    def upsampled(self, height: int, width: int) -> numpy.ndarray:
        """The scores in another size, bilinear between the centres of patches, as overlays are drawn."""
        along = [_weights(count, size) for count, size in zip(self.scores.shape, (height, width))]
        return (along[0] @ self.scores @ along[1].T).astype(numpy.float32)


def _weights(count: int, size: int) -> numpy.ndarray:
    """The share that each of ``count`` values has in each of ``size`` places."""
    place = numpy.clip((numpy.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    below = numpy.minimum(place.astype(int), max(count - 2, 0))
    weights = numpy.zeros((size, count))
    weights[numpy.arange(size), below] = 1 - (place - below)
    weights[numpy.arange(size), numpy.minimum(below + 1, count - 1)] += place - below
    return weights


def explain(model, images, explainer=None, *, target="predicted", arguments=()) -> list:
    """The maps of images, in their order, and of each image by class and explainer.

    - ``model``: a directory, or the name of a repository in the Hugging Face cache.
    - ``images``: a path, an array of rows × columns × 3 bytes, one of Pillow's images, or several of these.
    - ``explainer``: one or several, such as ``"gmar:norm=l2"``; the command's default without it.
    - ``target``: one or several classes: ``predicted``, ``top:3``, an index, a name.
    - ``arguments``: more of the command's, such as ``["--classes-from", "texts.txt"]``.

    ``numpy.stack(xai.explain(…))`` is an array of maps × rows × columns, if one size of image was explained. Raises ``XAIError``
    with the command's words, also where one of several images fails; the maps of the others are in its ``maps``.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = files(images, folder)
        options = [part for name in _several(explainer) for part in ("-e", name)]
        options += [part for name in _several(target) for part in ("-t", str(name))]
        # A file for each map is what the command is made for; the lines hold all of it.
        options += ["--json", "--output-kind", "record", "-o", folder, *arguments]
        unique = list(dict.fromkeys(paths))
        try:
            text = run(["explain", "-m", model, *options, "--", *unique])
        except XAIError as error:
            error.maps = _maps(error.output, paths)
            raise
        return _maps(text, paths)


def _several(names) -> list:
    return [] if names is None else [names] if isinstance(names, (str, int)) else list(names)


def _maps(text: str, paths: list) -> list:
    records = {}
    for line in text.splitlines():
        record = json.loads(line)
        if "scores" in record:
            records.setdefault(record["image"], []).append(record)
    return [_map(record, number) for number, path in enumerate(paths) for record in records.get(path, [])]


def _map(record: dict, image: int) -> Map:
    grid = record["grid"]
    scores = numpy.array(record["scores"], numpy.float32).reshape(grid["rows"], grid["columns"])
    return Map(
        image, record["explainer"], scores, record.get("scoreMeaning", record.get("kind")),
        record.get("target") or {}, record.get("modelNotes", []) + record.get("notes", []),
    )

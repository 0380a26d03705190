"""Saliency maps of vision transformers as NumPy arrays, by the ``xai`` command.

    import xai

    maps = xai.explain("vit-base-patch16-224", "cat.jpg", ["attnlrp:preset=vit", "gmar"])
    maps[0].scores             # rows × columns of patches
    with xai.Session("vit-base-patch16-224") as session:      # the model stays in memory
        session.explain(["cat.jpg", "dog.jpg"], "gmar", target="tabby")
    xai.results("results.sqlite")                             # what xai evaluate found, a pandas frame

The command is that of the environment's ``XAI``, else the first ``xai`` of the path.
"""

from ._command import XAIError, command, version
from ._explain import Map, explain
from ._results import curves, experiment, maps, results
from ._session import Session

__all__ = ["Map", "Session", "XAIError", "command", "curves", "experiment", "explain", "maps", "results", "version"]

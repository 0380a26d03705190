"""A process that keeps a model in memory, asked over the JSON API of ``xai explore`` (docs/explore.md)."""

import http.client
import json
import os
import subprocess
import tempfile
from urllib.parse import parse_qs, quote, urlsplit

from ._command import XAIError, command, message
from ._explain import _map, _several
from ._images import png


class Session:
    """A model in memory: ``with xai.Session(model) as session: session.explain(image, "gmar")``.

    The command listens on 127.0.0.1 with a token that only this process knows, and ends with the session.
    """

    def __init__(self, model, *, arguments=()):
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [command(), "explore", os.fspath(model), "--no-open", "--quiet", *map(os.fspath, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors,
        )
        # The first line is the address, which is there once the model is loaded.
        address = urlsplit(self._process.stdout.readline().decode().strip())
        if not address.hostname:
            self._fail()
        self._place = (address.hostname, address.port)
        self._headers = {"Authorization": f"Bearer {parse_qs(address.query)['token'][0]}"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Ends the process."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def explain(self, images, explainer=None, *, target=None, against=None) -> list:
        """The maps of images, as ``xai.explain``; classes are ``predicted`` (None) or indices and names."""
        if isinstance(images, (str, bytes, os.PathLike)) or hasattr(images, "convert") or getattr(images, "ndim", 0) == 3:
            images = [images]
        maps = []
        for number, image in enumerate(images):
            identifier = self._add(image, number)
            for name in _several(target) or [None]:
                for text in _several(explainer) or [self._default()]:
                    question = {"image": identifier, "explainer": text, "target": self._class(name), "against": against}
                    answer = self.ask("map", **{key: value for key, value in question.items() if value is not None})
                    maps.append(_map(answer, number))
        return maps

    def predict(self, image, top: int = 5) -> list:
        """The likeliest classes: ``index``, ``label``, ``logit`` and ``probability`` of each."""
        return self.ask("answer", image=self._add(image, 0), top=top)["top"]

    def ask(self, path: str, **body) -> dict:
        """Asks anything of the API: ``session.ask("attention", image=…, row="readout")``."""
        return self._request("POST", path, json.dumps(body).encode())

    def describe(self) -> dict:
        """The model, and the explainers with their options."""
        return self._request("GET", "session")

    def _add(self, image, number: int) -> str:
        """Gives an image to the process, and its name there."""
        if isinstance(image, (str, os.PathLike)):
            name = os.path.basename(os.fspath(image))
            with open(image, "rb") as file:
                content = file.read()
        else:
            name, content = f"image-{number}.png", png(image)
        return self._request("POST", "images", content, {"X-Name": quote(name)})["id"]

    def _default(self) -> str:
        return self.describe()["models"][0]["defaultExplainer"]

    def _class(self, name):
        if name is None or name == "predicted" or isinstance(name, int):
            return None if name == "predicted" else name
        found = self._request("GET", f"classes?q={quote(name)}&limit=1000")
        for entry in found:
            if entry["label"] == name:
                return entry["index"]
        raise XAIError(f"no class is called '{name}'" + (f"; there is '{found[0]['label']}'" if found else ""), 64)

    def _request(self, method: str, path: str, body=None, headers=None):
        connection = http.client.HTTPConnection(*self._place)
        try:
            connection.request(method, f"/api/v1/{path}", body, {**self._headers, **(headers or {})})
            response = connection.getresponse()
            answer = json.loads(response.read() or b"{}")
        except OSError:
            if self._process.poll() is not None:
                self._fail()
            raise
        finally:
            connection.close()
        if response.status >= 400:
            raise XAIError(answer.get("error", {}).get("message", f"HTTP {response.status}"), response.status)
        return answer

    def _fail(self):
        status = self._process.wait()
        self._errors.seek(0)
        text = self._errors.read().decode("utf-8", "replace")
        self.close()
        raise XAIError(message(text, status), status)

"""Tests of the package: with the command that XAI names, the bundled model and scenes.

    XAI=…/xai python -m unittest discover -s tests
"""

import os
import re
import sys
import tempfile
import types
import unittest
from pathlib import Path
from unittest import mock

import numpy

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Integrations/python"))

import xai  # noqa: E402
from xai._images import png  # noqa: E402

MODEL = ROOT / "Examples/Demo/model"
SCENES = [ROOT / f"Examples/Demo/scenes/{name}.png" for name in ("heart-and-ring", "triangle-and-star")]


def decoded(data: bytes) -> numpy.ndarray:
    """The pixels of a PNG as written by the package: 8-bit RGB, rows without filters."""
    import struct
    import zlib

    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT")
    (size,) = struct.unpack(">I", data[start - 4 : start])
    rows = numpy.frombuffer(zlib.decompress(data[start + 4 : start + 4 + size]), numpy.uint8)
    return rows.reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


class Explaining(unittest.TestCase):
    def test_maps_are_those_of_the_command(self):
        with tempfile.TemporaryDirectory() as folder:
            xai._command.run(
                ["explain", "-m", MODEL, *SCENES, "-e", "gmar", "-e", "attnlrp:preset=vit", "-t", "top:2",
                 "--output-kind", "map", "-o", folder, "-q"])
            maps = xai.explain(MODEL, SCENES, ["gmar", "attnlrp:preset=vit"], target="top:2")
            self.assertEqual([map.image for map in maps], [0] * 4 + [1] * 4)
            self.assertEqual({map.meaning for map in maps}, {"magnitude", "signed"})
            for map in maps:
                name = f"{SCENES[map.image].stem}.{map.explainer.replace(':', '-')}.{map.target['index']}.map.npy"
                expected = numpy.load(Path(folder) / name)
                numpy.testing.assert_array_equal(map.scores, expected.reshape(9, 9))
        self.assertEqual(numpy.stack(maps).shape, (8, 9, 9))
        self.assertAlmostEqual(sum(map.target["probability"] for map in maps[:3:2]), 0.863, places=2)

    def test_images_may_be_in_memory_and_repeated(self):
        pixels = numpy.random.default_rng(1).integers(0, 256, (40, 30, 3), numpy.uint8)
        numpy.testing.assert_array_equal(decoded(png(pixels)), pixels)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "a.png"
            file.write_bytes(png(pixels))
            maps = xai.explain(MODEL, [file, pixels, file], "gmar")
            self.assertEqual([map.image for map in maps], [0, 1, 2])
            numpy.testing.assert_array_equal(maps[0].scores, maps[1].scores)
            numpy.testing.assert_array_equal(maps[0].scores, maps[2].scores)
            numpy.testing.assert_array_equal(maps[0].scores, xai.explain(MODEL, pixels, "gmar")[0].scores)
        for wrong in (pixels.astype(float), pixels[:, :, :2], pixels[:, :, 0]):
            with self.assertRaises(ValueError):
                png(wrong)

    def test_a_map_in_another_size_keeps_its_values_at_the_patches(self):
        (map,) = xai.explain(MODEL, SCENES[0], "gmar")
        numpy.testing.assert_allclose(map.upsampled(9, 9), map.scores, rtol=1e-6)
        large = map.upsampled(72, 72)
        self.assertEqual(large.shape, (72, 72))
        # Between the centres of two patches it is linear: naive, for one column.
        expected = numpy.interp((numpy.arange(72) + 0.5) / 8 - 0.5, numpy.arange(9), map.scores[:, 0])
        numpy.testing.assert_allclose(large[:, 0], expected, rtol=1e-5)

    def test_errors_have_the_words_of_the_command(self):
        with self.assertRaises(xai.XAIError) as caught:
            xai.explain(MODEL, SCENES[0], "gmar:nrm=l2")
        self.assertEqual(caught.exception.status, 64)
        self.assertIn("did you mean 'norm'?", str(caught.exception))
        self.assertFalse(str(caught.exception).startswith("Error"))
        with tempfile.TemporaryDirectory() as folder:
            broken = Path(folder) / "broken.png"
            broken.write_bytes(b"no image")
            with self.assertRaises(xai.XAIError) as caught:
                xai.explain(MODEL, [broken, SCENES[0]], "gmar")
        self.assertEqual([map.image for map in caught.exception.maps], [1])
        with mock.patch.dict(os.environ, {"XAI": "/nowhere/xai"}), self.assertRaises(FileNotFoundError):
            xai.version()


class Results(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = f"{cls.folder.name}/results.sqlite"
        xai._command.run(
            ["evaluate", "-m", MODEL, "-d", "shapes:size=72", "--sample", "6", "-e", "gmar", "-e", "centre",
             "--metric", "insertion", "--metric", "average-drop", "-o", cls.path, "-q", "--shard", "none"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_maps_curves_and_what_was_evaluated(self):
        self.assertEqual(xai.experiment(self.path)["data"]["sampleCount"], 6)
        maps = xai.maps(self.path, "gmar")
        self.assertEqual(maps.shape, (6, 9, 9))
        x, y = xai.curves(self.path, "gmar", "insertion")
        self.assertEqual((y.shape, x[0], x[-1]), ((6, len(x)), 0, 100))
        for read in (lambda: xai.maps(self.path, "lime"), lambda: xai.curves(self.path, "gmar", "average-drop")):
            with self.assertRaises(KeyError):
                read()
        with self.assertRaises(FileNotFoundError):
            xai.maps(self.path + ".none", "gmar")
        self.assertEqual(os.listdir(self.folder.name), ["results.sqlite"])

    def test_a_frame_has_a_row_per_value(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(ImportError, "pip install pandas"):
                xai.results(self.path)
            return
        frame = xai.results(self.path)
        self.assertEqual(len(frame), 6 * 2 * 2)
        text = xai._command.run(["report", self.path, "-f", "csv"])
        mean = frame.pivot_table(index="explainer", columns="metric", values="value").loc["gmar"].iloc[-1]
        self.assertIn(f"{mean:.6f}", text)

    def test_recipes(self):
        """The recipes of docs/integrations.md run as they stand: with the real libraries where they are, else with stand-ins."""
        text = (ROOT / "docs/integrations.md").read_text()
        blocks = re.findall(r"<!-- recipe: (\w+) -->\n```python\n(.*?)```", text, re.S)
        self.assertEqual([name for name, _ in blocks], ["mlflow", "wandb", "tensorboard"])
        for name, code in blocks:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.assertLessEqual(code.count("\n"), 12)
                calls = mock.MagicMock()
                modules, results = {}, xai.results
                if not available(name):
                    results = calls
                    modules = {"mlflow": calls, "wandb": calls, "torch": calls, "torch.utils": calls,
                               "torch.utils.tensorboard": calls}
                here = os.getcwd()
                os.chdir(folder)
                environment = {"WANDB_MODE": "offline", "MLFLOW_TRACKING_URI": f"file:{folder}/mlruns", "WANDB_SILENT": "true",
                               "MLFLOW_ALLOW_FILE_STORE": "true"}
                try:
                    with mock.patch.dict(sys.modules, modules), mock.patch.dict(os.environ, environment), mock.patch(
                        "xai.results", results
                    ):
                        exec(compile(code, name, "exec"), {"model": str(MODEL), "image": str(SCENES[0]), "database": self.path})
                finally:
                    os.chdir(here)
                if modules:
                    self.assertTrue(calls.mock_calls)
                else:
                    self.assertTrue([file for file in Path(folder).rglob("*") if file.is_file()], name)


def available(name: str) -> bool:
    """Whether the library of a recipe is there."""
    module = {"tensorboard": "torch.utils.tensorboard"}.get(name, name)
    try:
        __import__(module)
        __import__("pandas")
        return isinstance(sys.modules[module], types.ModuleType)
    except ImportError:
        return False


class Sessions(unittest.TestCase):
    def setUp(self):
        try:
            xai._command.run(["explore", "--help"])
            if "explore" not in xai._command.run(["--help"]):
                raise xai.XAIError("", 64)
        except xai.XAIError:
            self.skipTest("this xai has no explore")

    def test_a_session_gives_the_maps_of_the_command(self):
        with xai.Session(MODEL) as session:
            maps = session.explain(SCENES, ["gmar", "attnlrp:preset=vit"], target=["predicted", 6])
            for map in maps:
                (expected,) = xai.explain(MODEL, SCENES[map.image], map.explainer, target=map.target["index"])
                numpy.testing.assert_allclose(map.scores, expected.scores, rtol=1e-5, atol=1e-7)
                self.assertEqual(map.meaning, expected.meaning)
            by_name = session.explain(SCENES[0], "gmar", target="heart")
            self.assertEqual(by_name[0].target["index"], 6)
            array = numpy.zeros((72, 72, 3), numpy.uint8)
            self.assertEqual(session.explain(array, "gmar")[0].scores.shape, (9, 9))
            self.assertEqual([entry["index"] for entry in session.predict(SCENES[0], top=2)], [5, 6])
            with self.assertRaises(xai.XAIError):
                session.explain(SCENES[0], "gmar:nrm=l2")
            with self.assertRaisesRegex(xai.XAIError, "no class is called"):
                session.explain(SCENES[0], "gmar", target="hear")
            process = session._process
        self.assertIsNotNone(process.returncode)

    def test_a_model_that_is_not_there(self):
        with self.assertRaises(xai.XAIError) as caught:
            xai.Session("/nowhere/model")
        self.assertIn("/nowhere/model", str(caught.exception))


if __name__ == "__main__":
    unittest.main()

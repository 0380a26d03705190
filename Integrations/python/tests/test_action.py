"""The GitHub Action: its comparison, and that its steps name what is there."""

import contextlib
import io
import runpy
import subprocess
import tempfile
import unittest
from pathlib import Path

ACTION = Path(__file__).resolve().parents[3] / ".github/actions/faithfulness"
COLUMNS = ["data_hash", "sample", "sample_seed", "target", "explainer", "metric", "unit", "direction", "n", "mean", "high", "protocol_hash"]


class Action(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def report(self, name: str, mean: str, high: str, **changes) -> str:
        path = f"{self.folder.name}/{name}"
        rows = [
            {"explainer": "random", "mean": "1", "high": "2"},
            {"explainer": "attnlrp:preset=vit", "mean": mean, "high": high},
        ]
        rest = {"data_hash": "d", "sample": "9", "sample_seed": "0", "target": "predicted", "metric": "insertion", "unit": "%",
                "direction": "higher", "n": "9", "protocol_hash": "p", **changes}
        lines = [COLUMNS] + [[{**rest, **row}[column] for column in COLUMNS] for row in rows]
        Path(path).write_text("\r\n".join(",".join(line) for line in lines) + "\r\n")
        return path

    def status(self, *arguments) -> int:
        compare = runpy.run_path(str(ACTION / "compare.py"))
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return compare["main"](*arguments)
        except SystemExit as end:
            return end.code

    def test_a_fall_fails_where_it_is_more_than_tolerance_and_chance(self):
        before = self.report("before.csv", "40", "44")
        for mean, high, tolerance, status in [
            ("41", "45", "0", 0), ("40", "44", "0", 0), ("39", "40.5", "0", 0), ("39", "39.9", "0", 1), ("39", "39.9", "1", 0),
            ("30", "33", "1", 1),
        ]:
            now = self.report("now.csv", mean, high)
            self.assertEqual(self.status(now, "attnlrp:preset=vit", tolerance, before), status, (mean, high, tolerance))
            self.assertEqual(self.status(now, "attnlrp", tolerance, before), status)
            self.assertEqual(self.status(now, "attnlrp", tolerance), 0)

    def test_what_cannot_be_compared_is_refused(self):
        before = self.report("before.csv", "40", "44")
        for change in ({"protocol_hash": "q"}, {"data_hash": "e"}, {"sample": "8"}, {"target": "label"}):
            self.assertEqual(self.status(self.report("now.csv", "41", "45", **change), "attnlrp", "0", before), 2)
        both = {"direction": "lower"}
        lower = self.report("lower.csv", "41", "45", **both)
        self.assertEqual(self.status(lower, "attnlrp", "0", self.report("before.csv", "40", "44", **both)), 2)
        self.assertEqual(self.status(before, "gmar", "0"), 2)

    def test_the_steps_are_bash(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("there is no PyYAML")
        action = yaml.safe_load((ACTION / "action.yml").read_text())
        self.assertEqual(action["runs"]["using"], "composite")
        for step in action["runs"]["steps"]:
            self.assertEqual(step["shell"], "bash")
            subprocess.run(["bash", "-n"], input=step["run"].encode(), check=True)
            # What users give reaches the shell by variables alone: it can't be a command.
            self.assertNotIn("${{", step["run"])
            for name, value in step["env"].items():
                inputs = value.split("inputs.")[1:]
                for text in inputs:
                    self.assertIn(text.split(" ")[0], action["inputs"], name)


if __name__ == "__main__":
    unittest.main()

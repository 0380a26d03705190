"""What the tests of the page of `xai report` share: a page of real results, opened from its file, and a browser."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
XAI = os.environ.get("XAI", str(ROOT / ".build/release/xai"))
MODEL = ROOT / "Examples/Demo/model"
EXPLAINERS = ["attention-rollout", "gmar", "grad-cam", "attnlrp", "occlusion", "random"]
METRICS = ["insertion", "deletion", "average-drop", "pointing-game", "entropy"]
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def evaluate(folder, count=12):
    """A database of the bundled model on scenes with two objects, whose masks are known."""
    path = Path(folder) / "results.sqlite"
    options = [word for name in EXPLAINERS for word in ("--explainer", name)]
    options += [word for name in METRICS for word in ("--metric", name)]
    subprocess.run(
        [XAI, "evaluate", "--model", str(MODEL), "--data", "shapes:size=72", "--split", "pairs", "--target", "objects",
         "--sample", str(count), "--heads", "--output", str(path), "--quiet", *options], check=True)
    return path


def report(database, form="html"):
    """The report of a database as a file beside it."""
    path = database.with_suffix("." + form)
    subprocess.run([XAI, "report", str(database), "-f", form, "-o", str(path), "--quiet"], check=True)
    return path


class ReportTest(unittest.TestCase):
    """A test on a page of its own, without a network. It fails where the browser had anything to complain of."""

    viewport = {"width": 1280, "height": 800}

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.database = evaluate(folder.name)
        cls.file = report(cls.database)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.context = self.browser.new_context(viewport=self.viewport, offline=True)
        self.addCleanup(self.context.close)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text)
                     if message.type in ("error", "warning") else None)
        self.page.goto(self.file.as_uri())
        self.images = self.page.locator("#part-1-images")
        self.dialog = self.page.get_by_role("dialog")

    def tearDown(self):
        self.assertEqual(self.complaints, [])

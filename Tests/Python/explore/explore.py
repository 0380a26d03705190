"""What the tests of `xai explore` share: a server on the bundled model, the command's own numbers, and a browser."""

import json
import math
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
XAI = os.environ.get("XAI", str(ROOT / ".build/release/xai"))
MODEL = ROOT / "Examples/Demo/model"
SCENES = ROOT / "Examples/Demo/scenes"
SCENE = SCENES / "heart-and-ring.png"
#: What a slow machine may take for one step. No verdict depends on it but that of a page that hangs.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


class Server:
    """A running `xai explore`."""

    def __init__(self, *arguments, xai=XAI):
        self.process = subprocess.Popen(
            [xai, "explore", *map(str, arguments), "--no-open", "--quiet"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"http://\S+", line):
                self.address = found[0]
                return
        raise RuntimeError(f"xai explore printed no address: {said}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def explain(image, *arguments, model=MODEL):
    """What `xai explain` says of an image: a record per map."""
    with tempfile.TemporaryDirectory() as folder:
        lines = subprocess.run(
            [XAI, "explain", "-m", str(model), str(image), "--json", "--output-kind", "map,overlay", "-o", folder,
             *map(str, arguments)],
            check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


# As the page writes numbers: Sources/XAIExplore/Page/numbers.js.

def percent(probability):
    share = 100 * probability
    if 0 < share < 0.01:
        return "< 0.01 %"
    return f"{share:.2f} %" if share < 0.1 else f"{share:.1f} %"


def number(text):
    """The number that a text of the page begins with, with its own minus sign."""
    return float(re.match(r"[<\s]*(−?[\d.]+(?:e[−-]?\d+)?)", text)[1].replace("−", "-"))


class PageTest(unittest.TestCase):
    """A test on a page of its own. It fails where the browser had anything to complain of."""

    arguments = [MODEL, SCENES]
    viewport = {"width": 1280, "height": 900}
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.complaints, self.hosts = [], set()
        self.context = self.browser.new_context(viewport=self.viewport, accept_downloads=True, **self.options)
        self.addCleanup(self.context.close)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda message: message.type in ("error", "warning")
                     and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # The browser itself notes each answer that is no success; a question that a newer one replaces has such.
        self.page.on("response", lambda response: response.status == 409
                     and self.complaints.append(f"superseded: {response.url} {response.request.post_data}"))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2])
                     if request.url.startswith("http") else None)

    def tearDown(self):
        self.assertEqual(self.complaints, [])
        # Nothing is fetched from anywhere else.
        self.assertLessEqual(self.hosts, {self.server.address.split("/")[2]})

    def open(self, view="", tour=False):
        """Opens a view; the first image of the folder that fits its name is chosen where none is said."""
        if not tour:
            self.page.add_init_script("if (location.hostname) localStorage.setItem('xai-explore-tour', 'seen')")
        self.page.goto(self.server.address + ("#" + view if view else ""))
        self.settle()

    def settle(self):
        """Waits until the map is there."""
        expect(self.page.locator("#legend .legend")).to_be_visible()
        expect(self.page.locator("#stage")).to_have_attribute("aria-busy", "false")
        expect(self.page.locator("#bars li").first).to_be_visible()

    def choose(self, image=SCENE):
        self.page.locator(".thumb", has_text=image.name).click()
        expect(self.page.locator("#caption")).to_contain_text(image.name)
        self.settle()

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).click()
        return self.page.locator("[role=tabpanel]:visible")

    def bars(self):
        """The bars: label and what is written beside it."""
        return [(bar.locator(".label").inner_text(), bar.locator(".number").inner_text())
                for bar in self.page.locator("#bars li").all()]

    def bar(self, label):
        return self.page.locator("#bars li", has=self.page.locator(".label", has_text=re.compile(f"^{label}$")))

    def patch(self, index, columns=9, rows=9):
        """Where the middle of a patch is on the screen."""
        marks = self.page.locator("#picture .marks")
        marks.scroll_into_view_if_needed()
        box = marks.bounding_box()
        return (box["x"] + (index % columns + 0.5) * box["width"] / columns,
                box["y"] + (index // columns + 0.5) * box["height"] / rows)

    def read(self, patch):
        """The score that the page tells of a patch that is pointed at."""
        self.page.mouse.move(1, 1)
        self.page.mouse.move(*self.patch(patch))
        value = self.page.locator("#value")
        expect(value).to_contain_text(f"Row {patch // 9}, column {patch % 9}")
        return number(value.inner_text().split(": ", 1)[1])

    def check_scores(self, scores, patches=(0, 13, 40, 61, 80)):
        """Compares scores with those that the page tells, which have three digits."""
        highest = max(range(len(scores)), key=scores.__getitem__)
        for patch in {*patches, highest}:
            self.assertTrue(math.isclose(self.read(patch), scores[patch], rel_tol=0.006, abs_tol=1e-6),
                            f"patch {patch}: {self.read(patch)} on the page, {scores[patch]} by the command")

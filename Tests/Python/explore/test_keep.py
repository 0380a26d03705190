"""The panel "Keep": code, files, the page of its own."""

import io
import json
import re
import shlex
import subprocess
import tempfile
import xml.etree.ElementTree
from pathlib import Path

import numpy
from PIL import Image
from playwright.sync_api import expect

from explore import MODEL, PageTest, SCENE, SCENES, XAI, explain


class Keep(PageTest):
    options = {"permissions": ["clipboard-read", "clipboard-write"]}

    def start(self, view="tab=keep&explainer=gmar:norm=l2"):
        self.open(view)
        self.choose()
        self.panel = self.page.locator("#panel-keep")
        expect(self.panel.locator("pre").first).to_contain_text("xai explain")

    def save(self, name):
        with self.page.expect_download() as download:
            self.panel.get_by_role("button", name=name, exact=True).click()
        path = Path(tempfile.mkdtemp()) / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def test_the_command_makes_the_map(self):
        self.start()
        self.panel.get_by_role("button", name="Copy command").click()
        expect(self.panel.get_by_role("button", name="Copied")).to_be_visible()
        command = shlex.split(self.page.evaluate("navigator.clipboard.readText()"))
        self.assertEqual(command[:2], ["xai", "explain"])
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([XAI, *command[1:], "-q", "--output-kind", "map", "-o", folder], check=True)
            wanted = numpy.load(next(Path(folder).glob("*.npy")))
        kept = numpy.load(self.save("Save NPY"))
        numpy.testing.assert_allclose(kept, wanted, rtol=1e-6)

    def test_files_hold_what_is_shown(self):
        self.start()
        record = explain(SCENE, "-e", "gmar:norm=l2")[0]
        kept = json.loads(self.save("Save JSON").read_text())
        numpy.testing.assert_allclose(kept["scores"], record["scores"], rtol=1e-5)
        self.assertEqual(kept["target"]["label"], record["target"]["label"])
        svg = xml.etree.ElementTree.parse(self.save("Save SVG")).getroot()
        self.assertTrue(svg.tag.endswith("svg"))
        picture = Image.open(self.save("Save PNG"))
        self.assertGreaterEqual(picture.width, 288)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([XAI, "explain", "-q", "-m", MODEL, SCENE, "-e", "gmar:norm=l2", "-o", folder], check=True)
            wanted = Image.open(next(Path(folder).glob("*.overlay.png")))
            self.assertEqual(picture.size, wanted.size)
            difference = abs(numpy.asarray(picture.convert("RGB"), int) - numpy.asarray(wanted.convert("RGB"), int))
            self.assertLessEqual(difference.max(), 1)

    def test_a_link_shows_the_same(self):
        self.start("tab=keep&explainer=grad-cam&drawing=patches")
        self.panel.get_by_role("button", name="Copy link").click()
        link = self.page.evaluate("navigator.clipboard.readText()")
        scores = [self.read(patch) for patch in (3, 40)]
        self.page.goto("about:blank")
        self.page.goto(link)
        self.settle()
        self.assertEqual([self.read(patch) for patch in (3, 40)], scores)
        expect(self.page.get_by_label("by patches")).to_be_checked()
        expect(self.page.locator("#caption")).to_contain_text(SCENE.name)

    def test_a_page_of_its_own_needs_no_server(self):
        hostile = "<img src=x onerror=document.title='run'>.png"
        changed = io.BytesIO()
        Image.open(SCENE).rotate(180).save(changed, "PNG")
        self.open("tab=keep")
        self.page.locator("#file").set_input_files({"name": hostile, "mimeType": "image/png", "buffer": changed.getvalue()})
        expect(self.page.locator("#caption")).to_contain_text("<img src=x")
        self.panel = self.page.locator("#panel-keep")
        self.settle()
        for tab in ["Hide", "Attention", "Methods"]:
            panel = self.tab(tab)
            expect(panel.locator("figure.curves, .head-cell, table.agreement").first).to_be_visible()
        expect(self.page.locator("table.agreement tbody tr")).to_have_count(4)
        headline = self.page.locator("#headline").inner_text()
        # The button lies in the panel Keep; the page holds the panel that was open before it.
        self.tab("Keep")
        path = self.save("Save page")
        text = path.read_text()
        self.assertNotIn("<script", text)
        self.assertIsNone(re.search(r"\s(src|href)=\"(?!data:)", text))
        other = self.context.new_page()
        requests = []
        other.on("request", lambda request: requests.append(request.url)
                 if not request.url.startswith(("file:", "data:")) else None)
        other.goto(path.as_uri())
        self.assertIn(headline, other.locator("body").inner_text())
        self.assertEqual(requests, [])
        self.assertTrue(other.title().startswith("<img src=x"))
        self.assertGreater(other.locator("img.composed").evaluate("each => each.naturalWidth"), 100)
        self.assertIn("Agreement", other.locator("body").inner_text())
        self.assertLessEqual(other.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)

    def test_swift_and_python_are_there(self):
        self.start()
        texts = self.panel.locator("pre").all_inner_texts()
        self.assertIn("import XAI", texts[1])
        compile(texts[2], "kept.py", "exec")

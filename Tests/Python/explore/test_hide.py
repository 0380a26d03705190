"""The panel "Hide": brush, slider, curves."""

import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from explore import MODEL, PageTest, SCENE, explain, percent

#: The side of a patch of the bundled model, whose input is 72 × 72 pixels.
SIDE = 8


def setUpModule():
    """An image of exactly the model's input, so that patches that are black in the file are those that are hidden."""
    global folder, small
    folder = tempfile.TemporaryDirectory()
    small = Path(folder.name) / "small.png"
    Image.open(SCENE).convert("RGB").resize((72, 72), Image.Resampling.BICUBIC).save(small)


def tearDownModule():
    folder.cleanup()


def by_command(hidden, label):
    """The probability of a class, by the command on a file in which patches are black."""
    picture = Image.open(small)
    for patch in hidden:
        picture.paste((0, 0, 0), (patch % 9 * SIDE, patch // 9 * SIDE, (patch % 9 + 1) * SIDE, (patch // 9 + 1) * SIDE))
    path = Path(folder.name) / "hidden.png"
    picture.save(path)
    return percent(explain(path, "-t", label)[0]["target"]["probability"])


class Hide(PageTest):
    @classmethod
    def setUpClass(cls):
        cls.arguments = [MODEL, small]
        super().setUpClass()

    def start(self, view="tab=hide&fill=black"):
        self.open(view)
        self.label = self.bars()[0][0]

    def paint(self, *patches):
        self.page.mouse.move(*self.patch(patches[0]))
        self.page.mouse.down()
        for patch in patches[1:]:
            self.page.mouse.move(*self.patch(patch), steps=4)
        self.page.mouse.up()

    def expect_number(self, text, whole=False):
        """Waits for the number at the bar of the class."""
        expect(self.bar(self.label).locator(".number")).to_have_text(text if whole else re.compile(f"→ {re.escape(text)}$"))

    def test_a_stroke_moves_the_bars_as_a_file_with_black_patches_would(self):
        self.start()
        before = self.bars()[0][1]
        self.paint(48, 51)
        self.expect_number(by_command([48, 49, 50, 51], self.label))
        self.assertIn("4 patches hidden", self.page.locator("#condition").inner_text())
        self.paint(57)
        self.expect_number(by_command([48, 49, 50, 51, 57], self.label))
        panel = self.page.locator("#panel-hide")
        panel.get_by_role("button", name="Undo").click()
        self.expect_number(by_command([48, 49, 50, 51], self.label))
        panel.get_by_role("button", name="Redo").click()
        self.expect_number(by_command([48, 49, 50, 51, 57], self.label))
        # A stroke that begins on a hidden patch gives back.
        self.paint(48, 49)
        self.expect_number(by_command([50, 51, 57], self.label))
        panel.get_by_role("button", name="Reset").click()
        self.expect_number(before, whole=True)

    def test_only_what_is_kept_is_seen(self):
        self.start()
        self.page.get_by_label("keeps only").check()
        self.expect_number(by_command(range(81), self.label))
        self.paint(47, 53)
        kept = set(range(47, 54))
        self.expect_number(by_command(set(range(81)) - kept, self.label))

    def test_keys_paint(self):
        self.start()
        self.page.locator("#picture .marks").focus()
        self.page.keyboard.press("Space")
        self.expect_number(by_command([40], self.label))
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.press("Enter")
        self.expect_number(by_command([40, 41], self.label))
        self.page.keyboard.press("Control+z")
        self.expect_number(by_command([40], self.label))

    def test_the_slider_is_the_deletion_curve(self):
        self.start()
        chart = self.page.locator("figure.curves").first
        expect(chart).to_contain_text("Deletion")
        chart.locator("summary").click()
        rows = [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in chart.locator("tbody tr").all()]
        self.assertEqual(rows[0][1], self.bars()[0][1])
        scores = explain(small)[0]["scores"]
        order = sorted(range(81), key=lambda patch: (-scores[patch], patch))
        slider = self.page.get_by_label("Hide the highest", exact=True)
        for share, own, *_ in rows[1:4]:
            count = round(81 * float(share.split()[0]) / 100)
            slider.fill(share.split()[0])
            self.expect_number(own)
            self.assertEqual(own, by_command(order[:count], self.label))
            self.assertIn(f"{count} patches", self.page.locator("#panel-hide .slider output").inner_text())
            expect(chart.locator("circle")).to_have_attribute("visibility", "visible")
        expect(self.page.locator("#sentence")).to_contain_text("of the patches")

    def test_curves_give_way_to_strokes_and_come_back(self):
        self.start("tab=keep&fill=black")
        self.page.get_by_role("tab", name="Hide").click()
        for patch in (10, 12, 14, 16):
            self.paint(patch)
        self.expect_number(by_command([10, 12, 14, 16], self.label))
        expect(self.page.locator("figure.curves")).to_have_count(2)

    def test_the_view_is_in_the_address(self):
        self.start()
        self.paint(48, 51)
        wanted = by_command([48, 49, 50, 51], self.label)
        self.expect_number(wanted)
        self.page.wait_for_url(re.compile("hidden=48-51"))
        address = self.page.url
        self.page.goto("about:blank")
        self.page.goto(address)
        self.settle()
        self.expect_number(wanted)
        expect(self.page.get_by_role("tab", name="Hide")).to_have_attribute("aria-selected", "true")

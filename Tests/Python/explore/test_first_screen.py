"""The first screen: classes, map, methods, options, agreement, images."""

import io
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy
from PIL import Image
from playwright.sync_api import expect

from explore import MODEL, PageTest, SCENE, XAI, explain, number, percent


def ranks(values):
    """Ranks with the mean of equal ones."""
    values = numpy.asarray(values)
    return numpy.array([(values < value).sum() + ((values == value).sum() - 1) / 2 for value in values])


class FirstScreen(PageTest):
    def test_classes_are_the_commands(self):
        self.open()
        self.choose()
        wanted = [(each["target"]["label"], percent(each["target"]["probability"]))
                  for each in explain(SCENE, "-t", "top:5")]
        self.assertEqual(self.bars(), wanted)
        self.assertIn(f"The model says {wanted[0][0]}, {wanted[0][1]}", self.page.locator("#headline").inner_text())

    def test_scores_under_the_pointer_are_the_commands(self):
        self.open()
        self.choose()
        record = explain(SCENE)[0]
        self.check_scores(record["scores"])
        bound = max(map(abs, record["scores"]))
        ends = self.page.locator("#legend .ends span").all_inner_texts()
        self.assertAlmostEqual(number(ends[0]), -bound, delta=0.006 * bound)
        self.assertEqual(ends[1], "0")
        self.assertIn(record["target"]["label"], ends[0])

    def test_keys_read_patches(self):
        self.open()
        self.choose()
        scores = explain(SCENE)[0]["scores"]
        self.page.locator("#picture .marks").focus()
        for key in ["ArrowLeft", "ArrowUp", "ArrowLeft"]:  # The first key shows the patch in the middle.
            self.page.keyboard.press(key)
        expect(self.page.locator("#announcement")).to_contain_text("Row 3, column 3")
        said = self.page.locator("#value").inner_text()
        self.assertAlmostEqual(number(said.split(": ", 1)[1]), scores[3 * 9 + 3], delta=0.006 * abs(scores[30]))

    def test_another_class_by_its_bar_and_by_search(self):
        self.open()
        self.choose()
        self.bar("heart").locator("button").click()
        self.settle()
        record = explain(SCENE, "-t", "heart")[0]
        expect(self.page.locator("#legend")).to_contain_text("for heart")
        self.check_scores(record["scores"])
        self.page.get_by_label("Explain another class").fill("cresc")
        self.page.locator("#search .found button").first.click()
        expect(self.page.locator("#legend")).to_contain_text("for crescent")
        self.settle()
        self.check_scores(explain(SCENE, "-t", "crescent")[0]["scores"])
        self.assertEqual(self.page.locator("#bars [aria-pressed=true] .label").inner_text(), "crescent")

    def test_another_method_and_its_options(self):
        self.open()
        self.choose()
        self.page.locator("#methods .method", has_text=re.compile("^GMAR$")).click()
        expect(self.page.locator("#chosen b")).to_have_text("GMAR")
        self.settle()
        self.check_scores(explain(SCENE, "-e", "gmar")[0]["scores"])
        self.page.locator("#chosen summary").click()
        self.page.get_by_label("norm", exact=True).select_option("l2")
        expect(self.page.locator("#chosen b")).to_have_text("GMAR · norm=l2")
        self.settle()
        self.check_scores(explain(SCENE, "-e", "gmar:norm=l2")[0]["scores"])

    def test_colours_are_the_commands(self):
        self.open("explainer=gmar&drawing=patches&strength=1")
        self.choose()
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([XAI, "explain", "-q", "-m", MODEL, SCENE, "-e", "gmar", "--output-kind", "heat-map",
                            "--upsampling", "nearest", "--no-colour-bar", "-o", folder], check=True)
            wanted = numpy.asarray(Image.open(next(Path(folder).iterdir())).convert("RGB")).astype(int)[16::32, 16::32]
        drawn = self.page.evaluate("""() => {
            const map = document.querySelector('#picture canvas.map');
            return Array.from(map.getContext('2d').getImageData(0, 0, map.width, map.height).data); }""")
        drawn = numpy.array(drawn).reshape(9, 9, 4)
        self.assertTrue((drawn[..., 3] == 255).all())
        self.assertLessEqual(abs(drawn[..., :3] - wanted).max(), 3)

    def test_methods_that_ignore_the_class_say_so(self):
        self.open()
        flat = self.page.locator("#methods li", has_text="same for every class")
        self.assertIn("Attention Rollout", " ".join(flat.all_inner_texts()))
        self.assertNotIn("AttnLRP", " ".join(flat.all_inner_texts()))
        self.assertEqual(self.page.locator("#methods h3").all_inner_texts()[0].lower(), "at once")

    def test_agreement_of_pinned_methods(self):
        self.open("pins=gmar|attnlrp:preset=vit|grad-cam")
        self.choose()
        table = self.page.locator("table.agreement")
        expect(table.locator("tbody tr")).to_have_count(3)
        target = explain(SCENE)[0]["target"]["index"]
        maps = [explain(SCENE, "-e", each, "-t", f"index:{target}")[0]["scores"]
                for each in ["gmar", "attnlrp:preset=vit", "grad-cam"]]
        wanted = numpy.corrcoef([ranks(scores) for scores in maps])
        for row in range(3):
            cells = table.locator("tbody tr").nth(row).locator("td").all()
            for column, cell in enumerate(cells):
                if row != column:
                    self.assertAlmostEqual(float(cell.get_attribute("data-value")), wanted[row, column], places=4)

    def test_at_most_four_pins(self):
        self.open()
        self.choose()
        for name in ["Raw Attention", "Attention Rollout", "LeGrad"]:
            self.page.get_by_role("button", name=f"Pin {name}", exact=True).click()
        expect(self.page.locator("#panel-methods .card")).to_have_count(4)
        self.assertIn("LeGrad", self.page.locator("#panel-methods .cards").inner_text())

    def test_images_are_chosen_pasted_and_dropped(self):
        self.open()
        self.choose()
        picture = Image.open(SCENE).rotate(90)
        data = io.BytesIO()
        picture.save(data, "PNG")
        before = self.page.locator(".thumb").count()
        self.page.locator("#file").set_input_files(
            {"name": "<b>turned</b> ü.png", "mimeType": "image/png", "buffer": data.getvalue()})
        expect(self.page.locator(".thumb")).to_have_count(before + 1)
        expect(self.page.locator(".thumb[aria-current] .name")).to_have_text("<b>turned</b> ü.png")
        self.settle()
        for count, event in enumerate(["paste", "drop"], before + 2):
            picture.putpixel((count, 0), (count, 2, 3))
            data = io.BytesIO()
            picture.save(data, "PNG")
            self.page.evaluate("""([event, bytes]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], event + '.png', {type: 'image/png'}));
                const options = {bubbles: true, cancelable: true};
                document.body.dispatchEvent(event === 'paste'
                    ? new ClipboardEvent('paste', {...options, clipboardData: transfer})
                    : new DragEvent('drop', {...options, dataTransfer: transfer})); }""",
                [event, list(data.getvalue())])
            expect(self.page.locator(".thumb")).to_have_count(count)
        self.settle()

    def test_what_is_no_image_is_refused_and_the_page_goes_on(self):
        self.open()
        self.choose()
        self.page.locator("#file").set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"nothing"})
        expect(self.page.locator("#problem")).not_to_be_empty()
        self.page.locator("#problem button").click()
        expect(self.page.locator("#problem")).to_be_empty()
        self.read(40)
        # The browser notes the refused request itself.
        self.complaints = [each for each in self.complaints if "Failed to load resource" not in each]


class Cropped(PageTest):
    """A model that sees the middle of an image: the bundled one with other preprocessing."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.model = Path(folder.name) / "model"
        cls.model.mkdir()
        for name in ["config.json", "model.safetensors"]:
            shutil.copy(MODEL / name, cls.model)
        preprocessing = json.loads((MODEL / "preprocessor_config.json").read_text())
        preprocessing |= {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 80},
                          "do_center_crop": True, "crop_size": {"height": 72, "width": 72}}
        (cls.model / "preprocessor_config.json").write_text(json.dumps(preprocessing))
        cls.wide = Path(folder.name) / "wide.png"
        picture = Image.new("RGB", (400, 200), "white")
        picture.paste(Image.open(SCENE).convert("RGB").resize((200, 200)), (100, 0))
        picture.save(cls.wide)
        cls.arguments = [cls.model, cls.wide]
        super().setUpClass()

    def test_the_map_lies_where_the_model_looks(self):
        self.open()
        record = explain(self.wide, model=self.model)[0]
        seen = record["drawing"]["seen"]
        self.assertLess(seen["width"], 200)
        photo, box = [self.page.locator(f"#picture {each}").bounding_box() for each in [".photo", ".seen"]]
        scale = photo["width"] / 400
        self.assertAlmostEqual(photo["height"], 200 * scale, delta=1)
        for got, wanted in [(box["x"] - photo["x"], seen["x"]), (box["y"] - photo["y"], seen["y"]),
                            (box["width"], seen["width"]), (box["height"], seen["height"])]:
            self.assertAlmostEqual(got, wanted * scale, delta=1)
        self.check_scores(record["scores"])

    def test_own_pixels_are_the_photographs(self):
        self.open("size=own")
        self.assertEqual(self.page.locator("#picture .photo").bounding_box()["width"], 400)

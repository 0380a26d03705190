"""What the page is opened on: a model that reads texts, and the results of an evaluation."""

import re
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from explore import MODEL, PageTest, ROOT, SCENE, SCENES, XAI, explain, percent

CLIP = ROOT / "Tests/Fixtures/clip/both-towers"


class Texts(PageTest):
    arguments = [CLIP, SCENES]

    def test_typed_classes_are_those_of_the_command(self):
        self.open()
        self.page.locator(".thumb", has_text=SCENE.name).click()
        self.page.get_by_text("Type classes of your own").click()
        self.page.get_by_label("Classes, one a line").fill("a dog\n\na cat\n<b>a boat</b>")
        self.page.get_by_role("button", name="Ask about these").click()
        bars = self.page.locator("#bars li")
        expect(bars).to_have_count(3)
        records = explain(SCENE, "-t", "a dog", "-t", "a cat", "-t", "<b>a boat</b>", "--template", "a photo of {}",
                          model=CLIP)
        wanted = sorted(((each["target"]["label"], each["target"]["probability"]) for each in records),
                        key=lambda each: -each[1])
        self.assertEqual(self.bars(), [(label, percent(probability)) for label, probability in wanted])
        self.bar("a cat").locator("button").click()
        expect(self.page.locator("#legend")).to_contain_text("a cat")

    def settle(self):
        # A model without classes has no bars.
        expect(self.page.locator("#legend .legend")).to_be_visible()


class Results(PageTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        database = Path(folder.name) / "results.sqlite"
        # Scenes of two objects have one label each here, so that some answers are wrong.
        subprocess.run([XAI, "evaluate", "-q", "-m", MODEL, "-d", "shapes:size=72", "--sample", "40", "-o", database,
                        "-e", "gmar", "-e", "attnlrp:preset=vit", "--metric", "entropy"], check=True)
        cls.arguments = [MODEL, database]
        super().setUpClass()

    def test_right_and_wrong_are_filtered(self):
        self.open()
        thumbs, counts = self.page.locator(".thumb"), {}
        for choice in ["right", "wrong"]:
            self.page.get_by_label("Show").select_option(choice)
            other = "wrong" if choice == "right" else "right"
            expect(self.page.locator(".thumb .verdict", has_text=re.compile(f"^{other}$"))).to_have_count(0)
            counts[choice] = thumbs.count()
            self.assertEqual(self.page.locator(".thumb .verdict").count(), counts[choice])
        self.page.get_by_label("Show").select_option("all")
        expect(thumbs).to_have_count(40)
        self.assertEqual(sum(counts.values()), 40)
        self.assertGreater(counts["right"], counts["wrong"])

    def test_most_disagreement_comes_first(self):
        self.open()
        self.page.get_by_label("Order").select_option("disagreement")
        facts = self.page.locator(".thumb .fact", has_text="disagreement")
        values = [float(text.split()[1]) for text in facts.all_inner_texts()]
        self.assertEqual(len(values), 40)
        self.assertEqual(values, sorted(values, reverse=True))

    def test_the_label_of_the_worst_rank_comes_first(self):
        self.open()
        self.page.get_by_label("Order").select_option("rank")
        facts = self.page.locator(".thumb .fact", has_text="label:").all_inner_texts()
        ranks = [int(text.rsplit("rank ", 1)[1]) for text in facts]
        self.assertTrue(ranks)
        self.assertEqual(ranks, sorted(ranks, reverse=True))
        self.assertGreater(min(ranks), 1)
        # What the command says of the first one.
        name = self.page.locator(".thumb .name").first.inner_text()
        with sqlite3.connect(self.arguments[1]) as database:
            (rank,) = database.execute("SELECT label_rank FROM pictures WHERE identifier = ?", (name,)).fetchone()
            far = database.execute("SELECT count(*) FROM pictures WHERE label_rank > 5").fetchone()[0]
        self.assertEqual(rank, ranks[0])
        self.page.get_by_label("Show").select_option("far")
        expect(self.page.locator(".thumb")).to_have_count(far)

    def test_the_headline_says_the_label(self):
        self.open()
        self.page.locator(".thumb").nth(3).click()
        self.settle()
        self.assertRegex(self.page.locator("#headline").inner_text(), r"That is its label\.|Its label is \w+\.")

"""The panel "A against B"."""

import numpy
from playwright.sync_api import expect

from explore import MODEL, PageTest, SCENE, SCENES, explain, number


class Versus(PageTest):
    # A second model, which is the same: its numbers have to be, too.
    arguments = [MODEL, SCENES, "--also", MODEL]

    def start(self, kind):
        self.open(f"tab=versus&versus={kind}")
        self.choose()
        self.panel = self.page.locator("#panel-versus")

    def ends(self, pane):
        return [number(text.replace("highest", "").split("for")[-1].split()[-1]) if "for" in text or "highest" in text
                else number(text) for text in pane.locator(".ends span").all_inner_texts() if text]

    def test_two_classes(self):
        self.start("classes")
        panes = self.panel.locator(".pane")
        expect(panes.nth(1).locator(".legend")).to_be_visible()
        records = explain(SCENE, "-t", "top:2")
        first, second = [each["target"] for each in records]
        expect(panes.nth(0).locator("h3")).to_have_text(f"A: {first['label']}")
        expect(panes.nth(2).locator("h3")).to_have_text(f"B: {second['label']}")
        contrast = explain(SCENE, "-e", f"attnlrp:preset=vit,contrast={second['index']}", "-t", f"index:{first['index']}")[0]
        bound = max(map(abs, contrast["scores"]))
        self.assertAlmostEqual(self.ends(panes.nth(1))[0], -bound, delta=0.006 * bound)
        difference = first["logit"] - second["logit"]
        words = self.panel.locator(".verdict-line").first
        expect(words).to_contain_text("above")
        self.assertAlmostEqual(number(words.inner_text().split("is ")[-1]), difference, delta=0.006 * difference)

    def test_a_method_without_contrast_says_how_it_is_made(self):
        self.start("classes")
        self.page.locator("#methods .method", has_text="Attention Rollout").first.click()
        expect(self.panel).to_contain_text("same map for both classes")
        expect(self.panel).to_contain_text("the map of A minus that of B")
        expect(self.panel.locator(".pane").nth(1)).to_contain_text("the same everywhere")

    def test_two_methods_with_a_divider(self):
        self.open("tab=versus&versus=methods&versusExplainer=gmar")
        self.choose()
        self.panel = self.page.locator("#panel-versus")
        words = self.panel.locator(".verdict-line:visible")
        expect(words).to_contain_text("Rank correlation")
        maps = [explain(SCENE, "-e", each)[0]["scores"] for each in ["attnlrp:preset=vit", "gmar"]]
        ranks = [numpy.argsort(numpy.argsort(scores)) for scores in maps]
        self.assertAlmostEqual(number(words.inner_text().split("correlation ")[1]), numpy.corrcoef(ranks)[0, 1], delta=0.011)
        divider = self.panel.get_by_label("Divider")
        divider.fill("20")
        self.assertEqual(self.panel.locator(".divided").evaluate("each => each.style.getPropertyValue('--split')"), "20%")

    def test_two_images(self):
        self.start("images")
        panes = self.panel.locator(".pane")
        expect(panes.nth(1).locator(".legend")).to_be_visible()
        name = panes.nth(1).locator("h3").inner_text().removeprefix("B: ")
        record = explain(SCENES / name)[0]
        expect(panes.nth(1).locator(".below")).to_contain_text(record["target"]["label"])
        bound = max(map(abs, record["scores"]))
        self.assertAlmostEqual(self.ends(panes.nth(1))[0], -bound, delta=0.006 * bound)

    def test_two_models(self):
        self.start("models")
        panes = self.panel.locator(".pane")
        expect(panes.nth(1).locator(".legend")).to_be_visible()
        expect(panes.nth(0).locator(".legend")).to_be_visible()
        self.assertEqual(self.ends(panes.nth(0)), self.ends(panes.nth(1)))
        self.assertEqual(panes.nth(0).locator(".below p").inner_text(), panes.nth(1).locator(".below p").inner_text())

    def test_another_model_is_chosen(self):
        self.open()
        self.choose()
        before = self.bars()
        options = self.page.locator("#model option").all()
        self.assertEqual(len(options), 2)
        self.page.locator("#model").select_option(index=1)
        self.settle()
        self.assertEqual(self.bars(), before)

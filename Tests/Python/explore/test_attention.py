"""The panels "Attention" and "Layers"."""

import re

from playwright.sync_api import expect

from explore import PageTest, SCENE, explain, number, percent


class Attention(PageTest):
    def start(self, view="tab=attention"):
        self.open(view)
        self.choose()
        self.panel = self.page.locator("#panel-attention")
        expect(self.panel.locator(".head-cell")).to_have_count(18)

    def head(self, layer, head):
        return self.panel.locator(".heads .row").nth(layer + 1).locator(".head-cell").nth(head)

    def test_weights_of_heads_are_those_of_gmar(self):
        self.start()
        weights = explain(SCENE, "-e", "gmar")[0]["diagnostics"]["headWeights"]
        for layer, row in enumerate(weights):
            for head, weight in enumerate(row):
                words = self.head(layer, head).get_attribute("aria-label")
                self.assertTrue(words.startswith(f"Layer {layer}, head {head}; GMAR's weight "), words)
                self.assertAlmostEqual(number(words.split("weight ")[1]), weight, delta=0.006 * weight)

    def test_a_head_is_enlarged_and_its_row_sums_to_one(self):
        self.start()
        self.head(3, 1).hover()
        caption = self.panel.locator(".caption")
        expect(caption).to_contain_text("Layer 3, head 1")
        elsewhere = int(re.search(r"(\d+) % of it goes to tokens that are no patches", caption.inner_text())[1])
        total = 0
        marks = self.panel.locator(".enlarged .marks")
        marks.scroll_into_view_if_needed()
        box = marks.bounding_box()
        # It stays enlarged while the pointer moves on to its map.
        for patch in range(81):
            self.page.mouse.move(box["x"] + (patch % 9 + 0.5) * box["width"] / 9,
                                 box["y"] + (patch // 9 + 0.5) * box["height"] / 9)
            said = self.panel.locator(".enlarged [role=status]")
            expect(said).to_contain_text(f"Row {patch // 9}, column {patch % 9}")
            total += number(said.inner_text().split(": ")[1])
        self.assertAlmostEqual(100 * total + elsewhere, 100, delta=1.5)

    def test_a_patch_is_asked(self):
        self.start()
        self.page.mouse.click(*self.patch(40))
        expect(self.panel.locator(".hint").first).to_contain_text("Where row 4, column 4 attends")
        expect(self.panel.get_by_role("button", name="Ask the readout token")).to_be_enabled()
        self.panel.get_by_role("button", name="Ask the readout token").click()
        expect(self.panel.locator(".hint").first).to_contain_text("Where the readout token attends")

    def test_a_head_is_switched_off_and_on(self):
        self.start()
        before = self.bars()
        score = self.read(40)
        self.head(2, 1).click()
        expect(self.head(2, 1)).to_have_attribute("aria-pressed", "true")
        expect(self.page.locator("#condition")).to_contain_text("1 head off")
        self.settle()
        self.assertNotEqual(self.bars(), before)
        self.assertNotEqual(self.read(40), score)
        self.panel.get_by_role("button", name="Switch 1 head on").click()
        expect(self.page.locator("#condition")).to_be_empty()
        self.settle()
        self.assertEqual(self.bars(), before)
        self.assertEqual(self.read(40), score)

    def test_rollout_through_all_layers_is_the_explainers(self):
        self.start()
        layer = self.panel.get_by_label("Attention rollout up to layer")
        scores = explain(SCENE, "-e", "attention-rollout")[0]["scores"]
        layer.fill("5")
        expect(self.panel.locator(".caption")).to_contain_text("layers 0 to 5")
        ends = [number(text.split()[-1]) if "highest" in text else number(text)
                for text in self.panel.locator(".enlarged .ends span").all_inner_texts() if text]
        self.assertAlmostEqual(ends[0], min(scores), delta=0.006 * min(scores))
        self.assertAlmostEqual(ends[1], max(scores), delta=0.006 * max(scores))
        layer.fill("1")
        expect(self.panel.locator(".caption")).to_contain_text("layers 0 to 1")

    def test_arrow_keys_walk_over_heads(self):
        self.start()
        self.head(0, 0).focus()
        for key in ["ArrowDown", "ArrowDown", "ArrowRight"]:
            self.page.keyboard.press(key)
        expect(self.head(2, 1)).to_be_focused()
        expect(self.panel.locator(".caption")).to_contain_text("Layer 2, head 1")
        self.page.keyboard.press("Space")
        expect(self.page.locator("#condition")).to_contain_text("1 head off")


class Layers(PageTest):
    def test_the_last_layer_answers_as_the_model_does(self):
        self.open("tab=layers")
        self.choose()
        panel = self.page.locator("#panel-layers")
        rows = panel.locator("table.lens tbody tr")
        expect(rows).to_have_count(6)
        last = [" ".join(text.split()) for text in rows.nth(5).locator("td").all_inner_texts()]
        wanted = [f"{each['target']['label']} {percent(each['target']['probability'])}"
                  for each in explain(SCENE, "-t", "top:3")]
        self.assertEqual(last, wanted)
        rows.nth(1).locator("button").click()
        expect(panel.locator(".slider output")).to_have_text("1")

    def test_lengths_of_tokens_are_those_of_the_explainer(self):
        self.open("tab=layers")
        self.choose()
        panel = self.page.locator("#panel-layers")
        place = panel.locator("section", has_text="Length of each token")
        expect(place.locator(".ends")).to_be_visible()
        scores = explain(SCENE, "-e", "token-norm")[0]["scores"]
        lowest, highest = [text for text in place.locator(".ends span").all_inner_texts() if text]
        self.assertAlmostEqual(number(lowest), min(scores), delta=0.006 * min(scores))
        self.assertAlmostEqual(number(highest.split()[1]), max(scores), delta=0.006 * max(scores))

    def test_every_patch_has_a_class(self):
        self.open("tab=layers")
        self.choose()
        panel = self.page.locator("#panel-layers")
        keys = panel.locator(".keys li")
        expect(keys.first).to_be_visible()
        counted = sum(int(found[1]) for each in keys.all_inner_texts() if (found := re.search(r"(\d+) patch", each)))
        others = any("others" in each for each in keys.all_inner_texts())
        self.assertTrue(counted == 81 or (others and counted < 81), keys.all_inner_texts())

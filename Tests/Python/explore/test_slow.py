"""Methods that take their time: progress, stopping, starting."""

import re

from playwright.sync_api import expect

from explore import PageTest, SCENE, explain


class Slow(PageTest):
    def pick(self, name):
        self.page.locator("#methods .method", has_text=re.compile(f"^{name}$")).click()

    def test_what_takes_minutes_waits_is_stopped_and_started_anew(self):
        self.open()
        self.choose()
        # As many masks as no machine is through with before it is stopped.
        self.pick("RISE")
        run = self.page.locator("#run")
        expect(run.get_by_role("button", name="Start")).to_be_visible()
        self.page.locator("#chosen summary").click()
        self.page.get_by_label("masks", exact=True).fill("200000")
        self.page.get_by_label("masks", exact=True).press("Enter")
        expect(self.page.locator("#chosen b")).to_contain_text("masks=200000")
        run.get_by_role("button", name="Start").click()
        expect(run.locator("progress")).to_be_visible()
        expect(run.locator(".share")).not_to_have_text(" 0 % ")
        run.get_by_role("button", name="Stop").click()
        expect(run.get_by_role("button", name="Start")).to_be_visible()
        # The model is free again at once.
        self.pick("GMAR")
        self.settle()
        self.check_scores(explain(SCENE, "-e", "gmar")[0]["scores"])

    def test_a_slow_map_is_the_commands(self):
        self.open()
        self.choose()
        self.pick("Occlusion")
        start = self.page.locator("#run").get_by_role("button", name="Start")
        expect(start.or_(self.page.locator("#legend .legend"))).to_be_visible()
        if start.is_visible():
            start.click()
        expect(self.page.locator("#headline")).to_contain_text("Occlusion:")
        self.settle()
        self.check_scores(explain(SCENE, "-e", "occlusion")[0]["scores"])

    def test_another_method_takes_the_place_of_one_that_runs(self):
        self.open("explainer=rise:masks=200000")
        self.page.locator("#run").get_by_role("button", name="Start").click()
        expect(self.page.locator("#run progress")).to_be_visible()
        self.pick("Grad-CAM")
        self.settle()
        expect(self.page.locator("#run")).to_be_empty()

    def settle(self):
        # A method that waits to be started has no map yet.
        expect(self.page.locator("#legend .legend, #run button").first).to_be_visible()
        expect(self.page.locator("#stage")).to_have_attribute("aria-busy", "false")
        expect(self.page.locator("#bars li").first).to_be_visible()

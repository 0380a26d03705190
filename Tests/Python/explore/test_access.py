"""Who can use the page: keyboard, screen reader, dark, phone; the tour; what the server's policy forbids."""

import axe_playwright_python.sync_playwright as axe
from playwright.sync_api import expect

from explore import PageTest, SCENE

TABS = ["Methods", "Hide", "Attention", "A against B", "Layers", "Keep"]
#: What shows that a panel is done.
DONE = "table.agreement, figure.curves, .head-cell, .pane .legend, table.lens, pre"


class Access(PageTest):
    def check(self):
        """Fails with what axe found, by its rule, and where."""
        found = axe.Axe().run(self.page).response["violations"]
        self.assertEqual([], [(each["id"], each["help"], [node["target"] for node in each["nodes"]][:4],
                               each["nodes"][0].get("failureSummary")) for each in found])

    def test_every_panel_passes_axe(self):
        self.open()
        self.choose()
        for name in TABS:
            expect(self.tab(name).locator(DONE).first).to_be_visible()
            with self.subTest(panel=name):
                self.check()

    def test_the_tour_and_a_message_pass_axe(self):
        self.open(tour=True)
        self.check()
        self.page.get_by_role("button", name="Skip").click()
        self.page.evaluate("document.querySelector('#chosen summary').click()")
        self.page.get_by_label("Explain another class").fill("r")
        expect(self.page.locator("#search .found button").first).to_be_visible()
        self.check()

    def test_the_tour_has_five_steps_once(self):
        self.open(tour=True)
        card = self.page.get_by_role("dialog")
        for step in range(1, 6):
            expect(card).to_contain_text(f"{step} of 5")
            expect(self.page.locator(".lit")).to_have_count(1)
            card.get_by_role("button", name="Done" if step == 5 else "Next").click()
        expect(card).to_have_count(0)
        self.page.reload()
        self.settle()
        expect(card).to_have_count(0)
        self.page.get_by_role("button", name="Tour").click()
        expect(card).to_contain_text("1 of 5")
        self.page.keyboard.press("Escape")
        expect(card).to_have_count(0)
        expect(self.page.get_by_role("button", name="Tour")).to_be_focused()

    def test_all_can_be_done_by_keyboard(self):
        self.open()
        self.choose()
        self.page.keyboard.press("Tab")
        tabs = self.page.get_by_role("tab")
        tabs.first.focus()
        for name in TABS[1:] + TABS[:1]:
            self.page.keyboard.press("ArrowRight")
            expect(self.page.get_by_role("tab", name=name, exact=True)).to_be_focused()
            expect(self.page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        # From the start of the page, each stop is one that is seen.
        self.page.evaluate("document.activeElement.blur()")
        seen = set()
        for _ in range(120):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate("""() => {
                const each = document.activeElement, box = each.getBoundingClientRect();
                return [each.id || each.className || each.textContent.slice(0, 30),
                    each === document.body || box.width * box.height > 0]; }""")
            self.assertTrue(at[1], at)
            seen.add(at[0])
        for wanted in ["choose", "thumb", "marks", "bar", "method", "pin", "strength"]:
            self.assertIn(wanted, seen)

    def test_what_changes_is_said(self):
        self.open()
        self.choose()
        expect(self.page.locator("#announcement")).to_contain_text("The model says")
        self.bar("heart").locator("button").click()
        expect(self.page.locator("#announcement")).to_contain_text("speak for heart")

    def test_scripts_in_the_page_are_refused(self):
        self.open()
        self.page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script); }""")
        self.assertIsNone(self.page.evaluate("window.ran ?? null"))
        self.assertTrue(any("Content Security Policy" in each for each in self.complaints))
        self.complaints = []


class Dark(Access):
    options = {"color_scheme": "dark"}


class Phone(Access):
    viewport = {"width": 390, "height": 844}
    options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}

    def test_nothing_is_wider_than_the_screen(self):
        self.open()
        self.choose()
        for name in TABS:
            expect(self.tab(name).locator(DONE).first).to_be_visible()
            self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0, name)

    def test_the_open_tab_is_in_sight(self):
        self.open("tab=keep")
        for name in ["Keep", "Methods", "A against B"]:
            tab = self.page.get_by_role("tab", name=name, exact=True)
            if name != "Keep":
                # By the keyboard's way, which doesn't scroll to it first as a click of the browser's driver does.
                tab.evaluate("tab => tab.click()")
            expect(tab).to_have_attribute("aria-selected", "true")
            box = tab.bounding_box()
            self.assertGreaterEqual(box["x"], 0, name)
            self.assertLessEqual(box["x"] + box["width"], self.viewport["width"], name)

    def test_a_tap_enlarges_a_head_and_the_next_switches_it(self):
        self.open("tab=attention")
        self.choose()
        cell = self.page.locator(".head-cell").nth(4)
        cell.tap()
        expect(self.page.locator("#panel-attention .caption")).to_contain_text("Layer 1, head 1")
        expect(cell).to_have_attribute("aria-pressed", "false")
        cell.tap()
        expect(cell).to_have_attribute("aria-pressed", "true")

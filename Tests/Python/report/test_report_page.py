"""The page of `xai report`: links, the overview, and images that are found, ordered and enlarged."""

import sqlite3

import numpy
from playwright.sync_api import expect

from report_page import EXPLAINERS, ReportTest


def ranks(values):
    """Ranks from 0; equal values share the mean of theirs."""
    values = numpy.asarray(values, float)
    return numpy.array([(values < v).sum() + ((values == v).sum() - 1) / 2 for v in values])


class Page(ReportTest):
    def cards(self):
        return self.images.locator(".card:visible")

    def names(self):
        return self.cards().locator("h3").all_text_contents()

    def pair(self, a, b):
        """Spearman's correlation of two explainers' maps by image and class, in the order of the sample."""
        with sqlite3.connect(self.database) as database:
            maps = [
                [numpy.frombuffer(blob, "<f4") for blob, in database.execute(
                    "SELECT scores FROM maps WHERE explainer = ? ORDER BY position, subject", (explainer,))]
                for explainer in (a, b)]
        return [numpy.corrcoef(ranks(one), ranks(two))[0, 1] for one, two in zip(*maps)]

    def test_every_anchor_lands_where_it_says(self):
        anchors = [a.get_attribute("href") for a in self.page.locator("a[href^='#']").all()]
        self.assertGreater(len(anchors), 12)
        for anchor in anchors:
            self.page.goto("about:blank")
            self.page.goto(self.file.as_uri())
            self.page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
            self.page.locator(f"a[href='{anchor}']").first.evaluate("link => link.click()")
            place = self.page.evaluate(
                """anchor => { const box = document.querySelector(anchor).getBoundingClientRect();
                   const end = document.documentElement.scrollHeight - innerHeight - scrollY;
                   return [box.top, end]; }""", anchor)
            # At the top of the window, or the page ends before.
            self.assertTrue(-2 < place[0] < 40 or place[1] < 2, f"{anchor}: {place}")

    def test_the_overview_fits_a_laptop_and_scrolls_on_a_phone(self):
        overview = self.page.locator("#part-1-overview .scroll").first
        extra = "box => box.scrollWidth - box.clientWidth"
        self.assertLessEqual(overview.evaluate(extra), 0)
        self.page.set_viewport_size({"width": 390, "height": 800})
        self.assertGreater(overview.evaluate(extra), 0)
        self.assertEqual(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)

    def test_images_are_filtered_by_what_they_are(self):
        every = self.names()
        self.assertEqual(len(every), 24)
        finder = self.images.locator("form.finder")
        finder.locator(".text").fill(every[3])
        self.assertEqual(set(self.names()), {every[3]})
        expect(finder.locator("output")).to_contain_text("of 24")
        finder.locator(".text").fill("no such thing")
        self.assertEqual(self.names(), [])
        finder.locator(".text").fill("")
        label = finder.locator(".class option").nth(1)
        finder.locator(".class").select_option(label.get_attribute("value"))
        words = self.cards().locator(".about b").all_text_contents()
        self.assertEqual(set(words), {label.text_content()})
        self.assertLess(len(words), 24)
        finder.locator(".class").select_option("")
        counts = []
        for state in ("right", "wrong", "unknown"):
            if finder.locator(f".state option[value={state}]").count():
                finder.locator(".state").select_option(state)
                counts.append(len(self.names()))
                self.assertEqual(
                    {card.get_attribute("data-state") for card in self.cards().all()}, {state})
                finder.locator(".state").select_option("")
        self.assertIn(sum(counts), (0, 24))

    def test_images_are_ordered_by_disagreement(self):
        every = self.names()
        a, b = EXPLAINERS.index("gmar"), EXPLAINERS.index("occlusion")
        correlations = self.pair(a, b)
        self.images.locator(".pick-a").select_option(str(a))
        self.images.locator(".order").select_option("pair")
        expect(self.images.locator("form.finder output")).to_contain_text("choose two maps")
        self.images.locator(".pick-b").select_option(str(b))
        # The page has them in hundredths.
        wanted = [every[i] for i in sorted(range(24), key=lambda i: (round(100 * correlations[i]), i))]
        self.assertEqual(self.names(), wanted)
        self.assertNotEqual(wanted, every)
        self.images.locator(".order").select_option("rho")
        judged = [i for i, name in enumerate(EXPLAINERS) if name != "random"]
        pairs = [self.pair(x, y) for x in judged for y in judged if x < y]
        means = numpy.nanmean(pairs, axis=0)
        self.assertEqual(self.names(), [every[i] for i in sorted(range(24), key=lambda i: (round(means[i], 4), i))])

    def test_the_worst_by_a_metric_come_first(self):
        every = self.names()
        with sqlite3.connect(self.database) as database:
            values = [value for value, in database.execute(
                "SELECT value FROM results WHERE explainer = 'grad-cam' AND metric LIKE 'insertion%' ORDER BY position, subject")]
        self.images.locator(".pick-a").select_option(str(EXPLAINERS.index("grad-cam")))
        self.images.locator(".order").select_option("+0")
        self.assertEqual(self.names(), [every[i] for i in sorted(range(24), key=lambda i: (round(values[i], 2), i))])

    def test_an_image_is_enlarged_with_the_keyboard(self):
        button = self.images.get_by_role("button", name="Enlarge").nth(1)
        button.focus()
        self.page.keyboard.press("Enter")
        expect(self.dialog).to_be_visible()
        expect(self.dialog.locator(".place")).to_have_text("2 of 24")
        expect(self.dialog.locator(".tile")).to_have_count(len(EXPLAINERS))
        expect(self.dialog.locator(".outline path.edge").first).to_be_attached()
        before = self.images.locator(".card").nth(1).locator(".stage").bounding_box()["width"]
        self.assertGreater(self.dialog.locator(".enlarged > .stage").bounding_box()["width"], 1.5 * before)
        # A map that is pressed is map A, in the dialog and everywhere.
        self.dialog.locator(".tile").nth(2).click()
        self.assertEqual(self.images.locator(".pick-a").input_value(), "2")
        shown = self.dialog.locator(".enlarged > .stage img.map").evaluate_all(
            "maps => maps.filter(m => getComputedStyle(m).display !== 'none').map(m => m.alt)")
        self.assertEqual(shown, ["Grad-CAM"])
        self.page.keyboard.press("ArrowRight")
        expect(self.dialog.locator(".place")).to_have_text("3 of 24")
        self.page.keyboard.press("Escape")
        expect(self.dialog).to_be_hidden()
        self.assertEqual(
            self.page.evaluate("document.activeElement.closest('.card').querySelector('h3').textContent"), self.names()[2])

    def test_an_enlarged_image_has_its_own_curves(self):
        self.cards().nth(4).locator(".stage").click()
        charts = self.dialog.locator("figure")
        expect(charts).to_have_count(2)
        with sqlite3.connect(self.database) as database:
            position, subject = database.execute(
                "SELECT position, subject FROM subjects ORDER BY position, subject LIMIT 1 OFFSET 4").fetchone()
            blob, = database.execute(
                """SELECT curve_y FROM measurements JOIN metrics USING (metric) WHERE position = ? AND subject = ?
                   AND explainer = 1 AND id = 'insertion'""", (position, subject)).fetchone()
        y = numpy.frombuffer(blob, "<f8")
        points = charts.first.locator("polyline").evaluate_all(
            "lines => lines.filter(l => l.textContent === 'GMAR').map(l => l.getAttribute('points'))")
        heights = numpy.array([float(point.split(",")[1]) for point in points[0].split(" ")])
        # The page keeps some of the points; the axis goes from 0 or the lowest value to the highest of all lines.
        places = [round(i * (len(y) - 1) / (len(heights) - 1)) for i in range(len(heights))]
        self.assertGreater(numpy.ptp(y[places]), 0.05)
        slope, start = numpy.polyfit(y[places], heights, 1)
        self.assertLess(slope, 0)
        numpy.testing.assert_allclose(slope * y[places] + start, heights, atol=0.7)

    def test_outlines_can_be_put_away(self):
        first = self.cards().first.locator(".outline")
        expect(first).to_be_visible()
        self.images.locator(".pick-outline").uncheck()
        expect(first).to_be_hidden()

    def test_heads_are_counted_from_0(self):
        tips = self.page.locator("#part-1-heads svg title").all_text_contents()
        self.assertTrue(any(tip.startswith("layer 0, head 0:") for tip in tips), tips[:3])


class Phone(ReportTest):
    viewport = {"width": 390, "height": 800}

    def test_an_enlarged_image_fits(self):
        self.images.get_by_role("button", name="Enlarge").first.click()
        box = self.dialog.bounding_box()
        self.assertLessEqual(box["width"], 390)
        self.assertLessEqual(self.dialog.locator(".body").evaluate("body => body.scrollWidth - body.clientWidth"), 0)
        self.dialog.get_by_role("button", name="Close").click()
        expect(self.dialog).to_be_hidden()

import Foundation
import Testing
import XAIEvaluation

@testable import XAIReport

/// The page in a browser: it loads without complaint, and its script does what it is for.
@Suite(
  .serialized,
  .enabled(
    if: Browser.executable != nil, "needs Chromium (chromium, chromium-browser or google-chrome) on the PATH")
)
struct BrowserTests {
  private static let markup = Result {
    var results = try SyntheticResults(imageCount: 40).make()
    results.images[3].identifier = Hostile.name
    results.experiment.data.name = "a-very-long-name-without-any-place-to-break-it-".appending(
      String(repeating: "x", count: 80))
    results.images[9] = ImageResult(position: 9, identifier: "b.png", label: nil, failure: Hostile.name)
    return try Report(of: [.init(name: "results.sqlite", results: results)], bootstrap: .rough).text(
      as: .html)
  }

  private func visit(width: Int = 1200, isDark: Bool = false, _ hook: String) throws -> Browser.Visit {
    let visit = try Browser.visit(Self.markup.get(), width: width, isDark: isDark, hook: hook)
    #expect(visit.complaints.isEmpty)
    return visit
  }

  @Test("a click on a head sorts by it, a second one the other way, and the head says so")
  func sorting() throws {
    let visit = try visit(
      """
      const table = document.querySelector("table.metric"), head = table.querySelectorAll("th[data-sort]")[2];
      const means = () => Array.from(table.tBodies[0].rows).map(r => Number(r.cells[2].dataset.value)).join();
      const before = means();
      head.querySelector("button").click();
      const once = means(), first = head.getAttribute("aria-sort");
      head.querySelector("button").click();
      return { before, once, first, twice: means(), second: head.getAttribute("aria-sort"),
        others: String(table.querySelectorAll("th[aria-sort=none]").length) };
      """)
    func numbers(_ key: String) -> [Double] {
      (visit.answers[key] ?? "").split(separator: ",").compactMap { Double($0) }
    }
    #expect(numbers("before").count == 8)
    #expect(numbers("once") == numbers("before").sorted(by: >) && numbers("once") != numbers("before"))
    #expect(numbers("twice") == numbers("before").sorted())
    #expect(visit.answers["first"] == "descending" && visit.answers["second"] == "ascending")
    #expect(visit.answers["others"] == "4")
  }

  @Test("the form decides which map is shown, the divider where the second one begins")
  func images() throws {
    let visit = try visit(
      """
      const stage = document.querySelector(".card .stage"), form = document.querySelector("form.controls");
      form.scrollIntoView();
      const shown = () => Array.from(stage.querySelectorAll("img")).filter(i => getComputedStyle(i).display !== "none")
        .map(i => i.alt).join();
      const clip = n => getComputedStyle(stage.querySelector(".m" + n)).clipPath;
      const pick = (name, value) => { const s = form.querySelector(name); s.value = value; s.dispatchEvent(new Event("change")); };
      const first = shown(), disabled = String(form.querySelector("input.split").disabled);
      pick(".pick-a", "5");
      const second = shown();
      pick(".pick-b", "2");
      const both = shown(), middle = clip(2);
      const slider = form.querySelector("input.split");
      slider.value = "20"; slider.dispatchEvent(new Event("input"));
      const moved = clip(2), left = clip(5);
      const box = stage.getBoundingClientRect();
      stage.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: box.left + box.width * 0.75, clientY: box.top + 5 }));
      const pointed = clip(2);
      pick(".pick-b", "5");
      const same = clip(5);
      const image = stage.querySelector(".m5");
      await image.decode();
      return { first, disabled, second, both, middle, moved, left, pointed, same, size: image.naturalWidth + "x" + image.naturalHeight };
      """)
    let answers = visit.answers
    #expect(answers["first"] == "GMAR")
    #expect(answers["disabled"] == "true")
    #expect(answers["second"] == "Grad-CAM")
    #expect(answers["both"] == "Attention Rollout,Grad-CAM")
    #expect(answers["middle"] == "inset(0px 0px 0px 50%)")
    #expect(answers["moved"] == "inset(0px 0px 0px 20%)")
    #expect(answers["left"]?.contains("80%") == true)
    #expect(
      answers["pointed"]?.hasPrefix("inset(0px 0px 0px 75") == true
        || answers["pointed"]?.hasPrefix("inset(0px 0px 0px 74.") == true)
    #expect(answers["same"] == "none")
    #expect(answers["size"] == "8x8")
  }

  @Test("a chart tells its values under the pointer, a name brings its line to the front")
  func curves() throws {
    let visit = try visit(
      """
      const figure = document.querySelector("figure.curves"), chart = figure.querySelector("svg.chart");
      const box = chart.getBoundingClientRect();
      const first = Number(figure.querySelector(".line[points]").getAttribute("points").split(",")[0]);
      chart.dispatchEvent(new PointerEvent("pointermove",
        { clientX: box.left + box.width * first / chart.viewBox.baseVal.width, clientY: box.top + 50 }));
      const output = figure.querySelector("output").textContent, at = figure.dataset.at;
      figure.querySelectorAll(".keys button")[2].click();
      const on = Array.from(chart.querySelectorAll(".on")).map(e => e.dataset.series);
      return { output, at, on: Array.from(new Set(on)).join(), pressed: figure.querySelectorAll("button[aria-pressed=true]").length + "" };
      """)
    #expect(visit.answers == ["output": "0.000", "at": "0", "on": "2", "pressed": "1"])
  }

  @Test(
    "nothing is wider than the page, in the light and the dark",
    arguments: [(1200, false), (1200, true), (390, false), (390, true), (320, false)])
  func width(width: Int, isDark: Bool) throws {
    let visit = try visit(
      width: width, isDark: isDark,
      """
      const dark = matchMedia("(prefers-color-scheme:dark)").matches;
      const light = c => c.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) > 382;
      const style = getComputedStyle(document.body);
      const over = Array.from(document.querySelectorAll("main *")).filter(e =>
        !e.closest(".scroll") && !e.closest("svg") && !e.closest("pre") && e.getBoundingClientRect().right > innerWidth + 1);
      return { dark: String(dark), ground: String(light(style.backgroundColor)), ink: String(light(style.color)),
        inner: String(innerWidth), extra: String(document.documentElement.scrollWidth - document.documentElement.clientWidth),
        over: over.slice(0, 3).map(e => e.tagName + "." + e.className).join() };
      """)
    let answers = visit.answers
    #expect(answers["inner"] == "\(width)" && answers["dark"] == "\(isDark)")
    #expect(answers["ground"] == "\(!isDark)" && answers["ink"] == "\(isDark)")
    #expect(answers["extra"] == "0")
    #expect(answers["over"] == "")
  }
}

#!/usr/bin/env python3
"""Measures what a person waits for in the page of `xai explore`: the best and the median of some tries.

    Scripts/test-explore --speed MODEL IMAGE [--tries 9] [--methods gmar,attnlrp:preset=vit] [--chromium /usr/bin/chromium]

`server` is from the request to its answer over one connection that is kept; `pixels` is from the action to the frame that shows
what comes of it, by the page's own clock; the first paint begins with the command, whose model is not in memory yet. A machine that
does other work meanwhile makes all of it longer.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import time
from urllib.parse import parse_qs, urlparse

from explore import PATIENCE, Server
from playwright.sync_api import expect, sync_playwright


def told(name, values):
    values = sorted(values)
    print(f"{name:<48} best {values[0]:7.1f}  median {statistics.median(values):7.1f} ms  of {len(values)}", flush=True)


class Questions:
    """Questions over one connection."""

    def __init__(self, address):
        parts = urlparse(address)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.token = parse_qs(parts.query)["token"][0]

    def ask(self, what, **fields):
        began = time.perf_counter()
        self.connection.request(
            "POST", f"/api/v1/{what}", json.dumps(fields), {"Authorization": f"Bearer {self.token}"}
        )
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"{what}: {answer.status} {content.decode()}")
        return (time.perf_counter() - began) * 1000, json.loads(content)


def measure_server(address, methods, tries):
    questions = Questions(address)
    classes = [each["index"] for each in questions.ask("answer", image="1", top=tries + 2)[1]["top"]]
    # Each class and each set of patches is asked about once, since what is known costs nothing.
    for method in methods:
        questions.ask("map", image="1", explainer=method, target=classes[0])
        told(
            f"another class by {method}, server",
            [questions.ask("map", image="1", explainer=method, target=each)[0] for each in classes[1 : tries + 1]],
        )
    told(
        "a stroke, server",
        [questions.ask("answer", image="1", hidden=[0, place + 1])[0] for place in range(tries)],
    )


def settle(page):
    expect(page.locator("#legend .legend")).to_be_visible()
    expect(page.locator("#stage")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#bars li").first).to_be_visible()


def durations(page, name):
    return page.evaluate("name => performance.getEntriesByName(name, 'measure').map(each => each.duration)", name)


def measured(page, name, known=0):
    """Waits for the page's measure of a name: its content policy forbids waiting by an expression."""
    for _ in range(4000):
        if len(found := durations(page, name)) > known:
            return found[-1]
        page.wait_for_timeout(5)
    sys.exit(f"the page tells no {name}: {page.url}")


def pixels(page, name, action):
    """What the page measures of an action, when it is drawn."""
    known = len(durations(page, name))
    action()
    value = measured(page, name, known)
    settle(page)
    return value


def measure_page(page, tries):
    """Every pair of method and class is asked about once."""
    methods = page.locator("#methods section").first.locator("button.method")
    classes = page.locator("#bars li button")
    by_class, by_method, at = [], [], 0
    for number in range(1, methods.count()):
        by_method.append(pixels(page, "change-map", methods.nth(number).click))
        count = min(4, classes.count())
        for _ in range(1, count):
            at = (at + 1) % count
            by_class.append(pixels(page, "change-map", classes.nth(at).click))
        if len(by_method) >= tries:
            break
    told("another class, pixels", by_class)
    told("another one-pass method, pixels", by_method)
    page.get_by_role("tab", name="Hide", exact=True).click()
    marks = page.locator("#picture .marks")
    marks.scroll_into_view_if_needed()
    box = marks.bounding_box()
    strokes = []
    for number in range(tries):
        x = box["x"] + box["width"] * (0.05 + 0.9 * number / tries)

        def paint(x=x):
            page.mouse.move(x, box["y"] + box["height"] * 0.3)
            page.mouse.down()
            page.mouse.move(x + 3, box["y"] + box["height"] * 0.3)
            page.mouse.up()

        strokes.append(pixels(page, "stroke", paint))
    told("a stroke, pixels", strokes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("--tries", type=int, default=9)
    parser.add_argument("--methods", default="gmar,grad-cam", help="those whose answers are timed, by commas")
    parser.add_argument("--xai", default=os.environ.get("XAI", "xai"))
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM", "chromium"))
    arguments = parser.parse_args()
    said, paints, maps = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=["--no-sandbox"])
        for number in range(arguments.tries):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE)
            page.add_init_script("if (location.hostname) localStorage.setItem('xai-explore-tour', 'seen')")
            began = time.time()
            server = Server(arguments.model, arguments.image, xai=arguments.xai)
            said.append((time.time() - began) * 1000)
            try:
                page.goto(server.address)
                settle(page)
                measured(page, "first-map")
                paint, first = page.evaluate(
                    """() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
                      performance.getEntriesByName('first-map', 'measure').map(each => each.startTime + each.duration)[0]]
                      .map(time => performance.timeOrigin + time)"""
                )
                paints.append(paint - began * 1000)
                maps.append(first - began * 1000)
                if number == arguments.tries - 1:
                    told("from the command to the address", said)
                    told("from the command to the first paint", paints)
                    told("from the command to the first map", maps)
                    measure_server(server.address, arguments.methods.split(","), arguments.tries)
                    page.goto(server.address + "#pins=")
                    page.reload()
                    settle(page)
                    measure_page(page, arguments.tries)
            finally:
                server.stop()
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

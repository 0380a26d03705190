"""Pictures of the page: every panel on a desktop, on a phone and in the dark, to look at, or the one of docs/explore.md.

    python screenshots.py FOLDER [MODEL IMAGES…]
    python screenshots.py --picture FILE
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from explore import MODEL, SCENES, Server

VIEWS = {
    "methods": "tab=methods", "hide": "tab=hide&hidden=50-52.59-61", "attention": "tab=attention&row=41&heads=2.1",
    "classes": "tab=versus", "divider": "tab=versus&versus=methods", "layers": "tab=layers", "keep": "tab=keep",
    "gmar": "explainer=gmar&drawing=patches",
}
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "wide": {"viewport": {"width": 1900, "height": 1000}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2},
}


def shoot(context, address, view, path, **options):
    page = context.new_page()
    page.goto(f"{address}#{view}")
    page.wait_for_selector("#legend .legend")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, **options)
    page.close()


def main(path, arguments, is_picture):
    server = Server(*(arguments or [MODEL, SCENES]))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
            for screen, options in SCREENS.items():
                context = browser.new_context(**options)
                context.add_init_script("localStorage.setItem('xai-explore-tour', 'seen')")
                if is_picture:
                    # The second scene: a heart and a ring, of which the model is in two minds.
                    image = context.request.get(server.address.replace("/?", "/api/v1/images?")).json()[1]["id"]
                    shoot(context, server.address, f"image={image}", path,
                          clip={"x": 0, "y": 0, "width": 1280, "height": 1085}, full_page=True)
                    break
                path.mkdir(parents=True, exist_ok=True)
                for name, view in VIEWS.items():
                    shoot(context, server.address, view, path / f"{screen}-{name}.png", full_page=True)
                context.close()
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    is_picture = sys.argv[1] == "--picture"
    main(Path(sys.argv[1 + is_picture]), sys.argv[2 + is_picture:], is_picture)

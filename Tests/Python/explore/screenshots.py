"""Pictures of the page to look at: python screenshots.py FOLDER. Every panel, on a desktop, on a phone, in the dark."""

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


def main(folder, arguments):
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(*(arguments or [MODEL, SCENES]))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for screen, options in SCREENS.items():
                context = browser.new_context(**options)
                context.add_init_script("localStorage.setItem('xai-explore-tour', 'seen')")
                for name, view in VIEWS.items():
                    page = context.new_page()
                    page.goto(f"{server.address}#{view}")
                    page.wait_for_selector("#legend .legend")
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=folder / f"{screen}-{name}.png", full_page=True)
                    page.close()
                context.close()
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""A headless Chromium that opens pages from the disk, at any width, in light or dark mode."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

PHONE, DESK = (390, 844), (1280, 900)


class Browser:
    """A window, with the requests and the errors of its pages."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def show(self, size: tuple[int, int], *, dark: bool = False) -> None:
        """Set the size of the window, and the light or dark mode."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def open(self, page: Path, part: str = "") -> None:
        """Open a page and wait until it shows something. `part` is the part of its address after the #."""
        self.driver.get(
            "about:blank"
        )  # otherwise only the part after # changes, and the page is not loaded again
        self.log()
        self.driver.get(page.as_uri() + (f"#{part}" if part else ""))
        self.wait("document.querySelector('#page h1, #page .fault')")

    def run(self, code: str, *arguments: Any) -> Any:
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return {code}", *arguments)

    def wait(self, code: str) -> None:
        """Wait until a JavaScript expression is true."""
        WebDriverWait(self.driver, 20).until(lambda _: self.run(f"Boolean({code})"), code)

    def click(self, selector: str) -> None:
        """Click the first element of a selector. It must be in sight, with nothing over it."""
        element = self.driver.find_element("css selector", selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'end'})", element)
        element.click()

    def press(self, *keys: str) -> None:
        """Press keys on the element that has the focus."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def texts(self, selector: str) -> list[str]:
        """Texts of all elements of a selector."""
        return [
            str(text)
            for text in self.run(
                "[...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector
            )
        ]

    def nodes(self) -> list[dict[str, Any]]:
        """The accessibility tree, which a screen reader gets."""
        tree = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})
        return [node for node in tree["nodes"] if not node["ignored"]]

    def log(self) -> list[str]:
        """The messages of the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def asked_for(self) -> list[str]:
        """Every address that was requested since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser, or skip the test if there is no browser."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("there is no browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox does not run as root
    running = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(running)
    finally:
        running.quit()

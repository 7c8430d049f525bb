"""The page in a real browser, served with the real assistant."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
PATIENCE_S = 240.0
TOP = "document.querySelector('.rx-urgent .rx-call').getBoundingClientRect().top"
_T = TypeVar("_T")

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The page on a free port of this machine, until the test ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.port", str(port), "--server.address", "127.0.0.1"]
    with (tmp_path / "server.log").open("w+") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=os.environ | {"HOME": str(tmp_path)})
        try:
            for _ in range(int(PATIENCE_S)):
                if server.poll() is not None:
                    log.seek(0)
                    pytest.fail(f"the server ended: {log.read()[-2000:]}")
                try:
                    with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                        break
                except OSError:
                    time.sleep(1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait(30)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    """A headless Chromium of desktop size that keeps its profile with the test."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run", "--window-size=1280,900", f"--user-data-dir={tmp_path / 'profile'}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def until(browser: Any, met: Callable[[Any], _T]) -> _T:
    return WebDriverWait(browser, PATIENCE_S, 0.5).until(met)


def found(browser: Any, css: str) -> Any:
    """The first visible element, once there is one."""
    return until(browser, lambda b: next((element for element in b.find_elements(By.CSS_SELECTOR, css) if element.is_displayed()), None))


def ask(browser: Any, question: str) -> None:
    """Type a question, once the line takes one."""
    until(browser, lambda b: found(b, "[data-testid=stChatInputTextArea]").is_enabled())
    found(browser, "[data-testid=stChatInputTextArea]").send_keys(question, Keys.ENTER)


def test_a_visitor_asks_and_reads_the_source(address: str, browser: Any) -> None:
    browser.get(address)
    assert "does not replace" in found(browser, ".rx-notice").text
    found(browser, ".rx-try")

    ask(browser, "Can I take ibuprofen with warfarin?")
    found(browser, "details.rx-panel")
    answer = found(browser, "ul.rx-sentences")
    assert "bleeding" in answer.text

    found(browser, "ul.rx-sentences a.rx-marker").click()  # leads to its quote, and opens the sources
    marked = found(browser, ".rx-source mark")
    assert "bleeding" in found(browser, ".rx-source").text
    assert marked.text
    assert {element.text for element in browser.find_elements(By.CSS_SELECTOR, ".rx-source h3")} == {"Ibuprofen", "Warfarin"}

    ask(browser, "took 30 tylenol what now")
    urgent = found(browser, ".rx-urgent")
    assert "911" in urgent.text
    until(browser, lambda b: b.execute_script(f"const y = {TOP}; return y >= 0 && y < innerHeight"))  # in sight without scrolling

    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
    until(browser, lambda b: b.execute_script("return innerWidth") == 390)
    assert browser.execute_script("const m = document.querySelector('.stMain'); return m.scrollWidth <= m.clientWidth")

    hosts = browser.execute_script("return [...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).host))]")
    assert hosts == [address.removeprefix("http://")], "the page asks other machines for something"
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]

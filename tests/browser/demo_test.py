"""`scripts/demo --web`: a newcomer takes the demo's share in a browser of their own, and it leaves nothing behind."""

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from support import BIN, ROOT, Browser, wait_until
from support.site import site_files

from conftest import pasted, taken_command


class WebDemo:
    def __init__(self):
        self.temporary = Path(tempfile.mkdtemp(prefix="keyferry web demo "))
        env = {**os.environ, "KEYFERRY_BIN": str(BIN), "KEYFERRY_WEB": str(site_files()), "TMPDIR": str(self.temporary)}
        self.process = subprocess.Popen([ROOT / "scripts" / "demo", "--web"], env=env, cwd="/", text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines, self.said = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def until(self, pattern, seconds=90):
        """The first line from now on that fits."""
        while True:
            line = self.lines.get(timeout=seconds)
            assert line is not None, f"the demo ended: {''.join(self.said)}"
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def enter(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.temporary)


@pytest.fixture
def demo():
    demo = WebDemo()
    yield demo
    demo.close()


def goes_on(browser):
    """Goes on at a warning of the browser's, if there is one; whether the site is there."""
    try:
        browser.evaluate("document.getElementById('proceed-link')?.click()")
        return browser.evaluate("document.querySelector('main[data-view]') !== null")
    except AssertionError:  # asked while the page changed
        return False


def test_a_newcomer_takes_the_share_of_the_demo(demo, place):
    link = demo.until(r"^https://127\.0\.0\.1:\d+/v1/m/\S+#\S+$")[0]
    demo.until("Enter")
    browser = Browser(place)  # does not know the demo's CA
    with pytest.raises(AssertionError, match="ERR_CERT_AUTHORITY_INVALID"):
        browser.open(link)
    wait_until(lambda: goes_on(browser), "the page behind both warnings", 60)
    browser.view("opened")
    browser.hold()
    browser.view("offered")
    browser.click("Take it")
    browser.view("held")
    browser.click("Download keyferry-web.tar")
    browser.downloaded("keyferry-web.tar")
    command = taken_command(browser)
    assert (done := pasted(browser, command)).out == "in\n", done
    demo.enter()
    demo.until("on Linux")
    demo.until("Paste the command again")
    wait_until(lambda: pasted(browser, command).code == 255, "the login to be refused")
    assert [problem for problem in browser.complaints() if "SSL certificate" not in problem] == [], "but for the worker, which a browser in doubt refuses"
    demo.enter()
    assert demo.process.wait(30) == 0, demo.said
    assert os.listdir(demo.temporary) == []

"""A real browser, used as a person uses it: by the names of what is on the page.

    browser = Browser(place, "chromium")          # or "firefox"; a profile of its own, which trusts the place's CA
    browser.open(link)
    browser.view("opened")                        # waits for that state
    browser.hold("Press and hold to open")
    browser.click("Take it")
    browser.kill(); browser.start()               # SIGKILL, then again on the same profile

Runs as `nobody`, as Chromium's sandbox wants it. Whatever it starts ends with the place.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from .process import ROOT, wait_until

WORK = ROOT / "build" / "web-work"
PATIENCE = 60


def _owned(path, account):
    if os.geteuid() == 0:
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


class Browser:
    def __init__(self, place, kind="chromium", **options):
        self.place, self.kind, self.options = place, kind, options
        self._account = pwd.getpwnam("nobody")
        self.home = _owned(Path(tempfile.mkdtemp(prefix=f"keyferry-{kind}.")), self._account)
        for name in ("profile", "Downloads"):
            (self.home / name).mkdir()
            _owned(self.home / name, self._account)
        self.profile, self.downloads = self.home / "profile", self.home / "Downloads"
        self.log_path = Path(f"{self.home}.log")
        self._trust(place.ca.path)
        self._driver = None
        self.pid = None
        place.add(self)
        self.start()

    def _as_nobody(self, argv):
        if os.geteuid() != 0:
            return argv
        return ["setpriv", f"--reuid={self._account.pw_uid}", f"--regid={self._account.pw_gid}", "--clear-groups", *argv]

    def _trust(self, ca):
        """Chromium reads ~/.pki/nssdb, Firefox its profile."""
        folder = self.home / ".pki" / "nssdb" if self.kind == "chromium" else self.profile
        copy = _owned(Path(shutil.copy(ca, self.home / "ca.pem")), self._account)
        env = {**os.environ, "HOME": str(self.home)}
        if self.kind == "chromium":
            subprocess.run(self._as_nobody(["mkdir", "-p", folder]), env=env, check=True)
        for argv in (["certutil", "-N", "--empty-password", "-d", f"sql:{folder}"],
                     ["certutil", "-A", "-n", "tests", "-t", "C,,", "-i", copy, "-d", f"sql:{folder}"]):
            subprocess.run(self._as_nobody(argv), env=env, check=True, capture_output=True)

    def start(self, **options):
        """Starts the browser on its profile; `options` are kept: languages, dark, calm, width, height."""
        self.options = {**self.options, **options}
        env = {**os.environ, "HOME": str(self.home), "TMPDIR": str(self.home), "DOWNLOADS": str(self.downloads),
               "AXE": str(WORK / "node_modules/axe-core/axe.min.js"), "XDG_CACHE_HOME": str(self.home / ".cache")}
        script = WORK / "driver.mjs"
        source = (ROOT / "tests/browser/driver.mjs").read_text("utf-8")
        if not script.exists() or script.read_text("utf-8") != source:
            script.write_text(source, "utf-8")
        self._log = open(self.log_path, "ab")
        self._driver = subprocess.Popen(self._as_nobody(["node", str(script)]), env=env, cwd=WORK, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True)
        started = self.do("launch", kind=self.kind, profile=str(self.profile), **self.options)
        self.pid, self.version = started["pid"], started["version"]
        return self

    def do(self, command, **given):
        """One command of tests/browser/driver.mjs; returns its answer, raises what it could not do."""
        limit = threading.Timer(PATIENCE * 3, self._stop_driver)
        limit.start()
        try:
            self._driver.stdin.write(json.dumps({"do": command, **given}) + "\n")
            self._driver.stdin.flush()
            line = self._driver.stdout.readline()
        finally:
            limit.cancel()
        if not line:
            raise AssertionError(f"{self.kind} is gone while it should {command} {given}; {self.log_path.read_text('utf-8')[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{self.kind}: {command} {given}: {answer['error']}")
        return answer["ok"]

    def open(self, url):
        self.do("goto", url=url)

    def view(self, *names, seconds=30):
        """Waits for one of these states of the site; returns which."""
        return self.do("view", name=list(names), timeout=seconds * 1000)

    def click(self, name, role="button"):
        self.do("click", name=name, role=role)

    def hold(self, name="Press and hold to open", milliseconds=1300):
        self.do("hold", name=name, milliseconds=milliseconds)

    def type(self, name, text):
        self.do("type", name=name, text=text)

    def press(self, key, times=1):
        self.do("press", key=key, times=times)

    def text(self, selector="body"):
        return self.do("text", selector=selector)

    def evaluate(self, code):
        return self.do("evaluate", code=code)

    def screenshot(self, path, whole=True):
        """Takes a picture; returns the widths of the page and of the window."""
        inside = self.home / "picture.png"
        widths = self.do("screenshot", path=str(inside), whole=whole)
        shutil.copy(inside, path)
        return widths

    def downloaded(self, name, seconds=20):
        """The downloaded file, once it is whole."""
        path = self.downloads / name
        wait_until(lambda: path.exists() and path.stat().st_size > 0 and not list(self.downloads.glob("*.part"))
                   and not list(self.downloads.glob("*.crdownload")), f"the download {name}", seconds)
        return path

    def complaints(self):
        """What the page or the browser found wrong since asked last; answers of 4xx are part of the protocol."""
        return [problem for problem in self.do("problems") if "the server responded with a status of" not in problem]

    def kill(self):
        """SIGKILL to the browser: nothing is flushed, nothing is said."""
        os.kill(self.pid, signal.SIGKILL)
        self._stop_driver()

    def stop(self):
        if self._driver and self._driver.poll() is None:
            try:
                self._driver.stdin.close()
                self._driver.wait(20)
            except (OSError, subprocess.TimeoutExpired):
                pass
        self._stop_driver()

    def _stop_driver(self):
        """The driver and the browser are one session of processes."""
        if self._driver is None:
            return
        try:
            os.killpg(self._driver.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if self.pid:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._driver.wait(10)

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        self.log_path.unlink(missing_ok=True)

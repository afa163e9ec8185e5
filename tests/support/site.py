"""The browser's site as an operator serves it: build/web behind nginx with deploy/nginx-web.conf, below a path.

    site = Site(place).start()
    site.address_of(relay, link)     # where the relay sends a browser that opens the link
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from urllib.parse import quote

from .process import ROOT, Program, free_port


def site_files():
    """build/web of the present sources, made once, whatever number of workers there are; returns the folder."""
    sources = sorted(path for path in (ROOT / "web").rglob("*") if path.is_file())
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    (ROOT / "build").mkdir(exist_ok=True)
    stamp, folder = ROOT / "build" / "web.stamp", ROOT / "build" / "web"
    with open(ROOT / "build" / "web.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").exists() or not stamp.exists() or stamp.read_text("utf-8") != wanted:
            done = subprocess.run([ROOT / "scripts" / "build", "web"], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            stamp.write_text(wanted, "utf-8")
    return folder


def built(*options, name="web"):
    """Builds the site into build/NAME, or NAME if it is a whole path (`scripts/build web`); returns the folder."""
    target = ROOT / "build" / name
    done = subprocess.run(["node", "build/web-work/web/build.mjs", "site", target, *options], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


class Site(Program):
    """nginx on a free port. `files`: a folder that scripts/build made; `path`: where the site lies."""

    def __init__(self, place, name="site", files=ROOT / "build" / "web", path="/get/"):
        super().__init__(place, name)
        self.port, self.path = free_port(), path
        self.url = f"https://127.0.0.1:{self.port}{path}"
        # A copy: a test may change a file, and nginx's workers, who are nobody, may not read the checkout.
        self.files = self.directory / "files"
        self.headers = self.directory / "keyferry-web.headers.conf"
        self.publish(files)
        cert, key = place.ca.issue(self.directory)
        config = (ROOT / "deploy" / "nginx-web.conf").read_text("utf-8")
        for pattern, value in (
                (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"), (r"listen \[::\]:443 ssl http2;", ""),
                (r"ssl_certificate /[^;]*", f'ssl_certificate "{cert}"'), (r"ssl_certificate_key [^;]*", f'ssl_certificate_key "{key}"'),
                (r"access_log [^ ]*", f'access_log "{self.directory}/access.log"'), (r"error_log [^ ]*", f'error_log "{self.directory}/error.log"'),
                (r"location / ", f"location {path} "), (r"/usr/share/keyferry-web/site/", f'"{self.files}/"'),
                (r"include [^;]*", f'include "{self.headers}"')):
            config, changes = re.subn(pattern, lambda _, value=value: value, config)
            assert changes == 1, pattern
        self.config_path = self.directory / "nginx.conf"
        self.config_path.write_text(
            f'daemon off; pid "{self.directory}/pid"; user root; events {{}}\nhttp {{\n'
            + "".join(f'{kind}_temp_path "{self.directory}/{kind}";\n' for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + config + "}\n", "utf-8")
        if os.geteuid() != 0:
            self.config_path.write_text(self.config_path.read_text("utf-8").replace("user root;", ""), "utf-8")
        self.argv = [shutil.which("nginx") or "/usr/sbin/nginx", "-c", self.config_path, "-p", self.directory]

    def publish(self, files):
        """Puts a release in the place of the one that is served; takes effect for its headers at a restart."""
        shutil.rmtree(self.files, ignore_errors=True)
        shutil.copytree(files, self.files)
        shutil.copy(f"{files}.headers.conf", self.headers)

    def ready(self):
        from .http import call
        try:
            return call("GET", self.url, ca=self.place.ca.path).status == 200
        except OSError:
            return False

    def access_log(self):
        path = self.directory / "access.log"
        return path.read_text("utf-8") if path.exists() else ""

    def address_of(self, link):
        """The address of relay.toml's [web] origin: what the relay's 303 says, with the fragment that a browser keeps."""
        address, _, secret = link.partition("#")
        address, _, vertical = address.partition("?v=")
        fragment = f"#{secret}" if secret else ""
        more = f"&v={vertical}" if vertical else ""
        if "/v1/m/" in address:
            base, _, mailbox = address.partition("/v1/m/")
            return f"{self.url}?relay={quote(base, safe='')}&m={mailbox}{more}{fragment}"
        return f"{self.url}?relay={quote(address.removesuffix('/t/'), safe='')}&t=1{more}{fragment}"

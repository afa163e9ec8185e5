"""Calls of the relay beside nginx's static TLS: server CPU of one request."""

import json
import statistics
import sys
from pathlib import Path

from support import BIN, Program, Relay, call, free_port, run


class Nginx(Program):
    """nginx with one worker and a file of 1 KB."""

    def __init__(self, place):
        super().__init__(place, "nginx")
        self.port = free_port()
        cert, key = place.ca.issue(self.directory)
        # nginx drops its rights and cannot read below a directory of mode 700; `user root` keeps them where it has them.
        html = place.folder("nginx/html")
        (html / "1k").write_bytes(b"x" * 1024)
        user = "user root;" if run(["id", "-u"]).out.strip() == "0" else ""
        (self.directory / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid "{self.directory}/nginx.pid"; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
  client_body_temp_path "{self.directory}/body"; proxy_temp_path "{self.directory}/proxy";
  fastcgi_temp_path "{self.directory}/fastcgi"; uwsgi_temp_path "{self.directory}/uwsgi"; scgi_temp_path "{self.directory}/scgi";
  server {{
    listen 127.0.0.1:{self.port} ssl; root "{html}"; default_type application/octet-stream;
    ssl_certificate "{cert}"; ssl_certificate_key "{key}"; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
  }}
}}""")
        self.argv = ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf"]

    def ready(self):
        try:
            return call("GET", f"https://127.0.0.1:{self.port}/1k", ca=self.place.ca.path).status == 200
        except OSError:
            return False

    @property
    def pids(self):
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [str(self.pid), *children]


def load(port, pids, mode, requests, path="/"):
    """One measurement: microseconds of server CPU a request, and requests a second."""
    argv = [BIN / "relay_load", "--port", port, "--mode", mode, "--requests", requests, "--path", path]
    for pid in pids:
        argv += ["--pid", pid]
    answer = json.loads(run(argv, timeout=600).out)
    return {"cpu_us": answer["cpu_us"], "per_second": answer["requests"] / answer["seconds"]}


def load_all(place, rounds, requests):
    nginx = Nginx(place).start()
    relay = Relay(place, config={"limits": {"misses_per_minute": 0}}).start()
    pids = [str(relay.pid)]
    results = {name: [] for name in ("nginx", "create", "read", "nginx_handshake", "handshake")}
    for number in range(rounds):
        results["nginx"].append(load(nginx.port, nginx.pids, "get", requests, "/1k"))
        results["create"].append(load(relay.port, pids, "create", requests))
        results["read"].append(load(relay.port, pids, "read", requests))
        few = max(64, requests // 10)
        results["nginx_handshake"].append(load(nginx.port, nginx.pids, "handshake", few, "/1k"))
        results["handshake"].append(load(relay.port, pids, "handshake", few, "/v1/pictures/access.png"))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    nginx.stop()
    relay.stop()
    return results


def summary(samples, baseline=None):
    """Median, least and greatest CPU, and the ratio to the baseline of the same round."""
    cpu = [sample["cpu_us"] for sample in samples]
    result = {"cpu_us": round(statistics.median(cpu), 2), "least": round(min(cpu), 2), "greatest": round(max(cpu), 2),
              "per_second": round(statistics.median(sample["per_second"] for sample in samples))}
    if baseline:
        ratios = [base["cpu_us"] / sample["cpu_us"] for base, sample in zip(baseline, samples)]
        result["ratio"] = round(statistics.median(ratios), 3)
        result["ratio_least"], result["ratio_greatest"] = round(min(ratios), 3), round(max(ratios), 3)
    return result


ROWS = (("nginx", "nginx, static 1 KB", None), ("create", "durable Create, 1 KB", "nginx"), ("read", "Read of a bound mailbox", "nginx"),
        ("nginx_handshake", "nginx, full handshake", None), ("handshake", "full handshake and one call", "nginx_handshake"))


def measure(place, rounds, requests):
    """{name: summary} of ROWS."""
    results = load_all(place, rounds, requests)
    return {name: summary(results[name], results.get(baseline)) for name, _, baseline in ROWS}


def show(table):
    print(f"{'':30} {'CPU a request':>14} {'least … greatest':>20} {'of nginx':>9} {'least … greatest':>18} {'a second':>9}")
    for name, title, _ in ROWS:
        row = table[name]
        ratio = f"{row['ratio']:9.0%} {row['ratio_least']:8.0%} … {row['ratio_greatest']:<7.0%}" if "ratio" in row else " " * 28
        print(f"{title:30} {row['cpu_us']:11.1f} µs {row['least']:9.1f} … {row['greatest']:<8.1f} {ratio} {row['per_second']:9}")

"""One plain HTTP(S) call without any cleverness: no redirects, no retries, no connection kept."""

import http.client
import json as json_module
import ssl
import urllib.parse


class Answer:
    """`status`, `headers` (names in lower case), `body` (octets), `.json()`, `.text`."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json_module.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.text[:400]!r}>"


def call(method, url, ca=None, headers=None, body=None, json=None, timeout=120, source=None):
    """Sends `body` (octets or text), or `json` as JSON with its Content-Type. `ca`: a PEM file to trust; `source`: an own
    address to call from (127.0.0.9)."""
    parts = urllib.parse.urlsplit(url)
    own = (source, 0) if source else None
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context,
                                                 source_address=own)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout, source_address=own)
    headers = dict(headers or {})
    if json is not None:
        body = json_module.dumps(json)
        headers.setdefault("Content-Type", "application/json")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body.encode() if isinstance(body, str) else body, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()

"""Compares what a server answers with its OpenAPI document."""

import re

import jsonschema
import yaml


class OpenApi:
    """A document of OpenAPI 3.1; `seen` collects (operationId, status) of every checked answer."""

    def __init__(self, text):
        self.document = yaml.safe_load(text)
        self.seen = set()
        self._routes = []
        for path, item in self.document["paths"].items():
            pattern = re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))
            self._routes += [(method.upper(), pattern, operation) for method, operation in item.items() if "responses" in operation]

    def operations(self):
        """Every (operationId, status) of the document, status as a number."""
        return {(operation["operationId"], int(status)) for _, _, operation in self._routes for status in operation["responses"]}

    def check(self, method, path, answer, json=None):
        """Fails if the answer (or, for a 2xx, the request body) is not what the document says; returns the answer."""
        operation = self._operation(method, path)
        where = f"{operation['operationId']} {answer.status}"
        response = self._resolve(operation["responses"].get(str(answer.status)))
        assert response, f"{where} is not documented: {answer!r}"
        self.seen.add((operation["operationId"], answer.status))
        content = response.get("content")
        if not content:
            assert answer.body == b"", f"{where} has a body that is not documented"
        elif method != "HEAD":
            kind = answer.headers["content-type"].split(";")[0]
            assert kind in content, f"{where} is {kind}, documented are {list(content)}"
            if kind.endswith("json"):
                self._validate(answer.json(), content[kind]["schema"], where)
        for name, header in response.get("headers", {}).items():
            header = self._resolve(header)
            assert name.lower() in answer.headers or not header.get("required", True), f"{where} lacks {name}"
        if json is not None and answer.status < 300:
            self._validate(json, operation["requestBody"]["content"]["application/json"]["schema"], f"request of {where}")
        return answer

    def _operation(self, method, path):
        path = path.split("?")[0]
        for wanted, pattern, operation in self._routes:
            if wanted == ("GET" if method == "HEAD" else method) and pattern.fullmatch(path):
                return operation
        raise AssertionError(f"{method} {path} is not documented")

    def _resolve(self, node):
        while node and "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _validate(self, value, schema, where):
        # References inside the schema start at the document.
        whole = {**schema, "components": self.document.get("components", {})}
        errors = list(jsonschema.Draft202012Validator(whole).iter_errors(value))
        assert not errors, f"{where}: {errors[0].message}"

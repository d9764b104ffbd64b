"""Requests of every shape, most of them nonsense: always an answer in words, never a 5xx.

The suite runs a short slice; FUZZ_CASES=2000 python -m pytest tests/api/test_fuzz.py runs more.
"""

import json
import os

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = int(os.environ.get("FUZZ_CASES", "150"))
TEXT = st.text(max_size=30) | st.text(alphabet="\0\ud800\n\t\\'\"{}%;`é雪", max_size=12)
SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT
    | st.sampled_from(["red", "colours", "colours/red", "2021-01-01", "AAAA", "http://[::1"])
)  # fmt: skip
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=4)
)


def values(schema, parts):
    """Values that mostly fit a property's schema."""
    if "$ref" in schema:
        return values(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return st.one_of([values(choice, parts) for choice in schema["anyOf"]])
    kind = schema.get("type", "null")
    if kind == "null":
        return SCALAR
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if kind == "integer":
        return st.integers(schema.get("minimum", -5), min(schema.get("maximum", 99), 2**32))
    if kind == "number":
        return st.floats(schema.get("minimum", -9.0), schema.get("maximum", 9.0))
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(values(schema.get("items", {}), parts), max_size=24)
    if kind == "object":
        return st.fixed_dictionaries(
            {}, optional={key: values(known, parts) for key, known in schema["properties"].items()}
        )
    return TEXT | st.sampled_from(["red", "colours", "colours/red", "1999-12-31T23:59"])


class Document(dict):
    """An OpenAPI document that hypothesis does not print."""

    def __repr__(self):
        return "the document"


@st.composite
def cases(draw, document):
    """A request to one of the described addresses: method, path, query string, body."""
    paths, parts = document["paths"], document["components"]["schemas"]
    path = draw(st.sampled_from(sorted(paths)))
    method = draw(st.sampled_from(sorted(paths[path])))
    operation = paths[path][method]
    parameters = operation.get("parameters", [])
    fields = {p["name"]: values(p["schema"], parts) for p in parameters if p["in"] == "query"}
    query = {name: draw(made | SCALAR) for name, made in fields.items() if draw(st.booleans())}
    query |= draw(st.dictionaries(TEXT, TEXT, max_size=1))
    for part in [p["name"] for p in parameters if p["in"] == "path"]:
        path = path.replace(
            f"{{{part}}}", draw(TEXT | st.sampled_from(["colours/red", "x", "%00"]))
        )
    body = b""
    if method == "post":
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        made = draw(values(schema, parts) | JSON)
        body = draw(st.just(json.dumps(made).encode()) | st.binary(max_size=40))
    return method.upper(), path, query, body


@pytest.mark.slow
def test_no_request_is_answered_with_a_server_error(served):
    document = served.get("/api/openapi.json").json()
    session = requests.Session()
    answers = {"all": 0, "good": 0}

    @settings(
        max_examples=CASES, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases(Document(document)))
    def ask(case):
        method, path, query, body = case
        clean = {
            key.encode("utf-8", "replace"): str(value).encode("utf-8", "replace")
            for key, value in query.items()
        }
        encoded = path.encode("utf-8", "replace").decode()
        answer = session.request(
            method, served.address + encoded, params=clean, data=body, timeout=60
        )
        answers["all"] += 1
        answers["good"] += answer.status_code == 200
        assert answer.status_code < 500, (case, answer.text)
        assert "Traceback" not in answer.text
        if answer.status_code >= 400 and "\n" not in path:  # which no route's pattern matches
            assert set(answer.json()) == {"error"}, answer.text

    ask()
    assert answers["good"] > CASES / 50


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(served, method):
    assert requests.request(method, served.address + "/api/search", timeout=60).status_code == 405

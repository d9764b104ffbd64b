"""`/api/openapi.json`: the API described from the very schemas that requests are checked by."""

from collections.abc import Callable
from typing import Any

from api.endpoint import Call, Endpoint
from api.schema import Schema

REFUSALS = {
    "400": "Malformed; the sentence says what.",
    "401": "A token is asked for.",
    "403": "Not allowed, such as fetching an address.",
    "404": "Unknown collection, photo or concept.",
    "413": "Too large.",
    "429": "Too many calls; Retry-After says when to come back.",
    "503": "The database or the encoder cannot be used now.",
}


def description(endpoints: list[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = endpoint.path.replace(":path}", "}")
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Visual Dataset Explorer", "version": "1"},
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Refusal": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                }
            },
        },
    }


def _operation(endpoint: Endpoint, path: str) -> dict[str, Any]:
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    responses: dict[str, Any] = {"200": {"description": "OK", "content": {endpoint.answers: {}}}}
    for status, words in REFUSALS.items():
        responses[status] = {"description": words, "content": refusal}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "parameters": _path_parameters(path),
        "responses": responses,
    }
    if endpoint.method == "GET":
        operation["parameters"] += _query_parameters(endpoint.takes)
    else:
        content = {"application/json": {"schema": endpoint.takes}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part.partition("}")[0] for part in path.split("{")[1:]]
    schema = {"type": "string", "minLength": 1, "maxLength": 1000}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameters(takes: Schema) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in takes["properties"].items()
    ]


def served(endpoints: list[Endpoint]) -> Endpoint:
    """Return the endpoint that serves the description of these others."""
    document = description(endpoints)
    handler: Callable[[Call], Any] = lambda call: document  # noqa: E731
    return Endpoint("GET", "/api/openapi.json", handler, "This description.")

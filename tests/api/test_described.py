"""The API describes itself: every answer has a schema, and the page of it needs no network."""

import re

import pytest
import requests

ADDRESS = re.compile(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""")


def test_every_answer_and_every_refusal_of_every_operation_is_described(served):
    document = served.get("/api/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 18
    for path, method, operation in operations:
        answers = operation["responses"]
        assert operation["summary"], path
        assert "422" not in answers
        assert all(kind["schema"] for kind in answers["200"]["content"].values()), (path, method)
        for status in ("400", "401", "404", "413", "503"):
            [refusal] = answers[status]["content"].values()
            assert refusal["schema"] == {"$ref": "#/components/schemas/Refusal"}


@pytest.mark.parametrize("form", ["json", "csv", "jsonl"])
def test_every_form_of_labels_is_described(served, form):
    concept = served.explorer.database.concepts.create("reds", "colours", "red")
    path = "/api/concepts/{concept_id}/labels"
    described = served.get("/api/openapi.json").json()["paths"][path]["get"]["responses"]["200"]
    answer = served.get(path.format(concept_id=concept.id), format=form)
    assert answer.headers["content-type"].partition(";")[0] in described["content"]


def test_the_page_of_the_description_takes_everything_from_this_server(served):
    page = served.get("/api/docs")
    assert page.status_code == 200
    addresses = set(ADDRESS.findall(page.text))
    assert "/api/openapi.json" in addresses
    for address in addresses:
        assert address.startswith("/api/"), address
        assert served.get(address).status_code == 200, address


def test_the_description_says_what_a_body_may_hold(served):
    document = served.get("/api/openapi.json").json()
    k = document["components"]["schemas"]["RichSearch"]["properties"]["k"]
    assert (k["type"], k["minimum"], k["maximum"], k["default"]) == ("integer", 1, 1000, 25)
    names = {field["name"] for field in document["paths"]["/api/search"]["get"]["parameters"]}
    assert {"text", "minus", "k", "min_width", "where"} <= names


def test_head_answers_as_get_does_without_the_body(served):
    for path in ("/api/healthz", "/api/thumb/colours/colours%2Fred"):
        whole = served.get(path)
        head = requests.head(served.address + path, timeout=60)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == str(len(whole.content))


def test_a_wrong_method_is_told_all_that_the_address_takes(served):
    answer = requests.delete(served.address + "/api/search", timeout=60)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.json() == {"error": "This address takes GET, POST, not 'DELETE'."}


def test_a_photo_whose_id_a_path_cannot_hold_is_found_by_its_id(served):
    by_path = served.get("/api/photos/colours/red").json()
    assert served.get("/api/photos", id="colours/red").json() == by_path
    assert served.get("/api/photos", id="../gone.jpg").status_code == 404
    assert served.get("/api/photos").json() == {"error": "id is missing."}


def test_conditions_on_any_column_narrow_a_search(served):
    answer = served.get("/api/search", text="red", k=100, where=["country=norway", "height>=44"])
    assert answer.json()["count"] == 4
    refused = served.get("/api/search", text="red", where="nonsense")
    assert refused.status_code == 400


def test_no_refusal_tells_where_the_server_keeps_its_files(served):
    unknown = served.get("/api/search", text="x", collection="none")
    assert unknown.status_code == 404
    assert "There is no collection 'none'" in unknown.json()["error"]
    served.explorer.close()
    served.explorer._dsn = f"chdb://{served.folder}/red.jpg"
    broken = served.get("/api/healthz")
    assert broken.status_code == 503
    for answer in (unknown, broken):
        assert str(served.folder) not in answer.text
        assert "chdb:" not in answer.text

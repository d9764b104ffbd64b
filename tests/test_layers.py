"""Dependencies point one way: read every import and compare it with what its layer may know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {
    "app",
    "pages",
    "api",
    "explorer",
    "classifier",
    "encoder",
    "vecdb",
    "ingest",
    "sample",
    "tuning",
}
ALLOWED = {
    "app": {"pages", "api"},
    "pages": {"explorer", "classifier", "encoder", "vecdb", "ingest", "tuning"},
    "api": {"explorer", "classifier", "encoder", "vecdb"},
    "explorer": {"classifier", "encoder", "vecdb", "ingest", "tuning"},
    "ingest": {"encoder", "vecdb"},
    "tuning": {"encoder", "vecdb", "ingest"},
    "sample": {"encoder", "vecdb", "ingest"},
    "classifier": set(),
    "encoder": set(),
    "vecdb": set(),
}


def modules() -> Iterator[tuple[str, Path]]:
    yield "app", ROOT / "app.py"
    for layer in sorted(LAYERS - {"app"}):
        for path in sorted((ROOT / layer).rglob("*.py")):
            yield layer, path


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("layer", "path"), [pytest.param(*m, id=str(m[1].relative_to(ROOT))) for m in modules()]
)
def test_a_module_imports_only_the_layers_below_it(layer: str, path: Path) -> None:
    if path.name == "__main__.py" or "benchmark" in path.parts or path.name.startswith("benchmark"):
        return
    # Command lines and benchmarks are programs of their own: they may compose layers.
    names = imported(path)
    assert (names & LAYERS) - {layer} <= ALLOWED[layer]
    if layer not in {"app", "pages"}:
        assert "streamlit" not in names

"""The house plan: adapters → bot → knowledge, and nothing of the world inside."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSIDE = {"knowledge": {"knowledge"}, "bot": {"bot", "knowledge"}}
MODULES = sorted(path for room in ("knowledge", "bot", "adapters") for path in (ROOT / room).rglob("*.py"))
# scripts that make the model files; nothing at run time imports them
SCRIPTS = ROOT / "knowledge" / "model"
INNER = [path for path in MODULES if path.relative_to(ROOT).parts[0] in INSIDE and not path.is_relative_to(SCRIPTS)]
# what STYLE §1 lets the inner rooms use beyond the standard library
LIBRARIES = {
    "bm25s",
    "holidays",
    "limits",
    "numpy",
    "onnxruntime",
    "py3langid",
    "pydantic",
    "pydantic_core",
    "rapidfuzz",
    "scipy",
    "Stemmer",
    "tokenizers",
    "yaml",
}
STANDARD = {
    "abc",
    "base64",
    "bisect",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "itertools",
    "json",
    "math",
    "operator",
    "pathlib",
    "re",
    "statistics",
    "string",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
    "zoneinfo",
}
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "time.sleep",
}
READS_FILES = {ROOT / "knowledge" / "loading.py", ROOT / "knowledge" / "encoder.py"}  # guidance; the model
OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "glob", "rglob", "iterdir"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def called(path: Path) -> Iterator[str]:
    """What a file calls: "open", "datetime.now"; of a longer chain the last two names."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_all_three_rooms_are_looked_at():
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == {"knowledge", "bot", "adapters"}


@pytest.mark.parametrize("path", INNER, ids=name)
def test_an_inner_module_imports_its_own_room_and_those_further_in(path: Path):
    rooms = {module.partition(".")[0] for module in imported(path)} & {"adapters", "bot", "knowledge", "tests"}

    assert rooms <= INSIDE[path.relative_to(ROOT).parts[0]]


@pytest.mark.parametrize("path", INNER, ids=name)
def test_an_inner_module_touches_no_network_database_or_environment(path: Path):
    pure = set(imported(path)) - {"urllib.parse"}  # takes addresses apart; what else urllib has, opens them
    beyond = {module.partition(".")[0] for module in pure} - {"bot", "knowledge"}

    assert beyond <= LIBRARIES | STANDARD


@pytest.mark.parametrize("path", INNER, ids=name)
def test_an_inner_module_asks_no_clock(path: Path):
    assert not CLOCKS & set(called(path))


@pytest.mark.parametrize("path", [path for path in INNER if path not in READS_FILES], ids=name)
def test_only_guidance_and_model_are_read_from_files(path: Path):
    assert not OPENS & {call.rpartition(".")[2] for call in called(path)}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_a_bag_of_things(path: Path):
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_outside_imports_the_tests(path: Path):
    assert "tests" not in {module.partition(".")[0] for module in imported(path)}


@pytest.mark.parametrize("path", [path for path in MODULES if not path.is_relative_to(SCRIPTS)], ids=name)
def test_no_module_imports_a_script(path: Path):
    assert not [module for module in imported(path) if module.startswith("knowledge.model")]

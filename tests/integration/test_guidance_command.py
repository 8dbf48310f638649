"""Keeping versions of the guidance and comparing them at the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.release import prepare_embedded
from bot.settings import from_env
from tests.builders_guidance import a_passage_row, a_topic_file, an_entry_row, questions_for, write_pack

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"SMPOLICY_DATABASE_URL": f"sqlite:///{tmp_path}/smpolicy.sqlite3", "COLUMNS": "200"}


@pytest.fixture
def run(settings: dict[str, str]) -> Run:
    application = Application(from_env(settings))
    prepare_embedded(application)
    return lambda *arguments: CliRunner().invoke(app, ["guidance", *arguments], env=settings)


def a_pack(folder: Path, **changes: object) -> str:
    write_pack(folder, **changes)
    return str(folder / "small")


REWORDED = {"blogs": a_topic_file(passages=[a_passage_row(text="Be very careful what you blog about.")])}


def test_a_release_keeps_what_is_installed(run: Run, uk_corpus):
    shown = run("keep").stdout

    assert shown.startswith(f"{uk_corpus.version}  kept since ")
    assert shown.endswith(", installed now\n")
    assert shown.count("\n") == 1


def test_two_packs_are_compared_word_by_word(run: Run, tmp_path: Path):
    result = run("diff", a_pack(tmp_path / "old"), a_pack(tmp_path / "new", **REWORDED))

    assert result.exit_code == 0
    assert "Passages: 0 added, 1 changed, 0 withdrawn" in result.stdout
    assert "wording: Be {+very+} careful what you [-blog.-] {+blog about.+}" in result.stdout
    assert "1 entry rests on it: blog-about-work" in result.stdout
    assert "Entries: 0 added, 0 changed, 0 withdrawn" in result.stdout


def test_a_comparison_is_printed_as_json(run: Run, tmp_path: Path):
    result = run("diff", a_pack(tmp_path / "old"), a_pack(tmp_path / "new", **REWORDED), "--json")

    found = json.loads(result.stdout)
    (changed,) = found["passages"]["changed"]
    assert changed["id"] == "small/blogs.1"
    assert changed["fields"][0]["words"][:2] == [{"is": "kept", "text": "Be"}, {"is": "added", "text": "very"}]
    assert found["resting"] == {"small/blogs.1": ["blog-about-work"]}


def test_other_example_questions_are_no_change_of_what_is_said(run: Run, tmp_path: Path):
    more = {"blog-about-work": questions_for("blog-about-work", 7)}

    result = run("diff", a_pack(tmp_path / "old"), a_pack(tmp_path / "new", examples=more))

    assert "No change of passages or entries" in result.stdout


def test_a_kept_version_may_be_named_by_its_beginning(run: Run, uk_corpus):
    digest = uk_corpus.version.partition("@")[2]

    for name in (uk_corpus.version, uk_corpus.version[:5], digest[:4], "current"):
        assert run("diff", name).stdout == f"{uk_corpus.version} → {uk_corpus.version}\nThe same version.\n"


@pytest.mark.parametrize("name", ["uk@gone", "", "no/such/folder"])
def test_an_unknown_version_is_told_with_those_that_are_kept(run: Run, uk_corpus, name: str):
    result = run("diff", name)

    assert result.exit_code == 1
    assert result.stderr == f"There is no one version {name!r}. Kept are:\n  - {uk_corpus.version}\n"


def test_a_folder_whose_pack_has_faults_is_told_with_them(run: Run, tmp_path: Path):
    broken = a_pack(tmp_path / "new", blogs=a_topic_file(an_entry_row(passages=["nowhere.1"])))

    result = run("diff", "current", broken)

    assert result.exit_code == 1
    assert "unknown passage nowhere.1" in result.stderr

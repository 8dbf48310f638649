"""The report of `smpolicy eval --report`."""

import sys
from pathlib import Path

import pytest

from adapters.report import NoPictures, to_markdown, write_report
from bot.advice import Advice
from bot.evaluation import Figures, LabelledQuestion, Scored, score
from knowledge.entry import Verdict

YES, NO = Verdict.YES, Verdict.NO


def some_rows() -> tuple[Figures, list[Scored]]:
    labels = [
        LabelledQuestion(id="q-right", question="Can I?", verdict=YES),
        LabelledQuestion(id="q-wrong", question="May I?", verdict=NO, harmful=[YES]),
    ]
    return score(labels, lambda label: Advice(YES, 0.8 if label.id == "q-right" else 0.4, "So.", entry="may"))


def test_a_page_and_three_pictures_are_written(tmp_path: Path):
    page = write_report(tmp_path / "new", "dev", *some_rows(), version="uk@1")

    assert page == tmp_path / "new" / "dev.md"
    pictures = sorted(page.parent.glob("*.png"))
    assert [picture.name for picture in pictures] == ["dev-confusion.png", "dev-coverage.png", "dev-reliability.png"]
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_the_page_shows_each_picture(tmp_path: Path):
    page = write_report(tmp_path, "dev", *some_rows(), version="uk@1")

    for picture in tmp_path.glob("*.png"):
        assert f"({picture.name})" in page.read_text()


def test_no_questions_make_a_report_too(tmp_path: Path):
    assert (
        "None."
        in write_report(
            tmp_path, "none", *score([], lambda _: pytest.fail("no question was given")), version="uk@1"
        ).read_text()
    )


def test_the_page_tells_the_figures_and_the_version():
    page = to_markdown("dev", *some_rows(), version="uk@1")

    assert page.startswith("# dev: 2 questions, guidance uk@1\n")
    assert "Expected calibration error 0.300" in page
    assert "| 50% | 1.000 |\n" in page


def test_the_page_names_what_is_not_acceptable_by_id():
    page = to_markdown("dev", *some_rows(), version="uk@1")

    assert "| q-wrong | no | yes | may | yes |" in page
    assert "q-right" not in page
    assert "May I?" not in page


def test_without_matplotlib_the_extra_is_named_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(NoPictures, match=r"smpolicy\[report\]"):
        write_report(tmp_path / "new", "dev", *some_rows(), version="uk@1")
    assert not (tmp_path / "new").exists()

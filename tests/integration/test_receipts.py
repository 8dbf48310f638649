"""Receipts as files and at the command line."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from adapters.bootstrap import Application
from adapters.cli import app
from adapters.pdf.page import REPLACED, REPLACEMENT_NOTE, to_pdf
from adapters.release import prepare_embedded
from bot.case import Move, make_move
from bot.replies import Heading, Reply, SaidBySomeone
from bot.settings import from_env
from tests.builders import NOON, a_case, a_full_reply
from tests.integration.storage_helpers import store

CASE = "SM-2026-0001"
A4_PT = (595, 842)


def a_document(*words: str) -> PdfReader:
    reply = Reply("x", (Heading("Receipt"), *(SaidBySomeone("You asked", text) for text in words)))
    return PdfReader(io.BytesIO(to_pdf(reply, title="A receipt", made="smpolicy, today.")))


def text_of(document: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in document.pages)


def test_a_receipt_is_accessible_as_far_as_a_pdf_can_be():
    document = a_document("May I?")
    catalog = document.trailer["/Root"]

    assert document.metadata
    assert document.metadata.title == "A receipt"
    assert catalog["/Lang"] == "en-GB"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in catalog
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    page = document.pages[0].mediabox
    assert (round(page.width), round(page.height)) == A4_PT


def tags(node: Any) -> Iterator[str]:
    """The kinds of all elements that a screen reader is told of, in reading order."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from tags(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        yield from tags(node.get("/K"))


def test_headings_quotations_and_lists_are_tagged_as_such():
    document = PdfReader(io.BytesIO(to_pdf(a_full_reply(), title="x", made="made today")))

    found = list(tags(document.trailer["/Root"]["/StructTreeRoot"]))

    assert found[:3] == ["/Document", "/H1", "/P"]
    assert found.count("/BlockQuote") == 2  # what somebody said, and the passage
    assert "/L" in found
    assert "/Link" in found


def test_every_part_of_a_reply_is_written():
    document = PdfReader(io.BytesIO(to_pdf(a_full_reply(), title="x", made="made today")))

    shown = text_of(document)
    for words in ("Yes, if…", "You may.", "Can I? <!channel> ümläut", "“Be careful.”", "(Ten tips, 2014)", "Own time"):
        assert words in shown
    assert "made today" in shown
    assert "Page 1 of 1" in shown
    assert "Claim" not in shown  # nobody presses a button on paper


@pytest.mark.parametrize("text", ["Łódź, Größe, œuvre", "Ελληνικά", "Кириллица", "– ‘q’ “q” … € →"])
def test_letters_of_europe_are_shown_as_they_are(text: str):
    shown = text_of(a_document(text))

    assert text in shown
    assert REPLACED not in shown


@pytest.mark.parametrize("text", ["日本語", "🙂👍🏽", "a\x00b\x07c", "\ud800", "\ufffe", "क\u0301\u0489🏴‍☠️"])
def test_what_no_typeface_has_is_replaced_and_said(text: str):
    shown = text_of(a_document(f"before {text} after"))

    assert "before" in shown
    assert "after" in shown
    assert REPLACEMENT_NOTE in shown


@pytest.mark.parametrize("text", ["#strong[x] $x$ = y @z <l> // c", '"); #panic("x")', "\\n {{x}} `raw` *b* _i_"])
def test_what_people_write_is_never_markup(text: str):
    assert text in text_of(a_document(text))


@pytest.mark.parametrize("word", ["W" * 500, "https://example.org/" + "a/b-c" * 60])
def test_a_long_word_stays_on_the_page(word: str):
    document = a_document(word)

    assert "".join(text_of(document).split()).count(word) == 1  # broken on paper, whole when copied
    assert max(map(len, document.pages[0].extract_text().splitlines())) < 100


def test_a_question_of_any_length_goes_on_to_the_next_page():
    assert len(a_document("word " * 4_000).pages) > 3


# the commands


@pytest.fixture
def service(settings: dict[str, str]) -> Application:
    application = Application(from_env(settings))
    prepare_embedded(application)
    store(application.database, case=a_case())
    with application.open_unit() as unit:
        unit.cases.save(*make_move(a_case(), Move.ANSWER, actor="maya-okafor", at=NOON, note="Yes, go on."))
        unit.commit()
    return application


def run(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env=settings)


def test_the_receipt_of_a_case_is_printed(service: Application, settings: dict[str, str]):
    shown = run(settings, "cases", "receipt", CASE.lower()).stdout

    assert shown.startswith(f"RECEIPT FOR CASE {CASE}: ANSWERED\nThe asker asked:")
    assert "Yes, go on." in shown
    assert "What version uk@0123456789ab said is not kept" in shown


def test_the_receipt_of_a_case_is_written_as_pdf(service: Application, settings: dict[str, str], tmp_path: Path):
    result = run(settings, "cases", "receipt", CASE, "--pdf", f"{tmp_path}/case.pdf")

    assert result.exit_code == 0
    assert f"Receipt for case {CASE}: answered" in text_of(PdfReader(tmp_path / "case.pdf"))


def test_a_case_that_is_not_there_has_no_receipt(service: Application, settings: dict[str, str]):
    result = run(settings, "cases", "receipt", "SM-2026-0404")

    assert (result.exit_code, result.stderr) == (1, "There is no case SM-2026-0404.\n")


def test_an_answer_at_the_command_line_has_a_receipt(settings: dict[str, str], tmp_path: Path):
    asked = run(settings, "ask", "who owns our account", "--json", "--receipt", f"{tmp_path}/answer.pdf")

    shown = text_of(PdfReader(tmp_path / "answer.pdf"))
    record = json.loads(asked.stdout)
    assert "who owns our account" in shown
    assert f"Guidance {record['guidance_version']}" in shown


def test_a_receipt_that_cannot_be_written_is_told_plainly(settings: dict[str, str], tmp_path: Path):
    result = run(settings, "ask", "who owns our account", "--receipt", f"{tmp_path}/no/such/answer.pdf")

    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr


def test_many_questions_have_no_one_receipt(settings: dict[str, str], tmp_path: Path):
    assert run(settings, "ask", "--jsonl", "-", "--receipt", f"{tmp_path}/x.pdf").exit_code == 2

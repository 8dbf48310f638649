"""An explanation as people and programs get it."""

import io
import json
from typing import Any

from rich.console import Console

from adapters.explain import to_explanation_record, write_explanation
from bot.explanation import Explanation, explain
from tests.builders_guidance import an_engine


def explained(question: str, **known: Any) -> Explanation:
    engine = an_engine()
    considered = engine.consider(question, **{"facts": {}, **known})
    return explain(considered, engine.index.read(considered.text), threshold=engine.threshold)


def printed(explanation: Explanation, width: int = 80) -> str:
    page = io.StringIO()
    write_explanation(Console(file=page, width=width, highlight=False), explanation)
    return page.getvalue()


def test_the_record_is_json():
    record = to_explanation_record(explained("can I retwete the minister on fb from my own account?"))

    assert json.loads(json.dumps(record)) == record
    assert list(record) == ["normalised", "facts", "entries", "verdicts", "threshold", "why"]


def test_the_record_tells_what_was_normalised():
    record = to_explanation_record(explained("can I retwete the minister on fb?"))

    assert record["normalised"] == {
        "leant_on": None,
        "corrected": [{"written": "retwete", "read_as": "retweet"}],
        "unified": [{"written": "fb", "read_as": "facebook"}],
        "searched_for": "can i retweet the minister on facebook",
    }


def test_the_record_gives_every_signal_of_an_entry():
    record = to_explanation_record(explained("Can I blog about my work?"))

    assert list(record["entries"][0]["signals"]) == ["by_words", "by_example", "by_topic", "by_verdict"]


def test_the_page_shows_why_and_every_part():
    page = printed(explained("can I retwete the minister on fb?", history=["Can I share a draft report?"]))

    for part in ("Why: ", "retwete → retweet", "fb → facebook", "Best entries", "by_example", "expected cost"):
        assert part in page


def test_what_the_asker_typed_is_no_markup():
    page = printed(explained("[bold]blog[/bold] and it?", history=["[red]Can I blog about my work?"]))

    assert "[red]Can I blog about my work?" in page


def test_nothing_found_shows_no_empty_tables():
    page = printed(explained("zebra crossing"))

    assert "no word of the question occurs in the guidance" in page
    assert "Best entries" not in page

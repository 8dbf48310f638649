"""An explanation as JSON and as tables in a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.explanation import EntryScore, Explanation


def to_explanation_record(explanation: Explanation) -> dict[str, Any]:
    """The `explanation` of an output record, JSON-ready."""
    reading = explanation.reading
    return {
        "normalised": {
            "leant_on": explanation.leant_on or None,
            "corrected": [{"written": written, "read_as": term} for written, term in reading.corrected],
            "unified": [{"written": written, "read_as": term} for written, term in reading.unified],
            "searched_for": " ".join(reading.words),
        },
        "facts": [
            {
                "fact": read.fact,
                "value": read.value,
                "source": read.source.value,
                "against": [{"source": source.value, "value": value} for source, value in read.against],
            }
            for read in explanation.facts
        ],
        "entries": [
            {
                "id": scored.entry,
                "title": scored.title,
                "verdict": scored.verdict.value,
                "score": round(scored.score, 3),
                "share": round(scored.share, 3),
                "signals": {name: round(part, 3) for name, part in scored.parts.items()},
            }
            for scored in explanation.entries
        ],
        "verdicts": [
            {
                "verdict": weight.verdict.value,
                "by_entries": round(weight.by_entries, 3),
                "share": round(weight.share, 3),
                "expected_cost": round(weight.cost, 3),
            }
            for weight in explanation.verdicts
        ],
        "threshold": explanation.threshold,
        "why": explanation.why,
    }


def write_explanation(console: Console, explanation: Explanation) -> None:
    """Print an explanation below an answer. Words alone carry the meaning: there is no colour in it."""
    console.print(Text(f"\nWhy: {explanation.why}\n"))
    console.print(_how_it_was_read(explanation))
    if explanation.entries:
        console.print(_entries(explanation.entries))
        console.print(_signals(explanation.entries))
        console.print(_verdicts(explanation))


def _how_it_was_read(explanation: Explanation) -> Table:
    table = _table("How it was read", "what", "how", "from")
    if explanation.leant_on:
        table.add_row("read together with", Text(explanation.leant_on), "the question before")
    for written, term in explanation.reading.corrected:
        table.add_row("spelling", Text(f"{written} → {term}"), "the guidance's own words")
    for written, term in explanation.reading.unified:
        table.add_row("name", Text(f"{written} → {term}"), "the glossary")
    table.add_row("searched for", Text(" ".join(explanation.reading.words)), "")
    for read in explanation.facts:
        against = "".join(f", against {value} in the {source}" for source, value in read.against)
        table.add_row(f"fact {read.fact}", Text(read.value), f"{read.source}{against}")
    return table


def _entries(entries: tuple[EntryScore, ...]) -> Table:
    table = _table("Best entries", "", "entry", "verdict", "share", "score")
    for number, scored in enumerate(entries, start=1):
        figures = (f"{scored.share:.2f}", f"{scored.score:.2f}")
        table.add_row(str(number), scored.entry, scored.verdict.value, *figures)
    return table


def _signals(entries: tuple[EntryScore, ...]) -> Table:
    numbers = [str(number) for number in range(1, len(entries) + 1)]
    table = _table("What each signal adds to their scores", "signal", *numbers)
    for name in entries[0].parts:
        table.add_row(name, *(f"{round(scored.parts[name], 2) + 0.0:.2f}" for scored in entries))
    return table


def _verdicts(explanation: Explanation) -> Table:
    table = _table(
        f"Verdicts, threshold {explanation.threshold:.2f}", "verdict", "by entries", "share", "expected cost"
    )
    for weight in explanation.verdicts:
        table.add_row(weight.verdict.value, f"{weight.by_entries:.2f}", f"{weight.share:.2f}", f"{weight.cost:.2f}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table

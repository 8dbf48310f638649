"""`smpolicy insight`: what is asked and how it is handled, as a page in the terminal, JSON, CSV files and pictures."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from adapters.command import USAGE, CannotWrite, open_application, out, told_plainly
from adapters.insight_charts import write_charts
from adapters.storage.insight import Period, rows_of, unanswered_texts
from bot.insight import CaseFigures, Insight, QuestionFigures, Times, gather, in_words
from bot.questions import AskedQuestion
from bot.suppression import LEAST, Held

WEEKS_SHOWN = 12  # in the terminal
HELD_BACK = f'Counts below {LEAST} are shown as "{Held.FEW}"; what is "{Held.BACK}" would give one of them away.'
Cell = str | int | float | None
Record = dict[str, Cell]


def insight(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day that counts.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that counts.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv_folder: Annotated[Path | None, typer.Option("--csv", help="Write the tables into this folder.")] = None,
    png_folder: Annotated[Path | None, typer.Option("--png", help="Draw them into this folder.")] = None,
    unanswered: Annotated[bool, typer.Option("--unanswered", help="The words of what had no answer, instead.")] = False,
) -> None:
    """Figures for the owners of the policy: what is asked, what has no answer, how advisors do. No words, no people."""
    with told_plainly():
        period = Period(since.date() if since else None, until.date() if until else None)
        if since and until and since > until:
            typer.echo(f"--since {since:%Y-%m-%d} lies after --until {until:%Y-%m-%d}.", err=True)
            raise typer.Exit(USAGE)
        application = open_application()
        if unanswered:
            _show_words(unanswered_texts(application.database, period), as_json=as_json)
            return
        rows = rows_of(application.database, period)
        found = gather(rows.asked, rows.people, rows.handled, application.rota())
        for folder, write, what in ((csv_folder, write_tables, "tables"), (png_folder, write_charts, "pictures")):
            if folder:
                try:
                    written = write(folder, found)
                except OSError as error:
                    why = error.strerror or error
                    raise CannotWrite(f"Cannot write into {folder}: {why}. Choose another folder.") from error
                typer.echo(f"{len(written)} {what} written into {folder}", err=True)
        if as_json:
            typer.echo(json.dumps(to_record(found, period)))
        elif not (csv_folder or png_folder):
            for part in _page(found, period):
                out.print(part)


def _show_words(asked: Sequence[AskedQuestion], *, as_json: bool) -> None:
    records = [
        {"day": one.asked_at.date().isoformat(), "verdict": one.verdict.value, "topics": one.topics, "text": one.text}
        for one in asked
    ]
    if as_json:
        typer.echo(json.dumps(records, ensure_ascii=False))
        return
    if not asked:
        typer.echo("No words are kept: every question had an answer, or their time has passed.")
    for one in asked:
        topics = ", ".join(map(in_words, one.topics)) or in_words("")
        out.print(Text(f"{one.asked_at:%-d %B %Y}  {one.verdict.value}  {topics}\n    {one.text}"))


# figures as records


def to_record(found: Insight, period: Period) -> dict[str, Any]:
    """All figures, JSON-ready."""
    return {
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat() if period.until else None,
        "suppressed_below": LEAST,
        "questions": {"people": found.people, **_questions(found.questions), "helpful": found.helpful},
        "topics": list(_topics(found)),
        "weeks": list(_weeks(found)),
        "topic_weeks": list(_topic_weeks(found)),
        "guidance_gaps": list(found.gaps),
        "cases": {**_cases(found.cases), "helped": found.helped, "not_helped": found.not_helped},
        "case_topics": list(_case_topics(found)),
        "drafts": {use.value: count for use, count in found.drafts.items()},
        "advisors_differ": [{"topic": topic, "in": list(what)} for topic, what in found.differing.items()],
    }


def write_tables(folder: Path, found: Insight) -> list[Path]:
    """Write each table as a CSV file. Raises OSError."""
    totals = {
        **{f"questions {name}": value for name, value in _questions(found.questions).items()},
        "questions helpful": found.helpful,
        "people who asked": found.people,
        **{f"cases {name}": value for name, value in _cases(found.cases).items()},
        "cases helped": found.helped,
        "cases not helped": found.not_helped,
        **{f"drafts {use.value}": count for use, count in found.drafts.items()},
    }
    differing = ({"topic": topic, "in": what} for topic, several in found.differing.items() for what in several)
    tables: Mapping[str, Iterable[Record]] = {
        "totals": ({"figure": name.replace("_", " "), "value": value} for name, value in totals.items()),
        "topics": _topics(found),
        "weeks": _weeks(found),
        "topic-weeks": _topic_weeks(found),
        "case-topics": _case_topics(found),
        "advisors-differ": differing,
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, records in tables.items():
        rows = list(records)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["nothing"])
            writer.writeheader()
            writer.writerows(rows)
        written.append(folder / f"{name}.csv")
    return written


def _topics(found: Insight) -> Iterator[Record]:
    yield from ({"topic": topic, **_questions(figures)} for topic, figures in found.topics.items())


def _weeks(found: Insight) -> Iterator[Record]:
    yield from ({"week": week.isoformat(), **_questions(figures)} for week, figures in found.weeks.items())


def _topic_weeks(found: Insight) -> Iterator[Record]:
    for (topic, week), asked in found.topic_weeks.items():
        yield {"topic": topic, "week": week.isoformat(), "asked": asked}


def _case_topics(found: Insight) -> Iterator[Record]:
    yield from ({"topic": topic, **_cases(figures)} for topic, figures in found.case_topics.items())


def _questions(figures: QuestionFigures) -> Record:
    return {
        "asked": figures.asked,
        "unanswered": figures.unanswered,
        "unanswered_share": _rounded(figures.unanswered_share),
        "escalated": figures.escalated,
        "escalated_share": _rounded(figures.escalated_share),
        "unhelpful": figures.unhelpful,
    }


def _cases(figures: CaseFigures) -> Record:
    return {
        "opened": figures.opened,
        "acknowledge_median_h": figures.acknowledge.median_h,
        "acknowledge_p90_h": figures.acknowledge.p90_h,
        "answer_median_h": figures.answer.median_h,
        "answer_p90_h": figures.answer.p90_h,
        "drafted": figures.drafted,
        "overridden": figures.overridden,
        "overridden_share": _rounded(figures.overridden_share),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


# the page in the terminal


def _page(found: Insight, period: Period) -> Iterator[Text | Table]:
    if not found.topics:
        yield Text(f"Nothing was asked {in_period(period)}. Figures appear here once there are questions.")
    else:
        yield Text(f"What was asked {in_period(period)}\n")
        yield _table("Topic", [("all", found.questions), *found.topics.items()])
        weeks = [(f"{week:%-d %b %Y}", figures) for week, figures in found.weeks.items()]
        yield Text()
        yield _table("Week from", weeks[-WEEKS_SHOWN:])
        if len(weeks) > WEEKS_SHOWN:
            yield Text(f"Earlier weeks: --json or --csv ({len(weeks) - WEEKS_SHOWN}).")
        gaps = ", ".join(map(in_words, found.gaps)) or f"no topic with {LEAST} unanswered questions or more"
        yield Text(f"\nGaps in the guidance, largest first: {gaps}.")
        yield Text(f"People who asked: {found.people}. Answers marked helpful: {found.helpful}.")
    if not found.case_topics:
        yield Text("\nNo case was opened in this time.")
    else:
        yield Text("\nCases, in hours of work: half of them took no longer than the first figure, 9 in 10 the second\n")
        yield _case_table([("all", found.cases), *found.case_topics.items()])
        drafts = ", ".join(f"{use.value} {count}" for use, count in found.drafts.items())
        yield Text(f"\nDrafts prepared for advisors: {drafts}.")
        yield Text(f"Advice that helped: {found.helped}; that did not: {found.not_helped}.")
        differ = "; ".join(f"{in_words(topic)} ({', '.join(what)})" for topic, what in found.differing.items())
        yield Text(f"Topics where advisors act unlike each other: {differ or 'none that shows'}.")
        yield Text("That is a hint to talk, no proof that they disagree.")
    yield Text(f"\n{HELD_BACK}")


def _table(what: str, rows: Sequence[tuple[str, QuestionFigures]]) -> Table:
    table = _plain_table(what, "Asked", "Unanswered", "To an advisor", "Not helpful")
    for name, figures in rows:
        table.add_row(
            in_words(name),
            str(figures.asked),
            _with_share(figures.unanswered, figures.unanswered_share),
            _with_share(figures.escalated, figures.escalated_share),
            str(figures.unhelpful),
        )
    return table


def _case_table(rows: Sequence[tuple[str, CaseFigures]]) -> Table:
    table = _plain_table("Topic", "Cases", "Acknowledged", "Answered", "Draft replaced")
    for name, figures in rows:
        table.add_row(
            in_words(name),
            str(figures.opened),
            _hours(figures.acknowledge),
            _hours(figures.answer),
            _with_share(figures.overridden, figures.overridden_share),
        )
    return table


def _plain_table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _with_share(count: int | Held, share: float | None) -> str:
    return str(count) if share is None else f"{count} ({share:.0%})"


def _hours(times: Times) -> str:
    if isinstance(times.median_h, Held):
        return str(times.median_h)
    return f"{times.median_h:.1f} / {times.p90_h:.1f}"


def in_period(period: Period) -> str:
    ends = [f"{word} {_day(day)}" for word, day in (("from", period.since), ("to", period.until)) if day]
    return " ".join(ends) or "so far"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"

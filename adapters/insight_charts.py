"""The pictures of `smpolicy insight --png`. Nothing is told by colour alone: figures stand beside what is drawn."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.report import figure_class
from bot.insight import CaseFigures, Insight, in_words
from bot.suppression import LEAST, Figure, Held

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MARKS = {Held.FEW: f"<{LEAST}", Held.BACK: "–"}  # where words have no room
LEGEND = f"{MARKS[Held.FEW]}  {Held.FEW}      {MARKS[Held.BACK]}  {Held.BACK}, as it would give such a count away"
TOPICS_DRAWN, WEEKS_DRAWN = 20, 26
_HATCHES = ("", "///", "...")
_BLUES = ("#1d5b8f", "#8fbbdc", "#d5e6f3")
_INK = "#12324d"


def write_charts(folder: Path, found: Insight) -> list[Path]:
    """Draw what there is to draw; a picture without anything in it is left out.

    Raises:
        NoPictures: matplotlib is not installed; nothing is written then.
        OSError: the folder cannot be written.
    """
    make = figure_class()
    topics, weeks = min(len(found.topics), TOPICS_DRAWN), min(len(found.weeks), WEEKS_DRAWN)
    timed = len(_timed(found))
    pictures: Sequence[tuple[str, int, Callable[[Canvas, Insight], None], tuple[float, float]]] = (
        ("topics", topics, _by_topic, (9, 1.5 + 0.6 * topics)),
        ("weeks", weeks, _by_week, (max(7.0, 2 + 0.5 * weeks), 7)),
        ("topic-weeks", topics, _by_topic_and_week, (max(7.0, 3 + 0.5 * weeks), 2 + 0.35 * topics)),
        ("times", timed, _times, (9, 1.8 + 0.7 * timed)),
        ("drafts", len(found.case_topics), _drafts, (7, 3)),
    )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, drawn, draw, size in pictures:
        if drawn:
            canvas = make(figsize=size, layout="constrained")
            draw(canvas, found)
            canvas.savefig(folder / f"insight-{name}.png", dpi=120)
            written.append(folder / f"insight-{name}.png")
    return written


def _by_topic(canvas: "Canvas", found: Insight) -> None:
    topics = list(found.topics.items())[:TOPICS_DRAWN]
    series = {
        "asked": [figures.asked for _, figures in topics],
        "unanswered": [figures.unanswered for _, figures in topics],
        "to an advisor": [figures.escalated for _, figures in topics],
    }
    axes = canvas.add_subplot()
    _bars(axes, [in_words(topic) for topic, _ in topics], series)
    axes.set(title="Questions by topic", xlabel="questions")


def _bars(axes: "Axes", names: Sequence[str], series: dict[str, list[Figure]]) -> None:
    """Horizontal bars, several to a name, each with its figure at its end."""
    height = 0.8 / len(series)
    for number, (label, figures) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * height for place in range(len(names))]
        lengths = [_length(figure) for figure in figures]
        look = {"color": _BLUES[number], "hatch": _HATCHES[number], "edgecolor": _INK}
        axes.barh(places, lengths, height * 0.9, label=label, **look)
        for place, length, figure in zip(places, lengths, figures, strict=True):
            _say(axes, str(figure), length, place)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, _room(list(series.values())))
    axes.spines[["top", "right"]].set_visible(False)
    if len(series) > 1:
        axes.legend(loc="lower right", frameon=True)


def _by_week(canvas: "Canvas", found: Insight) -> None:
    weeks = list(found.weeks.items())[-WEEKS_DRAWN:]
    series = {
        "asked": [figures.asked for _, figures in weeks],
        "unanswered": [figures.unanswered for _, figures in weeks],
        "to an advisor": [figures.escalated for _, figures in weeks],
    }
    panels = canvas.subplots(len(series), sharex=True)
    for number, (axes, (label, figures)) in enumerate(zip(panels, series.items(), strict=True)):
        lengths = [_length(figure) for figure in figures]
        axes.bar(range(len(weeks)), lengths, 0.8, color=_BLUES[number], hatch=_HATCHES[number], edgecolor=_INK)
        for place, length, figure in zip(range(len(weeks)), lengths, figures, strict=True):
            said = str(figure) if isinstance(figure, int) else MARKS[figure]
            axes.annotate(said, (place, length), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8)
        axes.set_ylim(0, _room([figures]))
        axes.set_ylabel(label)
        axes.spines[["top", "right"]].set_visible(False)
    canvas.suptitle("Questions by week")
    _name_weeks(panels[-1], [week for week, _ in weeks])


def _by_topic_and_week(canvas: "Canvas", found: Insight) -> None:
    topics, weeks = list(found.topics)[:TOPICS_DRAWN], list(found.weeks)[-WEEKS_DRAWN:]
    figures = [[found.topic_weeks[topic, week] for week in weeks] for topic in topics]
    darkness = [[_length(figure) for figure in row] for row in figures]
    darkest = max(LEAST, max(max(row) for row in darkness))
    axes = canvas.add_subplot()
    axes.imshow(darkness, cmap="Blues", vmin=0, vmax=darkest * 1.2, aspect="auto")
    for line, row in enumerate(figures):
        for column, figure in enumerate(row):
            said = str(figure) if isinstance(figure, int) else MARKS[figure]
            colour = "white" if _length(figure) > darkest * 0.8 else "black"
            axes.text(column, line, said, ha="center", va="center", color=colour, fontsize=8)
    axes.set_yticks(range(len(topics)), [in_words(topic) for topic in topics])
    axes.set_title("Questions by topic and week")
    _name_weeks(axes, weeks)


def _name_weeks(axes: "Axes", weeks: Sequence[date]) -> None:
    """Each week by its Monday, the year where it is a new one; and what the marks mean."""
    years = [before.year if before else 0 for before in (None, *weeks)]
    names = [
        f"{week:%-d %b}" + (f"\n{week.year}" if week.year != year else "")
        for week, year in zip(weeks, years, strict=False)
    ]
    axes.set_xticks(range(len(weeks)), names, fontsize=8)
    axes.set_xlabel(f"week from\n\n{LEGEND}", fontsize=9)


def _timed(found: Insight) -> list[tuple[str, CaseFigures]]:
    """All cases, and the topics of which anything was measured."""
    topics = [(in_words(topic), figures) for topic, figures in found.case_topics.items() if _has_times(figures)]
    return [("all topics", found.cases), *topics[:TOPICS_DRAWN]] if _has_times(found.cases) else []


def _has_times(figures: CaseFigures) -> bool:
    return not (isinstance(figures.acknowledge.p90_h, Held) and isinstance(figures.answer.p90_h, Held))


def _times(canvas: "Canvas", found: Insight) -> None:
    rows, longest = _timed(found), 0.0
    axes = canvas.add_subplot()
    for number, (_, figures) in enumerate(rows):
        for place, times, colour, what in (
            (number - 0.18, figures.acknowledge, _BLUES[0], "acknowledged"),
            (number + 0.18, figures.answer, "#a33c00", "answered"),
        ):
            if isinstance(times.median_h, Held) or isinstance(times.p90_h, Held):
                _say(axes, f"{what}: {Held.FEW} cases", 0, place)
                continue
            axes.plot([times.median_h, times.p90_h], [place, place], color=colour)
            axes.plot(times.median_h, place, marker="o", color=colour)
            axes.plot(times.p90_h, place, marker="D", color=colour, markerfacecolor="white")
            _say(axes, f"{what}: {times.median_h:.1f} h, {times.p90_h:.1f} h", times.p90_h, place)
            longest = max(longest, times.p90_h)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, longest * 1.35 or 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("How long cases take")
    axes.set_xlabel(
        "hours of work since the case was opened\n● half of the cases took no longer    ◇ nine in ten\n"
        f"Topics with {Held.FEW} cases measured are left out.",
        fontsize=9,
    )


def _drafts(canvas: "Canvas", found: Insight) -> None:
    axes = canvas.add_subplot()
    _bars(axes, [use.value for use in found.drafts], {"answers": list(found.drafts.values())})
    axes.set(title="What advisors do with the draft prepared for them", xlabel="answers")


def _say(axes: "Axes", text: str, right_of: float, place: float) -> None:
    axes.annotate(text, (right_of, place), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8)


def _length(figure: Figure) -> int:
    return figure if isinstance(figure, int) else 0


def _room(series: Sequence[Sequence[Figure]]) -> float:
    """How far an axis reaches, so that figures have room beyond the longest bar."""
    return max(2.0 * LEAST, 1.18 * max(_length(figure) for figures in series for figure in figures))

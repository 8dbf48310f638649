"""The report of `smpolicy eval --report`: Markdown with three pictures."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import SmpolicyError
from bot.evaluation import Figures, Scored
from knowledge.entry import Verdict
from knowledge.metrics import accuracy_at_coverage, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COVERAGES = tuple(step / 20 for step in range(1, 21))
TOLD = (0.25, 0.5, 0.75, 0.9, 1.0)
VERDICTS = tuple(verdict.value for verdict in Verdict)


class NoPictures(SmpolicyError):
    """matplotlib, which draws the pictures, is not installed."""

    def __init__(self) -> None:
        super().__init__("A report needs matplotlib, which the extra `report` brings: pip install 'smpolicy[report]'")


def require_pictures() -> None:
    """Raises NoPictures where none can be drawn: to know it before a long run."""
    figure_class()


def write_report(folder: Path, name: str, figures: Figures, scored: Sequence[Scored], *, version: str) -> Path:
    """Write NAME.md and its pictures, over those of an earlier run; gives the path of the page.

    Raises:
        NoPictures: nothing is written then.
    """
    make = figure_class()
    folder.mkdir(parents=True, exist_ok=True)
    for picture, draw in (("confusion", _confusion), ("reliability", _reliability), ("coverage", _coverage)):
        figure = make(figsize=(6, 5), layout="constrained")
        draw(figure.add_subplot(), scored)
        figure.savefig(folder / f"{name}-{picture}.png", dpi=120)
    page = folder / f"{name}.md"
    page.write_text(to_markdown(name, figures, scored, version=version), encoding="utf-8")
    return page


def to_markdown(name: str, figures: Figures, scored: Sequence[Scored], *, version: str) -> str:
    """The page. Every picture stands beside a table of its figures; questions are named by id only."""
    sure, right = _sureness(scored)
    given = _given(scored)
    told = [(f"{coverage:.0%}", f"{accuracy_at_coverage(sure, right, coverage):.3f}") for coverage in TOLD]
    bins = [(f"{one.confidence:.2f}", f"{one.right:.2f}", one.count) for one in reliability(sure, right)]
    misses = [
        (row.label.id, row.label.verdict, row.advice.verdict, row.advice.entry or "none", "yes" if row.harmful else "")
        for row in scored
        if not row.acceptable
    ]
    parts = [
        f"# {name}: {figures.questions} questions, guidance {version}",
        "```text\n" + "\n".join(figures.lines()) + "\n```",
        "## Verdicts given for verdicts labelled",
        f"![Confusion matrix]({name}-confusion.png)",
        _table(("labelled", *VERDICTS), [(label, *(given[label, reply] for reply in VERDICTS)) for label in VERDICTS]),
        "## Reliability",
        f"Expected calibration error {figures.ece:.3f}, of confidence against acceptable verdicts.",
        f"![Reliability diagram]({name}-reliability.png)",
        _table(("confidence", "acceptable", "questions"), bins),
        "## Coverage against accuracy",
        "The part of acceptable verdicts among the surest answers.",
        f"![Coverage against accuracy]({name}-coverage.png)",
        _table(("coverage", "acceptable"), told),
        "## Verdicts that are not acceptable",
        _table(("question", "labelled", "given", "by entry", "harmful"), misses) if misses else "None.",
    ]
    return "\n\n".join(parts) + "\n"


def figure_class() -> Any:
    try:
        from matplotlib.figure import Figure  # draws by Agg when it saves a PNG: no display, no global state
    except ImportError as error:
        raise NoPictures from error
    return Figure


def _sureness(scored: Sequence[Scored]) -> tuple[list[float], list[bool]]:
    return [row.advice.confidence for row in scored], [row.acceptable for row in scored]


def _given(scored: Sequence[Scored]) -> Counter[tuple[str, str]]:
    return Counter((row.label.verdict.value, row.advice.verdict.value) for row in scored)


def _confusion(axes: "Axes", scored: Sequence[Scored]) -> None:
    given = _given(scored)
    counts = [[given[label, reply] for reply in VERDICTS] for label in VERDICTS]
    darkest = max(max(row) for row in counts)
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=max(darkest, 1))
    for line, row in enumerate(counts):
        for column, count in enumerate(row):
            axes.text(column, line, str(count), ha="center", va="center", color="w" if count > darkest / 2 else "k")
    axes.set_xticks(range(len(VERDICTS)), VERDICTS, rotation=45, ha="right")
    axes.set_yticks(range(len(VERDICTS)), VERDICTS)
    axes.set(xlabel="given", ylabel="labelled", title="Verdicts given for verdicts labelled")


def _reliability(axes: "Axes", scored: Sequence[Scored]) -> None:
    bins = reliability(*_sureness(scored))
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey", label="as sure as right")
    axes.plot([one.confidence for one in bins], [one.right for one in bins], marker="o", label="measured")
    for one in bins:
        axes.annotate(str(one.count), (one.confidence, one.right), textcoords="offset points", xytext=(6, -10))
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="acceptable", title="Reliability, with counts")
    axes.legend(loc="upper left")


def _coverage(axes: "Axes", scored: Sequence[Scored]) -> None:
    sure, right = _sureness(scored)
    axes.plot(COVERAGES, [accuracy_at_coverage(sure, right, coverage) for coverage in COVERAGES], marker="o")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="coverage", ylabel="acceptable", title="Coverage against accuracy")
    axes.grid(visible=True, alpha=0.3)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)

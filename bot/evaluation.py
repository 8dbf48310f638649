"""Scoring the engine on labelled questions."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.advice import Advice
from knowledge.entry import Verdict
from knowledge.metrics import ece, hit_at, share

ANSWERS = (Verdict.YES, Verdict.YES_IF, Verdict.NO, Verdict.INFO)


class LabelledQuestion(BaseModel):
    """One row of a labelled set. `harmful` verdicts are dangerously wrong; any of `topics` may be cited first."""

    model_config = ConfigDict(extra="ignore")
    id: str
    question: str
    history: list[dict[str, str]] = []
    profile: dict[str, Any] = {}
    as_of: date | None = None
    verdict: Verdict
    also_ok: list[Verdict] = []
    harmful: list[Verdict] = []
    topics: list[str] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Scored:
    """A labelled question and what was advised."""

    label: LabelledQuestion
    advice: Advice

    @property
    def exact(self) -> bool:
        return self.advice.verdict is self.label.verdict

    @property
    def acceptable(self) -> bool:
        return self.exact or self.advice.verdict in self.label.also_ok

    @property
    def harmful(self) -> bool:
        return self.advice.verdict in self.label.harmful

    @property
    def false_permission(self) -> bool:
        return self.harmful and self.advice.verdict.permits

    def topic_hit(self, k: int) -> bool:
        return hit_at([passage.topics for passage in self.advice.citations], self.label.topics, k)


@dataclass(frozen=True)
class Figures:
    """The figures of one run; shares are 0 to 1, false permissions a count."""

    questions: int
    exact: float
    acceptable: float
    harmful: float
    false_permissions: int
    topic_hit_at_1: float
    topic_hit_at_3: float
    advisor_recall: float
    needless_escalation: float
    answered: float
    ece: float
    by_verdict: Mapping[str, tuple[int, float]]
    given: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        """The figures as people read them."""
        rows = [
            f"questions            {self.questions}",
            f"exact verdict        {self.exact:.3f}",
            f"acceptable verdict   {self.acceptable:.3f}",
            f"harmful verdict      {self.harmful:.3f}",
            f"false permission     {self.false_permissions} of {self.questions}",
            f"topic hit@1          {self.topic_hit_at_1:.3f}",
            f"topic hit@3          {self.topic_hit_at_3:.3f}",
            f"advisor recall       {self.advisor_recall:.3f}",
            f"needless escalation  {self.needless_escalation:.3f}",
            f"answered             {self.answered:.3f}",
            f"calibration error    {self.ece:.3f}",
            "",
            f"{'labelled':<13}{'questions':>10}{'acceptable':>12}{'given':>8}",
        ]
        for verdict, (count, acceptable) in self.by_verdict.items():
            rows.append(f"{verdict:<13}{count:>10}{acceptable:>12.3f}{self.given.get(verdict, 0):>8}")
        return rows


def score(
    labels: Sequence[LabelledQuestion], advise: Callable[[LabelledQuestion], Advice]
) -> tuple[Figures, list[Scored]]:
    """Advise on every labelled question and count.

    Needless escalation is the share of questions that need no advisor (by their best verdict and those that
    are acceptable beside it) which went to one all the same.
    """
    scored = [Scored(label, advise(label)) for label in labels]
    cited = [row for row in scored if row.label.topics]
    dilemmas = [row for row in scored if row.label.verdict is Verdict.ASK_ADVISOR]
    settled = [row for row in scored if Verdict.ASK_ADVISOR not in (row.label.verdict, *row.label.also_ok)]
    escalated = Verdict.ASK_ADVISOR
    figures = Figures(
        questions=len(scored),
        exact=share([row.exact for row in scored]),
        acceptable=share([row.acceptable for row in scored]),
        harmful=share([row.harmful for row in scored]),
        false_permissions=sum(row.false_permission for row in scored),
        topic_hit_at_1=share([row.topic_hit(1) for row in cited]),
        topic_hit_at_3=share([row.topic_hit(3) for row in cited]),
        advisor_recall=share([row.advice.verdict is escalated for row in dilemmas]),
        needless_escalation=share([row.advice.verdict is escalated for row in settled]),
        answered=share([row.advice.verdict in ANSWERS for row in scored]),
        ece=ece([row.advice.confidence for row in scored], [row.acceptable for row in scored]),
        by_verdict={
            verdict.value: (len(rows), share([row.acceptable for row in rows]))
            for verdict in Verdict
            if (rows := [row for row in scored if row.label.verdict is verdict])
        },
        given=Counter(row.advice.verdict.value for row in scored),
    )
    return figures, scored

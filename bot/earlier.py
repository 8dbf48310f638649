"""What was decided before on questions like this one: precedents for askers, answered cases for advisors."""

from collections.abc import Sequence
from datetime import datetime

from bot import wording_precedents
from bot.advice import Advice, Engine
from bot.case import Case
from bot.likeness import Likeness
from bot.messages import Envelope
from bot.ports import UnitOfWork
from bot.precedent import Precedent
from bot.privacy import ERASED
from bot.questions import Keeping
from bot.replies import Reply
from bot.safety import CONCERNS_TOPIC
from bot.use_case import UseCase
from knowledge.entry import Facts, Verdict

LOOKED_THROUGH = 100  # the newest answered cases of a topic
SHOWN_CASES = 2


class Earlier(UseCase):
    """Use cases that know what was decided before."""

    def __init__(
        self,
        engine: Engine,
        unit: UnitOfWork,
        now: datetime,
        envelope: Envelope,
        keeping: Keeping,
        likeness: Likeness,
    ) -> None:
        super().__init__(engine, unit, now, envelope, keeping)
        self.likeness = likeness

    def with_precedent(self, reply: Reply, advice: Advice, question: str) -> Reply:
        """A reply with what an advisor once decided on such a question below it; it changes nothing above.

        Not while a fact that decides is asked for, nor beside a signpost: nothing may stand in its way.
        """
        if advice.verdict is Verdict.CLARIFY or advice.signpost:
            return reply
        found = self.precedent(question, advice.topics, advice.facts)
        return wording_precedents.beside(reply, found, self.corpus) if found else reply

    def precedent(self, question: str, topics: Sequence[str], facts: Facts) -> Precedent | None:
        """The precedent in force that is most like a question, on one of its topics and against none of its facts."""
        like = self.likeness.precedents(question, self.unit.precedents)
        return next((one for one in like if self._fits(one, topics, facts)), None)

    def _fits(self, precedent: Precedent, topics: Sequence[str], facts: Facts) -> bool:
        return (
            precedent.is_shown(self.now.date())
            and not set(precedent.topics).isdisjoint(topics)
            and precedent.holds_for(facts)
            and all(name in self.corpus.passages for name in precedent.passages)
        )

    def similar_cases(self, case: Case) -> list[Case]:
        """Answered cases on one of its topics whose question asks the same, the most alike first.

        None for a concern about wrongdoing: whom somebody told of it is for them to say.
        """
        if _is_a_concern(case):
            return []
        answered = [
            one
            for one in self.unit.cases.answered(case.topics, limit=LOOKED_THROUGH)
            if one.id != case.id and one.question != ERASED and not _is_a_concern(one)
        ]
        alike = self.likeness.positions(case.question, [one.question for one in answered])
        return [answered[position] for position in alike[:SHOWN_CASES]]


def _is_a_concern(case: Case) -> bool:
    return case.topics[:1] == (CONCERNS_TOPIC,)

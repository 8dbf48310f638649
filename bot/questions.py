"""What is kept of a question once its conversation is over: figures, and the words only of what had no answer."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from bot.advice import Advice, Reason
from bot.messages import Person, Platform
from knowledge.entry import Verdict


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question with its last outcome; the facts and choices that led there are not kept.

    `asker` is a keyed hash of the person, "" once they are taken out; `entry` is "" where none was found; `reason`
    is None unless the bot held back; `escalated` says that a case has it; `helpful` is None until somebody says.
    `text` is masked, and empty unless the question is `unanswered` or was marked unhelpful.
    """

    id: str
    asked_at: datetime
    platform: Platform
    asker: str
    verdict: Verdict
    reason: Reason | None
    entry: str
    topics: tuple[str, ...]
    guidance_version: str
    escalated: bool = False
    helpful: bool | None = None
    text: str = ""

    @property
    def unanswered(self) -> bool:
        """Whether the guidance had nothing for it, or nothing certain enough."""
        return is_unanswered(self.verdict, self.reason)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of askers: the key of the hash that stands for them, whether any of their words are kept without an
    answer, and whether a case shows its advisor their display name, where the platform tells it."""

    hash_key: bytes
    texts: bool = True
    names: bool = False

    def asked(self, question_id: str, at: datetime, person: Person, advice: Advice, text: str) -> AskedQuestion:
        """A new question. Pass no text where it must not be kept whatever came of it."""
        asked = AskedQuestion(
            id=question_id,
            asked_at=at,
            platform=person.platform,
            asker=person_hash(self.hash_key, person.key),
            verdict=advice.verdict,
            reason=advice.reason,
            entry=advice.entry,
            topics=advice.topics,
            guidance_version=advice.guidance_version,
        )
        return self._with_words(asked, text)

    def answered_again(self, asked: AskedQuestion, advice: Advice, text: str) -> AskedQuestion:
        """The same question after the fact that it lacked was told."""
        again = replace(
            asked,
            verdict=advice.verdict,
            reason=advice.reason,
            entry=advice.entry,
            topics=advice.topics,
            guidance_version=advice.guidance_version,
        )
        return self._with_words(again, text)

    def rated(self, asked: AskedQuestion, text: str, *, helpful: bool) -> AskedQuestion:
        return self._with_words(replace(asked, helpful=helpful), text)

    def _with_words(self, asked: AskedQuestion, text: str) -> AskedQuestion:
        wanted = asked.unanswered or asked.helpful is False
        return replace(asked, text=text if self.texts and wanted and not asked.escalated else "")


def is_unanswered(verdict: Verdict, reason: Reason | None) -> bool:
    return verdict is Verdict.NOT_COVERED or reason is Reason.LOW_CONFIDENCE


def handed_over(asked: AskedQuestion) -> AskedQuestion:
    """The same question once a case has it, and with it the words."""
    return replace(asked, escalated=True, text="")


def person_hash(key: bytes, person_key: str) -> str:
    """What stands for a person: HMAC-SHA256 of platform:tenant:id, in hex. Without the key nobody can try ids."""
    return hmac.new(key, person_key.encode(), hashlib.sha256).hexdigest()

"""How much one person, and one workspace or tenant, may ask in a while. Counted in memory, for one process."""

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.errors import OverLimit
from bot.messages import (
    AddNote,
    AskBack,
    ClaimCase,
    CloseCase,
    ComeBack,
    GiveAdvice,
    GoAway,
    Message,
    PassOn,
    PrecedentMessage,
    RateAdvice,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
    WithdrawCase,
)
from bot.settings import Settings

# What moves a case somebody waits for is taken however much else was asked
NEVER_LIMITED = (
    AddNote,
    AskBack,
    ClaimCase,
    CloseCase,
    ComeBack,
    GiveAdvice,
    GoAway,
    PassOn,
    PrecedentMessage,
    RateAdvice,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
    WithdrawCase,
)


class Limits:
    """Counts who asks how much; what goes beyond is not counted, so that waiting always helps."""

    def __init__(self, settings: Settings) -> None:
        self._person, self._workspace = parse(settings.person_limit), parse(settings.workspace_limit)
        self._counts = MovingWindowRateLimiter(MemoryStorage())

    def check(self, message: Message) -> None:
        """Count a message.

        Raises:
            OverLimit
        """
        if isinstance(message, NEVER_LIMITED):
            return
        person = message.envelope.person
        tenant = f"{person.platform}:{person.tenant}"
        if not self._counts.hit(self._person, person.key):
            raise self._over("person", self._person, person.key)
        if not self._counts.hit(self._workspace, tenant):
            raise self._over("workspace", self._workspace, person.key)

    def _over(self, scope: str, limit: RateLimitItem, person_key: str) -> OverLimit:
        """The news for somebody, who is told once in the length of the limit's window."""
        once = type(limit)(1, limit.multiples, namespace="TOLD")
        return OverLimit(scope, tell=self._counts.hit(once, person_key))

"""Errors a caller can act on. Each carries the fields a caller needs, not just text."""


class SmpolicyError(Exception):
    """Base of every error this product raises on purpose."""


class BadSettings(SmpolicyError):
    """Settings that are missing or wrong; `problems` names every one of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("These settings need attention:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


class BadRota(SmpolicyError):
    """An advisor file that cannot be used; `problems` names every fault in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The rota was not changed:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


class BadCalendar(SmpolicyError):
    """A calendar of elections that cannot be used; `problems` names every fault in it."""

    def __init__(self, problems: list[str]) -> None:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The calendar of elections was not loaded:\n{listed}")
        self.problems = problems


class UnknownCase(SmpolicyError):
    def __init__(self, case_id: str) -> None:
        super().__init__(f"There is no case {case_id}.")
        self.case_id = case_id


class IllegalMove(SmpolicyError):
    """A move that the state of a case does not allow."""

    def __init__(self, case_id: str, state: str, move: str) -> None:
        super().__init__(f"Case {case_id} is {state}: {move} is not possible.")
        self.case_id, self.state, self.move = case_id, state, move


class NotYours(SmpolicyError):
    """Somebody acted on a case that is not theirs to act on."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"Only the people of case {case_id} can do that.")
        self.case_id = case_id


class ChangedMeanwhile(SmpolicyError):
    """Two moves met on one case or precedent; the second must read it again."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"{case_id} changed while you were acting on it.")
        self.case_id = case_id


class UnknownPrecedent(SmpolicyError):
    def __init__(self, precedent_id: str) -> None:
        super().__init__(f"There is no precedent {precedent_id}.")
        self.precedent_id = precedent_id


class PrecedentRefused(SmpolicyError):
    """Something that cannot be done with a precedent; `reason` completes the sentence that begins with its id."""

    def __init__(self, precedent_id: str, reason: str) -> None:
        super().__init__(f"{precedent_id} {reason}. Nothing was changed.")
        self.precedent_id, self.reason = precedent_id, reason


class BadDraft(SmpolicyError):
    """The words of a precedent that cannot be kept as they are; `problems` names every fault."""

    def __init__(self, problems: list[str]) -> None:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"Nothing was kept. Please mend this and send it again:\n{listed}")
        self.problems = problems


class UnknownVersion(SmpolicyError):
    """A version of the guidance that is not kept, or a name that fits several."""

    def __init__(self, version: str, known: list[str]) -> None:
        listed = "\n".join(f"  - {one}" for one in known)
        kept = f"Kept are:\n{listed}" if known else "None is kept yet: smpolicy guidance keep keeps the installed one."
        super().__init__(f"There is no one version {version!r}. {kept}")
        self.version, self.known = version, known


class UnknownPassage(SmpolicyError):
    def __init__(self, passage_id: str) -> None:
        super().__init__(f"The guidance has no passage {passage_id}, and nothing rests on one of that name.")
        self.passage_id = passage_id


class StorageUnavailable(SmpolicyError):
    """The database did not answer or is locked. Nothing was saved; the same message may be sent again."""


class OverLimit(SmpolicyError):
    """Somebody, or everybody together, asks more than is allowed in a while. Nothing was saved.

    `scope` is "person" or "workspace"; `tell` is true for the first message of somebody in that while.
    """

    def __init__(self, scope: str, *, tell: bool) -> None:
        super().__init__(f"over the limit of a {scope}")
        self.scope, self.tell = scope, tell


class DeliveryFailed(SmpolicyError):
    """A platform did not take a message. `retryable` says whether trying again can help; `after_s` when."""

    def __init__(self, reason: str, *, retryable: bool, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.retryable, self.after_s = reason, retryable, after_s

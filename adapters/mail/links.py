"""Signed links by which an advisor opens a case on the page."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bot.errors import SmpolicyError

LASTS = timedelta(days=14)
PATH = "/case/"


class BadLink(SmpolicyError):
    """A link that is none of ours, or was changed."""


class ExpiredLink(BadLink):
    """A link of ours that is too old."""


@dataclass(frozen=True, slots=True)
class CaseLinks:
    """Makes links and reads them back; each is good for one case and one address.

    `base` is where people reach the web process, `key` what links are signed with.
    """

    base: str
    key: str
    lasts: timedelta = LASTS

    def link(self, case_id: str, address: str) -> str:
        token = self._serializer.dumps([case_id, address])
        return f"{self.base.rstrip('/')}{PATH}{quote(str(token))}"

    def read(self, token: str) -> tuple[str, str]:
        """The case's id and the address of a link's token.

        Raises:
            ExpiredLink, BadLink
        """
        try:
            case_id, address = self._serializer.loads(token, max_age=int(self.lasts.total_seconds()))
        except SignatureExpired as error:
            raise ExpiredLink from error
        except (BadSignature, ValueError, TypeError) as error:
            raise BadLink from error
        return str(case_id), str(address)

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt="smpolicy.case")

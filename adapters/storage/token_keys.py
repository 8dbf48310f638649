"""The keys under which tokens lie in the database, and what is sealed with them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import SmpolicyError


class UnreadableTokens(SmpolicyError):
    """Tokens that none of our keys opens, or that belong elsewhere."""

    def __init__(self, workspace: str) -> None:
        super().__init__(
            f"The tokens of {workspace} cannot be read with SMPOLICY_TOKEN_KEYS: put back the key they were kept under "
            "(behind the newer ones), or install smpolicy there again."
        )
        self.workspace = workspace


def new_key() -> str:
    """A key for SMPOLICY_TOKEN_KEYS."""
    return Fernet.generate_key().decode()


class TokenKeys:
    """Seals with the newest key, opens with any. What is sealed names its workspace, so that it opens for no other."""

    def __init__(self, keys: Sequence[str]) -> None:
        """keys: as `new_key` makes them, the newest first, at least one."""
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, workspace: str, secrets: Mapping[str, str]) -> str:
        return self._keys.encrypt(json.dumps({**secrets, "workspace": workspace}).encode()).decode()

    def open(self, workspace: str, sealed: str) -> dict[str, str]:
        """Raises UnreadableTokens."""
        try:
            opened: dict[str, str] = json.loads(self._keys.decrypt(sealed))
        except (InvalidToken, ValueError):
            raise UnreadableTokens(workspace) from None
        if opened.pop("workspace", "") != workspace:
            raise UnreadableTokens(workspace)
        return opened

    def stamp(self, purpose: str, at: datetime) -> str:
        """Letters, digits, - and _ that nobody else can make, each time others, and that tell when they were made."""
        return self._keys.encrypt_at_time(purpose.encode(), int(at.timestamp())).decode().rstrip("=")

    def is_stamp(self, stamped: str, purpose: str, at: datetime, good_for: timedelta) -> bool:
        padded = stamped + "=" * (-len(stamped) % 4)
        try:
            opened = self._keys.decrypt_at_time(padded, int(good_for.total_seconds()), int(at.timestamp()))
        except (InvalidToken, ValueError):
            return False
        return opened == purpose.encode()

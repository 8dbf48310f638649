"""Log lines as JSON: a constant event name, and the facts beside it. Never what people wrote."""

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, event, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **facts,
        }
        return json.dumps(line, default=str, ensure_ascii=False)


def log_to_stderr() -> None:
    """Send our own events to standard error, and of other libraries only what somebody must act on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it asks for DEBUG itself
    for room in ("adapters", "bot", "knowledge"):
        logging.getLogger(room).setLevel(logging.INFO)

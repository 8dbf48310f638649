"""Writing a receipt where somebody wants it."""

from datetime import datetime
from pathlib import Path

from adapters.command import CannotWrite
from bot.replies import Reply
from bot.wording_receipt import in_full


def save_receipt(path: Path, receipt: Reply, *, at: datetime) -> None:
    """Write a receipt as PDF, over whatever stands there.

    Raises:
        CannotWrite
    """
    from adapters.pdf.page import to_pdf  # the typesetter is large, and only receipts need it

    content = to_pdf(receipt, title=receipt.text, made=f"smpolicy, {in_full(at)}.")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CannotWrite(f"The receipt was not written to {path}: {error.strerror}.") from error

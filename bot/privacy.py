"""Personal data in what people write: masked before it is stored or sent on."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

ERASED = "(erased)"  # in place of words that were taken out on request or by age


class Kind(StrEnum):
    """What was masked; the value stands in its place, in square brackets."""

    EMAIL = "e-mail"
    CARD = "card number"
    NATIONAL_INSURANCE = "National Insurance number"
    ADDRESS = "address"
    PHONE = "phone"
    NHS = "NHS number"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without the personal data found in it; `kinds` are those masked, each once."""

    text: str
    kinds: tuple[Kind, ...]


def mask(text: str) -> Masked:
    """Mask personal data. Masking what was masked before changes nothing."""
    kinds: dict[Kind, None] = {}
    before = None
    # a mask may bare what stood next to it; each round takes a digit, an @ or a title away, so it comes to an end
    while text != before:
        before = text
        for kind, pattern, is_one in _DATA:
            if found := [match for match in pattern.finditer(text) if is_one(match[0])]:
                kinds[kind] = None
                text = _replaced(text, found, f"[{kind}]")
    return Masked(text, tuple(kinds))


def is_masked(text: str) -> bool:
    """Whether something was masked in a text."""
    return any(f"[{kind}]" in text for kind in Kind)


def personal_data(text: str) -> Iterator[tuple[Kind, int, int]]:
    """What mask would take out first, as (kind, start, end) in the text, kind by kind; some may overlap."""
    for kind, pattern, is_one in _DATA:
        yield from ((kind, match.start(), match.end()) for match in pattern.finditer(text) if is_one(match[0]))


def _replaced(text: str, found: Sequence[re.Match[str]], by: str) -> str:
    starts = [match.end() for match in found]
    kept = [text[start:end] for start, end in zip([0, *starts], [*(m.start() for m in found), len(text)], strict=True)]
    return by.join(kept)


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if char in "0123456789"]


def _is_card(text: str) -> bool:
    """Luhn's check, which one number in ten passes by chance."""
    digits = _digits(text)[::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_nhs_number(text: str) -> bool:
    """The last digit checks the nine before it, modulo 11."""
    digits = _digits(text)
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return check % 11 == digits[9] and check != 10


def _always(text: str) -> bool:
    return True


# Never inside a longer word or number, a handle, a tag or an address of the web.
_START, _END = r"(?<![\w@#/=?&.+-])", r"(?![\w@-]|[./]\w)"
_POSTCODE = r"(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2})"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|close|drive|way|court|crescent|cres|place|square|terrace|gardens|grove|hill|"
    r"park|row|walk|mews|green|house|rise|view|cottages?|parade|estate)"
)
_WORD = r"(?!(?i:sm)-[0-9])[\w'.-]{1,30}"  # of an address; never a case's id
_NO_DATE = r"(?!(?:ON|BY|AT|TO|AS|IN|OF)\b)"
_OFFICE = (
    r"(?!(?:Speaker|President|Chair\w*|Minister|Secretary|Prime|Chancellor|Deputy|Permanent|Justice|Mayor|Ambassador|"
    r"First|Home|Foreign|Cabinet|Under|Attorney|Solicitor|Advocate|Lord|Teams|Word|Excel|Office|Outlook|Windows)\b)"
)
_NEXT_WORD = r"(?!(?:Facebook|Twitter|LinkedIn|Instagram|TikTok|YouTube|WhatsApp|Slack|Teams|MP|MSP|MS|CEO)\b)"
_SURNAME = r"[A-ZÀ-Þ](?:[^\W\d_]|['-](?=[^\W\d_])){1,30}(?!-?\w)"

_DATA: tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        Kind.EMAIL,
        re.compile(r"(?<![\w@.+'-])[\w+'-][\w.+'-]{0,63}@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24}(?![\w@-])"),
        _always,
    ),
    (
        Kind.CARD,
        re.compile(
            rf"{_START}(?:[2-6][0-9]{{12,18}}|[2-6][0-9]{{3}}([ -])[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}"
            rf"|3[47][0-9]{{2}}([ -])[0-9]{{6}}\2[0-9]{{5}}){_END}"
        ),
        _is_card,
    ),
    (
        Kind.NATIONAL_INSURANCE,
        re.compile(
            rf"{_START}(?:(?i:[a-z]{{2}}[0-9]{{6}}[a-d])"
            rf"|{_NO_DATE}[A-Z]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[A-D]){_END}"
        ),
        _always,
    ),
    (
        Kind.ADDRESS,
        re.compile(
            rf"{_START}[0-9]{{1,4}}[A-Za-z]?(?:(?i:(?:[,\s]{{1,3}}{_WORD}){{1,4}}?[,\s]{{1,3}}{_STREET}\b\.?"
            rf"(?:[,\s]{{1,3}}{_WORD}){{0,5}}?[,\s]{{1,3}}{_POSTCODE})"
            rf"|(?:[,\s]{{1,3}}(?=[A-Z0-9]){_WORD}){{0,6}}?[,\s]{{1,3}}{_POSTCODE}){_END}"
        ),
        _always,
    ),
    (
        Kind.PHONE,
        re.compile(
            rf"{_START}(?:(?:\+|00)44[ .-]?(?:\(0\)[ .-]?)?[1-35789](?:[ .-]?[0-9]){{8,9}}"
            rf"|(?:\(0[1-35789][0-9]{{1,4}}\)|0[1-35789][0-9]{{1,4}})(?:[ .-]{{0,3}}[0-9]){{5,8}}){_END}"
        ),
        lambda text: 10 <= len("".join(map(str, _digits(text.replace("(0)", "")))).removeprefix("00")) <= 12,
    ),
    (Kind.NHS, re.compile(rf"{_START}[0-9]{{3}}([ -]?)[0-9]{{3}}\1[0-9]{{4}}{_END}"), _is_nhs_number),
    (
        Kind.NAME,
        re.compile(
            rf"\b(?:M[Rr]|M[Rr][Ss]|Ms|Miss|Mx|Dr|mrs?)\.?\s{{1,3}}(?:[A-Z]\.?\s)?{_OFFICE}{_SURNAME}"
            rf"(?:\s{_NEXT_WORD}{_SURNAME})?"
        ),
        _always,
    ),
)

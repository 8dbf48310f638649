import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import Kind, Masked, mask


@pytest.mark.parametrize(
    ("text", "masked", "kind"),
    [
        ("write to jane.doe@example.gov.uk, please", "write to [e-mail], please", Kind.EMAIL),
        ("ring 020 7946 0018 now", "ring [phone] now", Kind.PHONE),
        ("07700900123", "[phone]", Kind.PHONE),
        ("(0161) 496 0000", "[phone]", Kind.PHONE),
        ("+44 7700 900123", "[phone]", Kind.PHONE),
        ("+44 (0)20 7946 0018.", "[phone].", Kind.PHONE),
        ("0044 20 7946 0018", "[phone]", Kind.PHONE),
        ("QQ 12 34 56 C is his", "[National Insurance number] is his", Kind.NATIONAL_INSURANCE),
        ("ab123456c", "[National Insurance number]", Kind.NATIONAL_INSURANCE),
        ("4111 1111 1111 1111", "[card number]", Kind.CARD),
        ("4111111111111111", "[card number]", Kind.CARD),
        ("3782 822463 10005", "[card number]", Kind.CARD),
        ("NHS 943 476 5919", "NHS [NHS number]", Kind.NHS),
        ("9434765919", "[NHS number]", Kind.NHS),
        ("at 12 High Street, London SW1A 2AA", "at [address]", Kind.ADDRESS),
        ("12a high st sw1a 2aa", "[address]", Kind.ADDRESS),
        ("14 Rose Bank, Ambridge, BO1 2AB", "[address]", Kind.ADDRESS),
        ("12 SW1A 2AA", "[address]", Kind.ADDRESS),
        ("Mr Smith rang", "[name] rang", Kind.NAME),
        ("Mrs J. O'Neill-Jones rang", "[name] rang", Kind.NAME),
        ("Dr Jane Smith's post", "[name] post", Kind.NAME),
        ("Ms. Khan says", "[name] says", Kind.NAME),
        ("MR SMITH, HE RANG", "[name], HE RANG", Kind.NAME),
    ],
)
def test_personal_data_is_masked(text: str, masked: str, kind: Kind):
    assert mask(text) == Masked(masked, (kind,))


@pytest.mark.parametrize(
    "text",
    [
        "in 2026 or by 24/11/2026, 24.11.2026 14:30, 01-02-2026 1400 or 2026-11-24",
        "by 31 12 26 a colleague posts",
        "BY 24 11 26 A COLLEAGUE POSTS",
        "@jane.doe and @jane@mastodon.social",
        "#020 and #0207946001",
        "case SM-2026-0042",
        "https://x.com/minister/status/4111111111111111",
        "https://x.com/?id=07700900123",
        "4111 1111 1111 1112",
        "943 476 5918",
        "£1,000,000 or 100% of 1234567890123 people",
        "call 999, 101 or 0800 1111",
        "SW1A 2AA and in 2026 we moved to SW1A 2AA",
        "the Prime Minister, the Home Secretary, Mr Speaker, Mr President",
        "in MS Teams, Ms Teams or Dr in a bio",
        "I miss London",
        "",
    ],
)
def test_what_is_no_personal_data_stays(text: str):
    assert mask(text) == Masked(text, ())


def test_each_kind_is_told_once():
    assert mask("a@b.co, c@d.co and 07700 900123").kinds == (Kind.EMAIL, Kind.PHONE)


def test_the_rest_of_the_text_stays():
    text = "Mr Smith (07700 900123) wrote to a@b.co\nabout “it” 👍"

    assert mask(text).text == "[name] ([phone]) wrote to [e-mail]\nabout “it” 👍"


_PIECES = [
    *("a@b.co", "07700 900123", "+44", "020", "QQ123456C", "4111 1111 1111 1111", "943 476 5919"),
    *("Mr Smith", "Dr", "12 High St", "SW1A 2AA", "[phone]"),
    *" ,@.-07x\n[]é",
]
_TEXTS = st.text(max_size=200) | st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)


@given(_TEXTS)
def test_masking_twice_changes_nothing(text: str):
    once = mask(text)

    assert mask(once.text) == Masked(once.text, ())


@given(_TEXTS, st.integers(2020, 2099), st.integers(1, 99_999))
def test_a_case_id_is_left_as_it_is(text: str, year: int, number: int):
    case_id = f"SM-{year}-{number:04}"

    assert case_id in mask(f"{text} {case_id} {text}").text

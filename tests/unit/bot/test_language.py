import pytest

from bot.language import LANGUAGES, foreign, language_of

ALL = tuple(LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        "A gaf i rannu trydariad fy ngweinidog o'm cyfrif fy hun?",
        "Ydw i'n cael postio llun o'r swyddfa ar Facebook?",
        "Beth yw'r rheolau yn ystod y cyfnod cyn etholiad?",
        "a gaf i rannu hwn",
        "GA I DRYDAR AM FY MHOLISI?",
        "Dwi'n was sifil yng Nghaerdydd, ydy hi'n iawn i roi fy marn ar Instagram?",
        "Ga i rannu post Plaid Cymru?",
        "Fedra i ofyn i [name] am hyn?",
    ],
)
def test_welsh_is_known(text: str):
    assert language_of(text, ("welsh",)) == "welsh"
    assert language_of(text, ALL) == "welsh"


@pytest.mark.parametrize(
    "text",
    [
        "Can I retweet my minister from my own account?",
        "can i retweet plaid cymru?",
        "may i like a post by cymdeithas yr iaith",
        "Is it ok to follow Aelod o'r Senedd accounts",
        "thx ur a star",
        "asdkjh qweoiu ???",
        "🙂",
        "",
    ],
)
def test_english_and_nonsense_are_no_other_language(text: str):
    assert language_of(text, ("welsh",)) == ""
    assert language_of(text, ALL) == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Puis-je partager un message de mon ministre sur mon compte personnel ?", "french"),
        ("Czy mogę udostępnić wpis ministra na moim prywatnym koncie?", "polish"),
        ("کیا میں اپنے ذاتی اکاؤنٹ سے وزیر کی پوسٹ شیئر کر سکتا ہوں؟", "urdu"),
    ],
)
def test_other_languages_are_known_where_somebody_speaks_them(text: str, language: str):
    assert language_of(text, ("welsh", language)) == language


def test_a_language_that_nobody_speaks_is_not_looked_for():
    assert language_of("A gaf i rannu hwn?", ()) == ""


def test_every_language_is_one_that_the_identifier_knows():
    for name in LANGUAGES:
        assert language_of("A gaf i rannu hwn?", {name}) in ("", name)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kan jag skriva om mitt jobb på nätet?", "sv"),
        ("mag ik dit delen?", "nl"),
        ("Puedo poner like a un partido?", "es"),
        ("may i like a post by cymdeithas yr iaith", ""),
        ("freebies for my insta, do i tell work?", ""),
        ("", ""),
    ],
)
def test_a_language_that_is_clearly_not_english_is_named_by_its_code(text: str, code: str):
    assert foreign(text) == code

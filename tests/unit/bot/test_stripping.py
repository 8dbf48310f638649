import pytest

from bot.stripping import Stripper, Trace
from knowledge.entry import Corpus


@pytest.fixture(scope="module")
def stripper(uk_corpus: Corpus) -> Stripper:
    return Stripper.of(uk_corpus, ["Maya Okafor", "Tom Reid", ""])


@pytest.mark.parametrize(
    ("text", "marked", "trace"),
    [
        ("Ask Priya Patel about it.", "Ask {Priya Patel} about it.", Trace.NAME),
        ("Priya asked me.", "{Priya} asked me.", Trace.NAME),
        ("Mark said so.", "{Mark} said so.", Trace.NAME),
        ("a post by O'Brien", "a post by {O'Brien}", Trace.NAME),
        ("my talk with maya about it", "my talk with {maya} about it", Trace.NAME),
        ("we moved to Leeds", "we moved to {Leeds}", Trace.NAME),
        ("write to [name] soon", "write to {[name]} soon", Trace.MASKED),
        ("write to p.patel@dfe.gov.uk soon", "write to {p.patel@dfe.gov.uk} soon", Trace.EMAIL),
        ("ring 020 7946 0123 first", "ring {020 7946 0123} first", Trace.PHONE),
        ("tell @bob_smith so", "tell {@bob_smith} so", Trace.HANDLE),
        ("see https://x.com/abc/1 there", "see {https://x.com/abc/1} there", Trace.LINK),
        ("as in SM-2026-0042 before", "as in {SM-2026-0042} before", Trace.CASE),
        ("I speak on 3 November 2026 there", "I speak on {3 November 2026} there", Trace.DATE),
        ("I speak on 03/11/2026 there", "I speak on {03/11/2026} there", Trace.DATE),
        ("it is due next Thursday", "it is due {next Thursday}", Trace.DATE),
        ("my boss at DWP says", "my boss at {DWP} says", Trace.TEAM),
        ("my boss in DfE says", "my boss in {DfE} says", Trace.TEAM),
        ("she is at the Department for Transport now", "she is at the {Department for Transport} now", Trace.TEAM),
        ("he joined the Rail Accessibility team", "he joined the {Rail Accessibility team}", Trace.TEAM),
        ("he joined the Cabinet Office", "he joined the {Cabinet Office}", Trace.TEAM),
        ("he works for HM Treasury", "he works for {HM Treasury}", Trace.TEAM),
    ],
)
def test_what_looks_personal_is_marked(stripper: Stripper, text: str, marked: str, trace: Trace):
    (mark,) = stripper.marks(text)

    assert stripper.marked(text) == marked
    assert mark.trace is trace
    assert text[mark.start : mark.end] == mark.words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Minister wants us to have a go at the opposition in the launch thread, what do i do",
        "Can I share the Labour candidate's leaflet on Facebook?",
        "Do not post it. Ring the director of communication. Keep the request in writing.",
        "The Civil Service Code applies, and so does what the Prime Minister said to Parliament.",
        "CAN I POST THIS ON LINKEDIN?",
        "- Ask first\n- Then post\n“Yes” is an answer.",
        "I think MPs in the UK may ask HR for a CV.",
    ],
)
def test_what_tells_of_nobody_is_left_alone(stripper: Stripper, text: str):
    assert stripper.marks(text) == ()
    assert stripper.marked(text) == text


def test_marks_that_overlap_are_one(stripper: Stripper):
    (mark,) = stripper.marks("ask Mr Smith Jones-Baker about it")

    assert mark.words == "Mr Smith Jones-Baker"


def test_braces_of_the_text_itself_are_no_marks(stripper: Stripper):
    assert stripper.marked("a {very} odd text") == "a (very) odd text"


def test_a_very_long_text_is_marked_too(stripper: Stripper):
    text = "Priya said that we may post it. " * 600

    assert len(stripper.marks(text)) == 600

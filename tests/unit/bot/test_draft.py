import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.draft import check_draft
from knowledge.entry import Corpus, Verdict
from tests.builders_guidance import a_corpus, a_draft_rule

SWEARING = a_draft_rule("swearing", r"\bdarn\w*", weight=Verdict.NO)
PREDICTION = a_draft_rule("prediction", r"\bwill (soon )?announce\b", weight=Verdict.ASK_ADVISOR)
FIGURE = a_draft_rule("figure", r"\d+ ?%", r"£\d+", passages=("uk/honesty.1", "uk/honesty.2"), weight=Verdict.YES_IF)
SHOUTING = a_draft_rule("shouting", r"(?-i:\b[A-Z]{4,}\b)", weight=Verdict.YES_IF)
CORPUS = a_corpus(draft_rules=(FIGURE, SHOUTING, PREDICTION, SWEARING))


def test_a_mark_says_where_its_words_stand_and_which_rule_they_touch():
    text = "Up by 12%, says the report."

    (mark,) = check_draft(text, CORPUS).marks

    assert (text[mark.start : mark.end], mark.words, mark.rule) == ("12%", "12%", FIGURE)
    assert mark.passage == "uk/honesty.1"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("A walk in the park.", Verdict.INFO),
        ("", Verdict.INFO),
        ("Up by 12%.", Verdict.YES_IF),
        ("Up by 12%, and we will announce more.", Verdict.ASK_ADVISOR),
        ("Up by 12%, we will announce it, darn you.", Verdict.NO),
        ("Darn it, up by 12%.", Verdict.NO),
    ],
)
def test_the_gravest_mark_decides(text: str, verdict: Verdict):
    assert check_draft(text, CORPUS).verdict is verdict


def test_marks_stand_in_the_order_of_the_text():
    marks = check_draft("We will announce 12% and £4, darn it", CORPUS).marks

    assert [mark.words for mark in marks] == ["will announce", "12%", "£4", "darn"]


def test_rules_are_gathered_with_the_gravest_first():
    by_rule = check_draft("12% or 13%, darn, we will soon announce", CORPUS).by_rule

    assert [(rule.id, len(marks)) for rule, marks in by_rule.items()] == [
        ("swearing", 1),
        ("prediction", 1),
        ("figure", 2),
    ]


def test_case_counts_only_where_a_pattern_says_so():
    assert [mark.words for mark in check_draft("DARN the news, Darn", CORPUS).marks] == ["DARN", "DARN", "Darn"]
    assert check_draft("news", CORPUS).marks == ()


def test_spaces_around_marked_words_are_left_out():
    corpus = a_corpus(draft_rules=(a_draft_rule("end", r"\s*\bend\b\s*"),))

    (mark,) = check_draft("in the end  ", corpus).marks

    assert (mark.start, mark.end, mark.words) == (7, 10, "end")


@given(st.text(max_size=300))
def test_marks_lie_inside_any_text(text: str):
    check = check_draft(text, CORPUS)

    assert all(text[mark.start : mark.end] == mark.words != "" for mark in check.marks)
    assert check.verdict not in (Verdict.YES, Verdict.CLARIFY, Verdict.NOT_COVERED)


# the rules of the uk pack


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("party-campaigning", "Out canvassing again: vote Labour on Thursday!"),
        ("party-campaigning", "#VoteConservative"),
        ("party-named", "Good points from the Green Party."),
        ("election-words", "See you at the hustings before polling day."),
        ("attack", "Shame on the council, what a disgrace."),
        ("insult-or-swearing", "You absolute moron."),
        ("discriminatory-words", "Go back to your own country."),
        ("not-public", "From the OFFICIAL-SENSITIVE note, under embargo until Friday."),
        ("not-public", "Here is the draft report."),
        ("inside-knowledge", "You didn't hear it from me."),
        ("policy-prediction", "We will soon announce a new grant."),
        ("statistics-before-release", "Tomorrow's unemployment figures look good."),
        ("personal-identifiers", "His number is QQ 12 34 56 C."),
        ("personal-identifiers", "Date of birth: 4 May 1970"),
        ("contact-details", "Write to jane.doe@example.gov.uk"),
        ("contact-details", "Ring 020 7946 0018"),
        ("somebodys-case", "Mr Smith's claim was refused."),
        ("asks-for-personal-details", "DM us your NI number and we will look."),
        ("policy-criticism", "The government's policy on rents is a disaster."),
        ("praise-of-ministers", "Brilliant speech from the Home Secretary!"),
        ("product-or-supplier", "Highly recommend Acme to any team."),
        ("gift-or-advert", "Thank you Acme for the lovely hamper #gifted"),
        ("unsourced-claim", "Our best ever year, proven to work."),
        ("figure", "Up by 4.2%, or £3 million."),
        ("reply-promise", "We reply to every message within two hours."),
        ("channel-shift", "We can't answer here, call us instead."),
        ("commitment", "Speaking on behalf of the department: we guarantee it."),
        ("media-contact", "Journalists, DM me for an interview."),
        ("clearance-level", "SC cleared and open to work."),
        ("joke-about-tragedy", "Hillsborough lol 😂"),
        ("tragedy", "Our thoughts after the stabbings."),
        ("strike-or-union", "See you on the picket line."),
        ("own-views-line", "Views are my own."),
        ("others-work", "Photo by someone on Getty"),
        ("picture-without-description", "[image of the launch]"),
        ("hashtag-without-capitals", "#civilservicejobs"),
        ("capitals-only", "EVERYONE MUST READ THIS NOW"),
        ("emoji-row", "Well done 🎉🎉🎉"),
        ("short-link", "Read on: https://bit.ly/3xYz"),
    ],
)
def test_the_uk_pack_marks(rule: str, text: str, uk_corpus: Corpus):
    assert rule in {mark.rule.id for mark in check_draft(text, uk_corpus).marks}


@pytest.mark.parametrize(
    "text",
    [
        "Our library opens at nine on Monday. Come and say hello.",
        "We're hiring! Apply by Friday to join our data team. #CivilServiceJobs",
        "Labour market figures are published today: https://www.ons.gov.uk",
        "The Minister opened a new hospital wing in Derby this morning. More on GOV.UK.",
        "Flu jabs are free if you are 65 or over. Book through your GP: https://www.gov.uk/flu",
        "Remembrance Sunday: we will remember them.",
        "It takes two minutes to check your National Insurance record online.",
        "[image, alt text: a dog on a beach]",
        "Well done team 🎉",
        "Your call is confidential.",
        "Half marathon done, thanks to everyone who donated to the hospice.",
    ],
)
def test_the_uk_pack_leaves_ordinary_posts_alone(text: str, uk_corpus: Corpus):
    assert check_draft(text, uk_corpus).marks == ()


@given(st.text(max_size=200))
def test_the_uk_pack_checks_any_text(uk_corpus: Corpus, text: str):
    assert all(text[mark.start : mark.end] == mark.words for mark in check_draft(text, uk_corpus).marks)

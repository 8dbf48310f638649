import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advice import Signpost
from bot.safety import signpost_for
from knowledge.entry import Corpus
from tests.builders_guidance import TROLLS, a_corpus, a_safety_rule

CORPUS = a_corpus((TROLLS,), safety=(a_safety_rule(nearest=frozenset({"answering-trolls"})),))
LIFE, HARM, THREATS, WRONGDOING = (
    "person-in-distress-official-account",
    "user-threatened-by-someone-else",
    "threatened-or-doxxed-what-to-do",
    "raising-a-concern-routes",
)


def test_a_signpost_shows_the_words_of_its_entry():
    assert signpost_for("I was THREATENED  today", CORPUS) == Signpost(
        "If you are in danger, call 999", "It is said that silence works best.", "Do it well.", "answering-trolls"
    )


def test_a_question_nearest_to_a_listed_entry_gets_the_signpost():
    assert signpost_for("he scares me", CORPUS, nearest="answering-trolls") is not None


def test_any_other_question_gets_none():
    assert signpost_for("may I blog?", CORPUS, nearest="blog-about-work") is None


@pytest.mark.parametrize(
    ("entry", "question"),
    [
        (LIFE, "someone on our page says he'll kill himself"),
        (LIFE, "a suicidal user dm'd us, may I reply?"),
        (LIFE, "she wrote that she doesn't want to live any more"),
        (LIFE, "a claimant says he wants to die"),
        (LIFE, "user says cant go on, what now"),
        (LIFE, "a teenager replied that he is going to end it"),
        (LIFE, "there's a risk to life, can I post?"),
        (HARM, "a woman says her husband beats her"),
        (HARM, "may I pass on that a child is at risk?"),
        (THREATS, "got a death threat in our replies"),
        (THREATS, "someone threatened to kill our clerk"),
        (THREATS, "he wrote 'i will kill you' under our post"),
        (THREATS, "they posted my home address on telegram"),
        (THREATS, "I've been doxxed"),
        (THREATS, "my colleague is being harassed online"),
        (THREATS, "he says he knows where I live"),
        (WRONGDOING, "how do I blow the whistle?"),
        (WRONGDOING, "my boss told me to falsify the figures"),
        (WRONGDOING, "I have evidence of fraud, may I tweet it?"),
    ],
)
def test_the_uk_pack_points_to_help(entry: str, question: str, uk_corpus: Corpus):
    signpost = signpost_for(question, uk_corpus)

    assert signpost is not None
    assert signpost.entry == entry


@pytest.mark.parametrize(
    "question",
    [
        "we're killing it on insta, may I say so?",
        "will this kill our engagement?",
        "my boss will kill me if I post this",
        "can we kill the campaign account on day 4",
        "deadline is friday, am I dead",
        "is this tweet career suicide?",
        "a link threatens to close our page within hours",
        "he threatened me with legal action over a post",
        "is TikTok a threat to our reputation?",
        "two of us would rather die than post that",
        "may I tweet about the suicide prevention strategy?",
        "we posted our new address on facebook",
        "can I share the minister's post on fraud?",
        "can I cover up my badge in the photo?",
        "he is coming for coffee, can I post a picture?",
        "",
    ],
)
def test_the_uk_pack_is_not_alarmed(question: str, uk_corpus: Corpus):
    assert signpost_for(question, uk_corpus) is None


def test_only_questions_about_wrongdoing_are_kept_from_being_forwarded(uk_corpus: Corpus):
    assert [rule.entry for rule in uk_corpus.safety if not rule.forwards] == [WRONGDOING]


@given(st.text(max_size=200))
def test_any_text_is_read(uk_corpus: Corpus, text: str):
    signpost_for(text, uk_corpus)

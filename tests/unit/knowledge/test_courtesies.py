import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.courtesies import without_courtesies


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("hi can i post", "can i post"),
        ("Hi Priya, can I post?", "can I post?"),
        ("Hi team, hope you're well. can we keep a list? thanks", "can we keep a list?"),
        ("quick question: our livestreams are dead", "our livestreams are dead"),
        ("Sorry to bother you, may I tweet? Many thanks in advance.", "may I tweet?"),
        ("please can you tell me: may i vote", "may i vote"),
        ("is it ok to like a tweet please", "is it ok to like a tweet"),
        ("Apologies if this is a silly one, but would it be a problem if I left", "would it be a problem if I left"),
        ("May I thank a colleague in public? ta", "May I thank a colleague in public?"),
    ],
)
def test_what_stands_around_a_question_is_left_out(written: str, asked: str):
    assert without_courtesies(written) == asked


@pytest.mark.parametrize(
    "text",
    [
        "can i say thank you to the minister on X",
        "can you tell me what tip 3 is",
        "post it on hi5",
        "is it ok to say thanks",
        "quick one before leave",
        "please the crowd",
    ],
)
def test_words_that_belong_to_the_question_stay(text: str):
    assert without_courtesies(text) == text


def test_the_headers_and_the_signature_of_a_forwarded_mail_are_left_out():
    head = "From: Bob\nSent: Monday\nTo: me\nSubject: a post\n\n"
    mail = f"{head}> Hi Sam,\n> Can we post the photo?\n\nKind regards,\nBob Smith"

    assert without_courtesies(mail).strip() == "Can we post the photo?"


@pytest.mark.parametrize("text", ["thanks", "Hi", "hello!", "cheers, Dan"])
def test_a_text_that_is_all_courtesy_stays_as_it_is(text: str):
    assert without_courtesies(text) == text


@given(st.text(max_size=300))
def test_something_is_always_left(text: str):
    assert bool(without_courtesies(text).strip()) == bool(text.strip())


@given(st.text(max_size=200))
def test_leaving_out_twice_changes_nothing_more(text: str):
    once = without_courtesies(text)

    assert without_courtesies(once) == once

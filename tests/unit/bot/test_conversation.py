import pytest

from bot.conversation import (
    LASTING_FACTS,
    asks_why,
    carried_facts,
    in_context,
    is_follow_up,
    named_choice,
    says_only_facts,
)
from knowledge.entry import Corpus, FactDefinition, FactValue
from tests.builders_guidance import ACCOUNT

PERMISSION = FactDefinition(
    "permission",
    "Has whoever must agree said yes?",
    (FactValue("no", "Not yet", ()), FactValue("yes", "Yes, agreed", ())),
)
NATION = FactDefinition(
    "nation",
    "Which nation?",
    (FactValue("wales", "Wales", ()), FactValue("northern-ireland", "Northern Ireland", ())),
)


@pytest.mark.parametrize(
    "text",
    [
        "and on facebook?",
        "What about LinkedIn?",
        "why?",
        "ok, but who says so",
        "can I delete it?",
        "is that true of them as well",
        "only followers",
        "not yet",
        "no",
        "my own",
        "Hello! And from the team account?",
        "hi, quick question: what about LinkedIn? many thanks",
    ],
)
def test_a_text_that_leans_on_the_last_one_is_a_follow_up(text: str):
    assert is_follow_up(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can I retweet my minister?",
        "is it ok to post a selfie",
        "would it be wrong to like a post",
        "isn't it allowed to blog",
        "Should I answer trolls?",
        "May I put my job title in my bio",
    ],
)
def test_a_question_of_its_own_is_no_follow_up(text: str):
    assert not is_follow_up(text)


@pytest.mark.parametrize(("count", "expected"), [(14, True), (15, False)])
def test_a_longer_text_carries_its_own_context(count: int, expected: bool):
    text = " ".join(["can", "i", "delete", "it", *["word"] * (count - 4)])

    assert is_follow_up(text) is expected


@pytest.mark.parametrize(("position", "expected"), [(6, True), (7, False)])
def test_only_the_opening_points_back(position: int, expected: bool):
    text = " ".join([*["word"] * (position - 1), "them"])

    assert is_follow_up(text) is expected


def test_a_follow_up_carries_all_facts():
    facts = {"account": "personal", "political_group": "restricted"}

    assert carried_facts("and on facebook?", facts) == facts


def test_a_new_question_carries_facts_about_the_person_only():
    facts = {"account": "personal", **dict.fromkeys(LASTING_FACTS, "known")}

    assert carried_facts("Can I retweet my minister?", facts) == dict.fromkeys(LASTING_FACTS, "known")


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("official", "official"),
        ("An official account", "official"),
        ("the official one", "official"),
        ("our account", "official"),
        ("my own account", "personal"),
        ("My own account.", "personal"),
        ("it is personal", "personal"),
        ("PERSONAL!", "personal"),
    ],
)
def test_a_choice_is_named_by_value_label_or_pattern(reply: str, value: str):
    assert named_choice(reply, ACCOUNT) == value


@pytest.mark.parametrize("reply", ["my own account and the official one", "neither", "", "👍", "not sure"])
def test_several_choices_or_none_name_nothing(reply: str):
    assert named_choice(reply, ACCOUNT) == ""


@pytest.mark.parametrize("reply", ["yes", "Yep", "yeah, last week", "y", "It is.", "I have"])
def test_yes_is_understood_in_many_words(reply: str):
    assert named_choice(reply, PERMISSION) == "yes"


@pytest.mark.parametrize("reply", ["no", "Nope", "n", "not yet", "It isn’t", "I haven't, sorry"])
def test_no_is_understood_in_many_words(reply: str):
    assert named_choice(reply, PERMISSION) == "no"


@pytest.mark.parametrize("reply", ["yep", "no"])
def test_yes_and_no_name_nothing_where_the_choices_are_others(reply: str):
    assert named_choice(reply, ACCOUNT) == ""


@pytest.mark.parametrize(("count", "value"), [(10, "official"), (11, "")])
def test_a_long_text_names_no_choice(count: int, value: str):
    assert named_choice(" ".join(["official", *["so"] * (count - 1)]), ACCOUNT) == value


@pytest.mark.parametrize(
    "question", ["Can I blog about my work?", "how many tips are there", "should trolls be blocked"]
)
def test_a_question_that_names_no_value_is_not_taken_for_a_choice(question: str):
    assert named_choice(question, ACCOUNT) == ""


@pytest.mark.parametrize(
    "question",
    ["Can I post holiday photos on my own account?", "may an official account follow a charity", "what is official?"],
)
def test_a_new_question_is_not_taken_for_a_choice(question: str):
    assert named_choice(question, ACCOUNT) == ""


@pytest.mark.parametrize("reply", ["I do not know", "I have no idea", "I do hope so", "yes and no", "yes, no word yet"])
def test_doubt_is_not_a_yes(reply: str):
    assert named_choice(reply, PERMISSION) != "yes"


@pytest.mark.parametrize("reply", ["yes but not by everyone", "yes, I hope", "yeah, yes maybe"])
def test_a_yes_with_a_doubt_is_not_a_yes(reply: str):
    assert named_choice(reply, PERMISSION) != "yes"


@pytest.mark.parametrize(
    "reply", ["yes, comms approved, but not the minister", "yes tomorrow", "yes, soon", "yes in part"]
)
def test_a_yes_that_is_not_yet_or_not_all_is_not_a_yes(uk_corpus: Corpus, reply: str):
    assert named_choice(reply, uk_corpus.facts["permission"]) != "yes"


@pytest.mark.parametrize(
    "reply", ["it is pending", "it is unclear", "I have to ask", "they are thinking about it", "they are against it"]
)
def test_a_sentence_that_only_opens_like_a_yes_is_not_one(reply: str):
    assert named_choice(reply, PERMISSION) != "yes"


def test_no_idea_is_not_a_no():
    assert named_choice("no idea", PERMISSION) == ""


@pytest.mark.parametrize(
    ("fact", "reply", "value"),
    [
        ("account", "my own account", "personal"),
        ("account", "the dept account", "official"),
        ("account", "my own", "personal"),
        ("account", "mine", "personal"),
        ("account", "the dept one", "official"),
        ("account", "the department's", "official"),
        ("period", "yes", "pre-election"),
        ("period", "no", "normal"),
        ("permission", "yep", "yes"),
        ("own_policy_area", "yep", "yes"),
        ("published", "not yet", "no"),
        ("permission", "not yet", "no"),
        ("political_group", "SEO", "intermediate"),
        ("nation", "Northern Ireland", "northern-ireland"),
        ("period", "normal", "normal"),
    ],
)
def test_the_choices_of_the_real_pack_are_named(uk_corpus: Corpus, fact: str, reply: str, value: str):
    assert named_choice(reply, uk_corpus.facts[fact]) == value


@pytest.mark.parametrize("reply", ["yep", "yeah", "it is"])
def test_yes_names_the_value_yes_whatever_its_label(uk_corpus: Corpus, reply: str):
    assert named_choice(reply, uk_corpus.facts["published"]) == "yes"


@pytest.mark.parametrize("reply", ["no", "nope", "n", "not really"])
def test_no_names_no_nation(reply: str):
    assert named_choice(reply, NATION) == ""


def test_a_value_with_signs_is_taken_literally():
    fact = FactDefinition("grade", "Which?", (FactValue("c++", "C plus", ()), FactValue("b", "B", ())))

    assert named_choice("c++", fact) == "c++"


# why?


@pytest.mark.parametrize(
    "text",
    [
        "why?",
        "Why not?",
        "but why",
        "why is that?",
        "who says?",
        "Says who?",
        "ok, who says so",
        "where does it say that?",
        "where's that from?",
        "source?",
        "what's the source?",
        "which guidance says that",
        "based on what?",
        "how come",
    ],
)
def test_who_asks_why_asks_for_the_reason_of_the_last_answer(text: str):
    assert asks_why(text)


@pytest.mark.parametrize(
    "text",
    [
        "why can't I retweet my minister?",
        "who says what on our account?",
        "can I name my source?",
        "an open source project",
        "and why on facebook?",
        "",
    ],
)
def test_a_why_with_more_to_it_is_a_question(text: str):
    assert not asks_why(text)


def test_why_alone_has_the_question_before_it_answered_once_more():
    assert in_context("why?", ["Can I blog?"]) == "Can I blog?"


def test_why_without_a_question_before_it_stands_alone():
    assert in_context("why?", []) == "why?"


def test_what_the_calendar_gave_is_not_carried():
    facts = {"period": "pre-election", "period_on": "2024-06-10", "account": "official"}

    assert carried_facts("and on facebook?", facts) == {"account": "official"}


# a fact changed


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("and during purdah?", "and"),
        ("what if it's my own account?", "what if it's"),
        ("from the team account", "from the"),
        ("can I do it from my own account?", "can i do it from"),
    ],
)
def test_a_text_of_a_fact_and_little_words_changes_that_fact(text: str, beyond: str):
    assert says_only_facts(text, beyond.split())


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("and a selfie during purdah?", "and a selfie"),
        ("can I from my own account", "can i from"),
        ("not from my own account", "not from"),
    ],
)
def test_a_text_that_asks_something_else_changes_no_fact_alone(text: str, beyond: str):
    assert not says_only_facts(text, beyond.split())


@pytest.mark.parametrize("text", ["frobnicate", "tiktok", "can I blog?", "retweet minister ok?"])
def test_a_short_text_that_points_nowhere_stands_alone(text: str):
    assert not is_follow_up(text)

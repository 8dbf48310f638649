"""The patterns of the real uk pack: what people say, and the fact it states."""

import pytest

from knowledge.entry import Corpus
from knowledge.facts import FactReader
from tests.builders_guidance import ACCOUNT, PERIOD, PUBLISHED

SAID = {
    ("account", "official"): [
        "Can I post this on our department's official account?",
        "should our twitter follow MPs",
        "we run the team's instagram page",
        "I manage the ministry channel",
        "can i reply as the department",
    ],
    ("account", "personal"): [
        "Can I retweet this from my own account?",
        "is my linkedin covered",
        "posting on my personal twitter account",
        "can I say it in a personal capacity",
        "my tinder bio says civil servant",
        "i have an anonymous account",
    ],
    ("period", "normal"): [
        "outside purdah, can I share it",
        "the election is over, may we post",
        "after purdah, may we post",
    ],
    ("period", "pre-election"): [
        "Can I tweet during purdah?",
        "we're in the pre-election period, ok to post",
        "an election has been called, can we carry on",
        "polling day is tomorrow, may I post a selfie",
    ],
    ("political_group", "free"): ["I'm a cleaner, can I canvass", "my post is politically free"],
    ("political_group", "intermediate"): [
        "I'm an HEO, can I put up a poster",
        "SEO here, may I leaflet",
        "i am in the intermediate group",
    ],
    ("political_group", "restricted"): [
        "I'm a grade 7, can I stand for the council",
        "as a deputy director may I canvass",
        "my post is politically restricted",
        "SCS1 here, can I like it",
    ],
    ("own_policy_area", "yes"): [
        "can I blog about my own policy area",
        "it is a bill I worked on",
        "comment on my minister's speech",
    ],
    ("own_policy_area", "no"): [
        "it has nothing to do with my job",
        "it's another department's policy",
        "the news is unrelated to my work",
    ],
    ("published", "no"): [
        "Can I quote unpublished figures?",
        "it isn't announced yet",
        "the report is embargoed",
        "it's not yet public",
        "can I quote the leaked memo",
    ],
    ("published", "yes"): [
        "the report is already published",
        "figures published yesterday, can I share",
        "it's on gov.uk",
        "the stats are publicly available",
    ],
    ("permission", "no"): [
        "can I post it without asking",
        "I haven't asked my manager",
        "it was not cleared by comms",
    ],
    ("permission", "yes"): [
        "it has been signed off, can it go out",
        "press office cleared it",
        "comms have approved the wording",
    ],
    ("nation", "scotland"): ["I work for the Scottish Government", "does holyrood have other rules"],
    ("nation", "wales"): ["I'm in the Welsh Government, same rules?", "the senedd is dissolved"],
    ("nation", "northern-ireland"): ["does this hold in Northern Ireland", "I work at stormont"],
}
ROWS = [(fact, value, said) for (fact, value), sentences in SAID.items() for said in sentences]


@pytest.fixture(scope="session")
def uk_facts(uk_corpus: Corpus) -> FactReader:
    return FactReader.of(uk_corpus.facts)


@pytest.mark.parametrize(("fact", "value", "said"), ROWS)
def test_a_fact_is_read_where_it_is_stated(uk_facts: FactReader, fact: str, value: str, said: str):
    assert uk_facts.read(said).get(fact) == value


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("account", "Should the official account follow me on my own account?"),
        ("account", "can I post a photo of our office"),
        ("period", "is there a rule on elections"),
        ("political_group", "I'm an HEO on promotion and I'm a grade 7 from May, can I canvass"),
        ("own_policy_area", "my minister spoke about another department's policy"),
        ("published", "part of it is already published, the rest is unpublished"),
        ("permission", "comms approved the text but nobody asked the minister: without clearance?"),
        ("nation", "I moved from the Scottish Government to the Welsh Government"),
    ],
)
def test_a_fact_stated_both_ways_or_not_at_all_stays_unknown(uk_facts: FactReader, fact: str, said: str):
    assert fact not in uk_facts.read(said)


@pytest.mark.parametrize(
    ("fact", "wrong", "said"),
    [
        ("permission", "yes", "it isn't signed off, can I post it"),
        ("permission", "yes", "it has never been cleared, can I post it"),
        ("permission", "yes", "should I wait until it is signed off"),
        ("published", "yes", "should I wait until it is announced"),
        ("own_policy_area", "yes", "it isn't my policy area"),
        ("period", "pre-election", "we aren't in purdah"),
        ("account", "personal", "this is not my own account"),
    ],
)
def test_a_denied_fact_is_not_read_as_stated(uk_facts: FactReader, fact: str, wrong: str, said: str):
    assert uk_facts.read(said).get(fact) != wrong


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("permission", "do I need it signed off first"),
        ("permission", "has it been cleared?"),
        ("permission", "it must be signed off, right"),
        ("permission", "it should have been cleared"),
        ("permission", "comms refused, nothing signed off"),
        ("published", "is it already public?"),
        ("published", "has it been published?"),
    ],
)
def test_a_fact_that_is_only_asked_about_is_not_read_as_stated(uk_facts: FactReader, fact: str, said: str):
    assert uk_facts.read(said).get(fact) != "yes"


def test_every_value_with_patterns_has_sentences_here(uk_corpus: Corpus):
    readable = {(fact.id, value.value) for fact in uk_corpus.facts.values() for value in fact.values if value.patterns}

    assert readable == set(SAID)


def test_facts_are_read_whatever_the_case_quotes_and_spacing(uk_facts: FactReader):
    assert uk_facts.read("It’s  ON\nGOV.UK") == {"published": "yes"}


def test_several_facts_are_read_from_one_sentence(uk_facts: FactReader):
    read = uk_facts.read("I'm an HEO, can I post unpublished figures on my own account during purdah?")

    assert read == {
        "political_group": "intermediate",
        "published": "no",
        "account": "personal",
        "period": "pre-election",
    }


@pytest.mark.parametrize("said", ["", "👍", "Can I?"])
def test_nothing_is_read_from_nothing(uk_facts: FactReader, said: str):
    assert uk_facts.read(said) == {}


def test_a_value_without_patterns_is_never_read():
    reader = FactReader.of({"period": PERIOD})

    assert reader.read("No, normal times") == {}


def test_each_fact_is_read_by_its_own_patterns_only():
    reader = FactReader.of({"account": ACCOUNT, "published": PUBLISHED})

    assert reader.read("my own account, unpublished") == {"account": "personal", "published": "no"}

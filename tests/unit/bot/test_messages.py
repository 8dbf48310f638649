import pytest

from bot.messages import (
    AskAdvisor,
    AskBack,
    AskQuestion,
    ChangeRota,
    CheckDraft,
    ChooseFact,
    ClaimCase,
    CloseCase,
    ComeBack,
    DraftPrecedent,
    Envelope,
    GiveAdvice,
    GoAway,
    Message,
    PassOn,
    Platform,
    ProposePrecedent,
    RateAdvice,
    RateAnswer,
    ReopenCase,
    ReplyToAdvisor,
    ReviewPrecedent,
    SearchCases,
    ShareAnswer,
    ShowCase,
    ShowCases,
    ShowHelp,
    ShowPrecedent,
    ShowPrecedents,
    ShowReceipt,
    ShowRota,
    ShowTips,
    SignPrecedent,
    WithdrawCase,
    WithdrawPrecedent,
    from_button,
    from_words,
)
from tests.builders import a_person, a_place

HERE = Envelope("event-1", a_person(), a_place())


def read(text: str) -> Message:
    return from_words(text, HERE)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("tips", ShowTips(HERE)),
        ("tip", ShowTips(HERE)),
        ("tip 4", ShowTips(HERE, 4)),
        ("tip #4", ShowTips(HERE, 4)),
        ("cases", ShowCases(HERE)),
        ("queue", ShowCases(HERE, queue=True)),
        ("queue holiday photos", SearchCases(HERE, "holiday photos")),
        ("queue all", SearchCases(HERE, "all")),
        ("precedents", ShowPrecedents(HERE)),
        ("precedent", DraftPrecedent(HERE, "")),
        ("precedent sm-2026-0001", DraftPrecedent(HERE, "SM-2026-0001")),
        ("precedent pr-2026-0001", ShowPrecedent(HERE, "PR-2026-0001")),
        ("precedent for a blog?", AskQuestion(HERE, "precedent for a blog?")),
        ("case SM-2026-0001", ShowCase(HERE, "SM-2026-0001")),
        ("advisor may I blog?", AskAdvisor(HERE, text="may I blog?")),
        ("advisor", AskAdvisor(HERE)),
        ("check Vote now!", CheckDraft(HERE, "Vote now!")),
        ("Check: Vote now!", CheckDraft(HERE, "Vote now!")),
        ("check\nVote now!\nToday.", CheckDraft(HERE, "Vote now!\nToday.")),
        ("check If you can, come.", CheckDraft(HERE, "If you can, come.")),
        ("check", CheckDraft(HERE, "")),
        ("help", ShowHelp(HERE)),
        ("?", ShowHelp(HERE)),
        ("", ShowHelp(HERE)),
        ("Can I blog?", AskQuestion(HERE, "Can I blog?")),
    ],
)
def test_each_command_is_read(typed: str, message: Message):
    assert read(typed) == message


@pytest.mark.parametrize("typed", ["TIPS", "  tips  ", "\u200btips", "ｔｉｐｓ", "Tips\n"])
def test_a_command_is_read_whatever_its_case_and_spacing(typed: str):
    assert read(typed) == ShowTips(HERE)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("away", GoAway(HERE)),
        ("advisors", ShowRota(HERE)),
        ("advisors list", ShowRota(HERE)),
        ("advisors check", ShowRota(HERE)),
        ("advisors away maya", GoAway(HERE, "", "maya")),
        ("advisors away maya until 4 December", GoAway(HERE, "4 December", "maya")),
        ("advisors back maya", ComeBack(HERE, "maya")),
        (
            "advisors add ada name=“Ada Lovelace” slack=U1 topics=copyright,tip-1",
            ChangeRota(HERE, "ada", {"name": "Ada Lovelace", "slack": "U1", "topics": "copyright,tip-1"}),
        ),
        ("advisors add ada lovelace", AskQuestion(HERE, "advisors add ada lovelace")),
        ("advisors may tweet, may they?", AskQuestion(HERE, "advisors may tweet, may they?")),
        ("away until 4 December", GoAway(HERE, "4 December")),
        ("AWAY till Friday", GoAway(HERE, "Friday")),
        ("back", ComeBack(HERE)),
        ("back now", ComeBack(HERE)),
        ("away from home, may I tweet?", AskQuestion(HERE, "away from home, may I tweet?")),
        ("back in the office, may I tweet?", AskQuestion(HERE, "back in the office, may I tweet?")),
    ],
)
def test_an_advisor_goes_away_and_comes_back(typed: str, message: object):
    assert read(typed) == message


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("receipt", ShowReceipt(HERE, HERE.place.key)),
        ("Receipt please", ShowReceipt(HERE, HERE.place.key)),
        ("/smpolicy receipt sm-2026-0042", ShowReceipt(HERE, HERE.place.key, "SM-2026-0042")),
        ("receipt of a gift, may I tweet it?", AskQuestion(HERE, "receipt of a gift, may I tweet it?")),
    ],
)
def test_a_receipt_is_of_the_last_answer_or_of_a_case(typed: str, message: object):
    assert read(typed) == message


@pytest.mark.parametrize("number", [0, 11, -1, 999_999_999])
def test_any_number_of_a_tip_is_passed_on_to_be_answered(number: int):
    assert read(f"tip {number}") == ShowTips(HERE, number)


@pytest.mark.parametrize("typed", ["tip four", "tip 4 and 5", "tips for a first tweet", "tip 12345678901"])
def test_a_tip_without_a_number_is_a_question(typed: str):
    assert read(typed) == AskQuestion(HERE, typed)


@pytest.mark.parametrize("typed", ["case sm-2026-0001", "CASE SM-2026-0001", "sm-2026-0001", "case  sm-2026-0001 "])
def test_a_case_is_named_in_any_case(typed: str):
    assert read(typed) == ShowCase(HERE, "SM-2026-0001")


def test_a_case_without_an_id_is_looked_up_and_not_found():
    assert read("case") == ShowCase(HERE, "")


@pytest.mark.parametrize(
    "typed",
    [
        "help me with a tweet",
        "cases of abuse, what do we do",
        "case for blogging",
        "SM-2026-0001 is what?",
        "check if I may blog",
        "check whether this is fine: vote now",
        "checking my tweets, who does that?",
    ],
)
def test_a_sentence_that_opens_like_a_command_is_a_question(typed: str):
    assert read(typed) == AskQuestion(HERE, typed)


@pytest.mark.parametrize(
    ("typed", "suggestion"), [("tipps", "tips"), ("hlep", "help"), ("qeue", "queue"), ("Advisr", "advisor")]
)
def test_a_word_near_a_command_is_answered_with_it(typed: str, suggestion: str):
    assert read(typed) == ShowHelp(HERE, unknown=typed, suggestion=suggestion)


@pytest.mark.parametrize("typed", ["tiktok", "blogging", "frobnicate", "tipps please"])
def test_a_word_far_from_any_command_is_a_question(typed: str):
    assert read(typed) == AskQuestion(HERE, typed)


def test_a_question_carries_the_profile():
    assert from_words("Can I?", HERE, {"account": "official"}) == AskQuestion(HERE, "Can I?", {"account": "official"})


def test_a_question_is_cleaned():
    assert read("Can\x00 I \u202eblog?") == AskQuestion(HERE, "Can I blog?")


CASE = {"case": "SM-2026-0001"}
QUESTION = {"question": "q-1"}
PRECEDENT = {"precedent": "PR-2026-0001"}


@pytest.mark.parametrize(
    ("verb", "value", "message"),
    [
        (
            "choose",
            {**QUESTION, "fact": "account", "value": "personal"},
            ChooseFact(HERE, "q-1", "account", "personal"),
        ),
        ("advisor", QUESTION, AskAdvisor(HERE, question_id="q-1")),
        ("helpful", QUESTION, RateAnswer(HERE, "q-1", helpful=True)),
        ("unhelpful", QUESTION, RateAnswer(HERE, "q-1", helpful=False)),
        ("share", QUESTION, ShareAnswer(HERE, "q-1", HERE.place)),
        ("claim", CASE, ClaimCase(HERE, "SM-2026-0001")),
        ("answer", CASE, GiveAdvice(HERE, "SM-2026-0001", "typed")),
        ("ask_back", CASE, AskBack(HERE, "SM-2026-0001", "typed")),
        ("reply", CASE, ReplyToAdvisor(HERE, "SM-2026-0001", "typed")),
        ("pass_on", CASE, PassOn(HERE, "SM-2026-0001", "typed")),
        ("pass_on", {**CASE, "advisor": "ben"}, PassOn(HERE, "SM-2026-0001", "typed", "ben")),
        ("withdraw", CASE, WithdrawCase(HERE, "SM-2026-0001")),
        ("close", CASE, CloseCase(HERE, "SM-2026-0001")),
        ("helped", CASE, RateAdvice(HERE, "SM-2026-0001", helped=True)),
        ("not_helped", CASE, RateAdvice(HERE, "SM-2026-0001", helped=False)),
        ("reopen", CASE, ReopenCase(HERE, "SM-2026-0001", "typed")),
        ("show_case", CASE, ShowCase(HERE, "SM-2026-0001")),
        ("propose", CASE, ProposePrecedent(HERE, "SM-2026-0001", "typed")),
        ("countersign", PRECEDENT, SignPrecedent(HERE, "PR-2026-0001")),
        ("review", PRECEDENT, ReviewPrecedent(HERE, "PR-2026-0001", "typed")),
        ("withdraw_precedent", PRECEDENT, WithdrawPrecedent(HERE, "PR-2026-0001", "typed")),
    ],
)
def test_each_button_is_read(verb: str, value: dict[str, str], message: Message):
    assert from_button(verb, value, "typed", HERE) == message


@pytest.mark.parametrize("verb", ["", "explode", "CLAIM"])
def test_a_button_that_does_not_exist_is_nothing(verb: str):
    assert from_button(verb, CASE, "", HERE) is None


@pytest.mark.parametrize("verb", ["choose", "advisor", "helpful", "claim", "answer", "pass_on", "show_case"])
def test_a_button_without_its_value_is_still_a_message(verb: str):
    assert from_button(verb, {}, "", HERE) is not None


def test_a_person_is_known_by_platform_tenant_and_lasting_id():
    assert a_person("U-1", ids=("U-1", "W-2")).key == "slack:T-DEPT:U-1"


@pytest.mark.parametrize(
    ("fields", "address"),
    [({}, "T-DEPT/U-1"), ({"tenant": ""}, "U-1"), ({"platform": Platform.TEAMS}, "U-1")],
)
def test_a_person_is_written_to_by_id_in_slack_behind_the_workspace(fields: dict[str, object], address: str):
    assert a_person("U-1", **fields).address == address


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("/smpolicy tip 4", ShowTips(HERE, 4)),
        ("/smpolicy help", ShowHelp(HERE)),
        ("cases please", ShowCases(HERE)),
        ("case sm-2026-0001 now", ShowCase(HERE, "SM-2026-0001")),
    ],
)
def test_a_command_is_read_with_its_slash_and_with_manners(typed: str, message: Message):
    assert read(typed) == message

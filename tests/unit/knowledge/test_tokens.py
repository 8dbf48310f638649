import pytest

from knowledge.tokens import Aliases, clean, normalise, stems, words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ask\x00 me\x07", "ask me"),
        ("post \u202egpj.exe\u202c now", "post gpj.exe now"),
        ("\u2066isolated\u2069", "isolated"),
        ("t\u200bw\u200ce\u200de\u2060t\ufeff", "tweet"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ue000private use", "private use"),
        ("half a pair \ud83d", "half a pair"),
        ("\uff34\uff37\uff25\uff25\uff34", "TWEET"),
        ("of\ufb01ce", "office"),
        ("e\u0301lan", "élan"),
        ("‘it’s’ “fine” `now`", "'it's' \"fine\" 'now'"),
        ("  \n around \t ", "around"),
    ],
    ids=[
        "controls",
        "right-to-left override",
        "isolates",
        "zero-width",
        "soft hyphen",
        "private use",
        "lone surrogate",
        "full-width",
        "ligature",
        "combining accent",
        "typographic quotes",
        "outer spaces",
    ],
)
def test_clean_gives_the_text_that_was_meant(typed: str, meant: str):
    assert clean(typed) == meant


@pytest.mark.parametrize("text", ["Nice one 👍", "🏴 and ❤️", "First line\nsecond\tline", "Case STAYS"])
def test_clean_keeps_emoji_case_and_line_breaks(text: str):
    assert clean(text) == text


def test_clean_changes_nothing_the_second_time():
    once = clean("ＦＢ \u202e“post”\x00 ﬁne ½ … ①")

    assert clean(once) == once


def test_clean_reads_an_acute_accent_as_an_apostrophe():
    assert clean("don´t") == "don't"


@pytest.mark.parametrize("line_break", ["\r", "\x0b", "\x0c", "\x85"])
def test_clean_keeps_words_apart_at_any_line_break(line_break: str):
    assert words(f"one{line_break}two") == ["one", "two"]


def test_normalise_gives_one_lower_case_line():
    assert normalise("  Can I\n\tPOST   this? ") == "can i post this?"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<!channel> can I", ["can", "i"]),
        ("<@U1> hello <#C1|general>", ["hello"]),
        ("<b>bold</b> move<br/>now", ["bold", "move", "now"]),
        ('<a href="https://x.example">this</a>', ["this"]),
        ("\uff1c!channel\uff1e full-width", ["full", "width"]),
        ("is 3 < 4 and 5 > 4", ["is", "3", "4", "and", "5", "4"]),
    ],
)
def test_words_are_read_without_markup(typed: str, read: list[str]):
    assert words(typed) == read


@pytest.mark.parametrize("said", ["can i post <the leaked draft> today", "if a<b the draft leaked and b>c"])
def test_words_in_angle_brackets_that_are_no_tag_are_read(said: str):
    assert "draft" in words(said)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Don't re-post @gov_uk!", ["don't", "re", "post", "gov", "uk"]),
        ("it’s £5, 10% off", ["it's", "£", "5", "10", "%", "off"]),
        ("Café Ÿ 東京", ["café", "ÿ", "東京"]),
        ("👍 … !!", []),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_in_their_order(typed: str, read: list[str]):
    assert words(typed) == read


def test_stems_join_the_forms_of_a_word():
    assert stems(["posting", "posted", "posts"]) == ["post"] * 3


def test_stems_are_the_same_with_and_without_an_apostrophe():
    assert stems(["don't"]) == stems(["dont"])


def test_aliases_take_the_longest_name_first():
    aliases = Aliases({"fb": "facebook", "fb group": "community", "local fb group": "neighbours"})

    assert aliases.rewrite(words("our local fb group on fb, fb group")) == [
        "our",
        "neighbours",
        "on",
        "facebook",
        "community",
    ]


def test_aliases_match_whole_words_only():
    assert Aliases({"ig": "instagram"}).rewrite(["big", "ig"]) == ["big", "instagram"]


def test_an_alias_may_become_several_words():
    assert Aliases({"spad": "special adviser"}).rewrite(["a", "spad"]) == ["a", "special", "adviser"]


def test_an_alias_is_not_rewritten_again():
    assert Aliases({"fb": "meta", "meta": "facebook"}).rewrite(["fb"]) == ["meta"]


def test_without_aliases_words_stay():
    assert Aliases({}).rewrite(["fb", "group"]) == ["fb", "group"]


def test_pieces_tell_what_each_name_is_taken_for():
    pieces = Aliases({"face book": "facebook"}).pieces(["on", "face", "book"])

    assert list(pieces) == [("on", "on"), ("face book", "facebook")]

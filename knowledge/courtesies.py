"""What people put around a question: greetings, apologies, thanks, signatures, the headers of a forwarded mail."""

import re

ENDS = 400  # characters at either end of a text in which courtesies are looked for
_HEADER = re.compile(r"^[> \t]*(?:from|sent|to|cc|bcc|subject|date|importance|attachments?)\s*:[^\n]*$", re.I | re.M)
_QUOTED = re.compile(r"^[> \t]+|^[_*=-]{3,40}(?: *(?:original|forwarded) message *[_*=-]{0,40})?$", re.I | re.M)
_BREAKS = re.compile(r"\n\s*\n")
_NAME = r"(?:all|both|folks|team|there|everyone|everybody|[A-Z][\w'’-]{1,20})"
_BEFORE = re.compile(
    rf"""\A[\s,.:;!?…—–-]*(?:
    (?:hi|hiya|hello|hey|heya|dear|morning|afternoon|evening|greetings)(?:\s+{_NAME}){{0,2}}(?=\s*[,.:;!?…—–-]|\s*\n)
    | (?:hi|hiya|hello|hey|heya)(?:\s+(?:all|both|folks|team|there|everyone))?\b
    | good\s+(?:morning|afternoon|evening|day)(?:\s+{_NAME}(?=\s*[,.:;!?…—–-]|\s*\n))?
    | (?:i\s+)?(?:hope|trust)\s+(?:you(?:'re|’re|\s+are)|all\s+is|this\s+finds\s+you)(?:\s+\w+){{0,3}}?\s+well\b
    | (?:a\s+|just\s+a\s+)?(?:quick|silly|stupid|daft|dumb|random)\s+(?:question|one|query|q)\b(?:\s+please)?
        (?=\s*[,.:;!?…—–-]|\s+(?:can|could|may|am|is|are|do|does|should|would|what|who|when|where|how|if)\b)
    | (?:so\s+)?sorry\s+(?:to\s+(?:bother|trouble|disturb)\s+you|for\s+(?:bothering|troubling)\s+you)\b
    | (?:i\s+am\s+|i'm\s+|i’m\s+)?(?:apologies|sorry)\s+if\s+(?:this|that|it)(?:\s+is|['’]s)\s+(?:a\s+)?
        (?:silly|stupid|daft|dumb|obvious)(?:\s+(?:one|question))?\b(?:\s*,?\s*but\b)?
    | (?:please\s+)?(?:can|could|would)\s+(?:you|someone|anyone|anybody|somebody)(?:\s+please)?\s+
        (?:tell|advise|let)\s+me(?:\s+know)?\b(?!\s+(?:what|who|how|when|where|why|which|about|on)\b)
    | please\s+(?:advise|help)\b(?=\s*[,.:;!?…—–-])
    )""",
    re.I | re.X,
)
_SIGNED = rf"(?:\s*[,\n-]+\s*{_NAME}(?:\s+[A-Z][\w'’-]{{1,20}})?|\s+(?:all|both|folks|team))?[\s\W]*\Z"
_AFTER = re.compile(
    rf"""(?:
    (?:^|(?<=[,.:;!?…—–\n-]))\s*(?:(?:many|kind|best|warm)\s+)?
        (?:thanks|thank\s+you|regards|wishes|cheers)(?:\s+(?:again|so\s+much|very\s+much))?
    | \s(?:thanks|thank\s+you)(?=\s+(?:in\s+advance|for\s+(?:your|any)\s+(?:help|advice|time))\b)
    | (?:^|\s)(?:please|pls|plz|thx|ta|tia)(?=[\s\W]*\Z)
    )(?:\s+(?:in\s+advance|for\s+(?:your|any)\s+(?:help|advice|time)))?{_SIGNED}""",
    re.I | re.X,
)


def without_courtesies(text: str) -> str:
    """What a text asks, without what stands around it; the text itself where nothing else would be left."""
    left = _BREAKS.sub("\n", _QUOTED.sub("", _HEADER.sub("", text))).strip()
    while (shorter := _shortened(left)) != left:
        left = shorter
    return left.lstrip(",.:;!?…—–- ") or text


def _shortened(text: str) -> str:
    """A text without one courtesy at either end; only the ends are looked at, however long it is."""
    text = (_BEFORE.sub("", text[:ENDS], count=1) + text[ENDS:]).strip()
    cut = max(0, len(text) - ENDS)
    return (text[:cut] + _AFTER.sub("", text[cut:], count=1)).strip()

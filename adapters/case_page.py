"""The page of one case, which a signed link opens for its advisor: the case, and forms to act on it, without script.

Whoever has the link acts for its advisor, so it is good for one case only, for days only, and only while the case is
with them. Opening it changes nothing. A form carries no more than what is done and said: that it comes from the page is
shown by the link's own token, to which it is posted.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from adapters.html import PAGE_HEADERS, to_html, to_page
from adapters.mail.links import PATH, BadLink, CaseLinks, ExpiredLink
from bot import wording, wording_advisor
from bot.deliveries import Delivery
from bot.errors import NotYours, StorageUnavailable, UnknownCase
from bot.messages import Envelope, Message, Person, Place, Platform, from_button
from bot.replies import Action, Reply
from knowledge.tokens import clean

ACTS = ("claim", "answer", "answer_as_prepared", "ask_back", "pass_on", "note")
_WORDLESS = ("claim", "answer_as_prepared")
_NONCE = re.compile(r"[0-9a-f]{32}")
Handle = Callable[[Message], Awaitable[Sequence[Delivery]]]
Card = Callable[[str, Person], Reply]


@dataclass(frozen=True, slots=True)
class CasePage:
    """GET and POST /case/TOKEN.

    `card` gives the case as its advisor sees it, or raises UnknownCase, NotYours or StorageUnavailable; `handle`
    stores a message and gives what was queued: nothing when it was seen before.
    """

    links: CaseLinks
    card: Card
    handle: Handle

    def add_to(self, site: web.Application) -> None:
        site.router.add_get(f"{PATH}{{token}}", self.show)
        site.router.add_post(f"{PATH}{{token}}", self.act)

    async def show(self, request: web.Request) -> web.Response:
        """The case with its forms; 404 for what is no link, 410 for one that has expired or whose case moved on."""
        opened = await self._open(request)
        return opened if isinstance(opened, web.Response) else _page(opened.card, nonce=secrets.token_hex(16))

    async def act(self, request: web.Request) -> web.Response:
        """Do what a form asks for, once however often it is posted; 422 where words are missing."""
        opened = await self._open(request)
        if isinstance(opened, web.Response):
            return opened
        posted = await request.post()
        verb, nonce, text = (str(posted.get(name, "")) for name in ("verb", "form", "text"))
        text = clean(text)
        if verb not in ACTS or not _NONCE.fullmatch(nonce):
            return _page(opened.card, nonce=secrets.token_hex(16), told=wording.unknown_button(), status=400)
        if verb not in _WORDLESS and (refused := wording.unsendable(text)):
            return _page(opened.card, nonce=nonce, told=refused, kept={verb: text}, status=422)
        place = Place(Platform.EMAIL, opened.address, {"address": opened.address})
        said = hashlib.sha256(text.encode()).hexdigest()[:16]  # who goes back and writes something else means it
        envelope = Envelope(f"page:{nonce}:{verb}:{said}", opened.person, place)
        message = from_button(verb, {"case": opened.case_id}, text, envelope)
        try:
            queued = await self.handle(message) if message else ()
        except StorageUnavailable:
            return _page(opened.card, nonce=nonce, told=wording.out_of_order(), kept={verb: text}, status=503)
        return await self._done(opened, queued, place)

    async def _done(self, opened: "_Opened", queued: Sequence[Delivery], place: Place) -> web.Response:
        """What came of it, and the case as it is now, where it is still with them."""
        told = next((one.reply for one in queued if one.recipient == place), None)
        told = told or (wording_advisor.done_on_page() if queued else wording_advisor.done_before())
        try:
            card = await asyncio.to_thread(self.card, opened.case_id, opened.person)
        except (NotYours, UnknownCase, StorageUnavailable):
            card = Reply("", ())
        return _page(card, nonce=secrets.token_hex(16), told=told)

    async def _open(self, request: web.Request) -> "_Opened | web.Response":
        try:
            case_id, address = self.links.read(request.match_info["token"])
            person = Person(Platform.EMAIL, (address,))
            return _Opened(case_id, address, person, await asyncio.to_thread(self.card, case_id, person))
        except ExpiredLink:
            return _message(wording_advisor.link_expired(), status=410)
        except BadLink:
            return _message(wording_advisor.no_link(), status=404)
        except (NotYours, UnknownCase):
            return _message(wording_advisor.case_gone(), status=410)
        except StorageUnavailable:
            return _message(wording.out_of_order(), status=503)


@dataclass(frozen=True, slots=True)
class _Opened:
    case_id: str
    address: str
    person: Person
    card: Reply


def _page(
    card: Reply, *, nonce: str, told: Reply | None = None, kept: dict[str, str] | None = None, status: int = 200
) -> web.Response:
    """The case and its forms.

    Args:
        nonce: names what is posted, so that posting it again does nothing more.
        told: said first: what came of a form.
        kept: what was typed in a form that could not be taken, by its verb.
    """
    forms = [_form(action, nonce, (kept or {}).get(action.verb)) for action in card.actions if action.verb in ACTS]
    news = _told(told, nonce, is_error=status >= 400) if told else Markup("")
    body = Markup("\n").join([news, to_html(card), *forms])
    return _html(card.text or (told.text if told else ""), body, status)


def _form(action: Action, nonce: str, kept: str | None) -> Markup:
    hidden = Markup('<input type="hidden" name="verb" value="{}"><input type="hidden" name="form" value="{}">').format(
        action.verb, nonce
    )
    if action.prompt is None:
        return Markup('<form method="post">{}<button>{}</button></form>').format(hidden, action.label)
    prompt, field = action.prompt, f"text-{action.verb}"
    return Markup(
        '<form method="post">{hidden}<label for="{field}">{label}</label><p class="hint" id="{field}-hint">{hint}</p>'
        '<textarea id="{field}" name="text" required maxlength="{most}" aria-describedby="{field}-hint">\n'
        "{text}</textarea>"
        "<p><button>{submit}</button></p></form>"
    ).format(
        hidden=hidden,
        field=field,
        label=prompt.label,
        hint=prompt.hint,
        most=wording.LONGEST_REPLY,
        text=prompt.draft if kept is None else kept,
        submit=prompt.submit,
    )


def _told(reply: Reply, nonce: str, *, is_error: bool) -> Markup:
    kind, role = ("told error", "alert") if is_error else ("told", "status")
    forms = Markup("").join(_form(action, nonce, None) for action in reply.actions if action.verb in ACTS)
    return Markup('<div class="{}" role="{}">{}{}</div>').format(kind, role, to_html(reply), forms)


def _message(reply: Reply, *, status: int) -> web.Response:
    return _html(reply.text, to_html(reply), status)


def _html(title: str, body: Markup, status: int) -> web.Response:
    return web.Response(text=to_page(title, body), content_type="text/html", status=status, headers=PAGE_HEADERS)

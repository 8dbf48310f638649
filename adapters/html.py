"""Reply → HTML without any script, and the page around it. Pure; all text is escaped by Markup."""

import base64
import hashlib
from collections.abc import Iterator

from markupsafe import Markup

from bot.replies import Cited, Heading, Item, Items, Note, Paragraph, Part, Reply, SaidBySomeone

_STYLE = """
body { font: 1.1rem/1.5 sans-serif; color: #0b0c0c; background: #fff; max-width: 44rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-bottom: .3rem } a { color: #1d70b8 }
blockquote { border-left: .3rem solid #505a5f; margin: 0 0 1rem; padding: .2rem 1rem; white-space: pre-wrap }
form { border-top: 1px solid #b1b4b6; margin-top: 1.5rem; padding-top: 1rem }
label { display: block; font-weight: bold } .note, .hint { color: #505a5f }
textarea { box-sizing: border-box; font: inherit; min-height: 9rem; width: 100%; border: 2px solid #0b0c0c }
button { font: inherit; font-weight: bold; color: #fff; background: #00703c; border: 0; padding: .5rem 1rem }
textarea:focus, button:focus, a:focus { outline: 3px solid #ffdd00; outline-offset: 2px }
.told { border: .3rem solid #1d70b8; padding: 0 1rem } .told.error { border-color: #d4351c }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def to_page(title: str, body: Markup) -> str:
    """A whole page, to be sent with PAGE_HEADERS."""
    page = Markup(
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        "<style>{style}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    ).format(title=title, style=Markup(_STYLE), body=body)
    return str(page)


def to_html(reply: Reply) -> Markup:
    """What a reply says, without its buttons."""
    return Markup("\n").join(html for part in reply.parts for html in _part(part))


def _part(part: Part) -> Iterator[Markup]:
    match part:
        case Heading(text):
            yield Markup("<h1>{}</h1>").format(text)
        case Paragraph(text):
            yield Markup("<p>{}</p>").format(text)
        case Note(text):
            yield Markup('<p class="note">{}</p>').format(text)
        case SaidBySomeone(who, text):
            yield Markup("<h2>{}</h2>\n<blockquote>{}</blockquote>").format(who, text)
        case Cited():
            lead = Markup("<q>{}</q>") if part.verbatim else Markup("<b>In short:</b> {}")
            yield Markup("<p>{} ({})</p>").format(lead.format(part.text), _source(part.source, part.url))
        case Items(title, items):
            kind = Markup("ol" if part.numbered else "ul")
            rows = Markup("").join(map(_item, items))
            yield Markup("<h2>{title}</h2>\n<{kind}>{rows}</{kind}>").format(title=title, kind=kind, rows=rows)


def _item(item: Item) -> Markup:
    if not item.source:
        return Markup("<li>{}</li>").format(item.text)
    return Markup("<li>{} ({})</li>").format(item.text, _source(item.source, item.url))


def _source(source: str, url: str) -> Markup:
    """A link only to the web: an address of any other kind could run something."""
    if not url.startswith(("https://", "http://")):
        return Markup("{}").format(source)
    return Markup('<a href="{}">{}</a>').format(url, source)

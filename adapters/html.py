"""Reply → HTML without any script. Pure; all text is escaped by Markup."""

from collections.abc import Iterator

from markupsafe import Markup

from bot.replies import Cited, Heading, Item, Items, Note, Paragraph, Part, Reply, SaidBySomeone


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

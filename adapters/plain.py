"""Reply → plain text, for the terminal and for e-mail. Pure."""

from textwrap import indent

from bot.replies import Cited, Heading, Items, Note, Paragraph, Part, Reply, SaidBySomeone


def to_text(reply: Reply) -> str:
    """What a reply says, without its buttons."""
    return "\n".join(part for part in map(_render_part, reply.parts) if part)


def _render_part(part: Part) -> str:
    match part:
        case Heading():
            return part.text.upper()
        case Paragraph():
            return part.text
        case SaidBySomeone():
            return f"{part.who}:\n{indent(part.text, '  | ')}"
        case Cited():
            text = f"“{part.text}”" if part.verbatim else f"In short: {part.text}"
            return f"  {text}\n  ({part.source})\n  {part.url}"
        case Items():
            marks = [f"{number}." if part.numbered else "-" for number in range(1, len(part.items) + 1)]
            rows = [
                f"  {mark} {item.text}" + (f" ({item.source})" if item.source else "")
                for mark, item in zip(marks, part.items, strict=True)
            ]
            return "\n".join([f"{part.title}:", *rows])
        case Note():
            return f"({part.text})"

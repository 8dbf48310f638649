"""What people read who install smpolicy in a Slack workspace, on its own pages."""

from collections.abc import Mapping

from bot.replies import Heading, Item, Items, Note, Paragraph, Reply

CONTINUE = "Continue to Slack"
AGAIN = "Begin again"


def install(rights: Mapping[str, str]) -> Reply:
    """rights: what each is called, and what it is for."""
    title = "Install smpolicy in Slack"
    return Reply(
        title,
        (
            Heading(title),
            Paragraph(
                "smpolicy answers questions about social media at work from the official guidance, and passes what "
                "that leaves open to a named advisor. You need the right to install apps in your workspace, or for a "
                "whole organisation in Enterprise Grid."
            ),
            Items("What Slack will ask you to allow", tuple(Item(f"{name}: {why}") for name, why in rights.items())),
            Note(
                "smpolicy hears only channels it was invited to, and keeps nothing of messages that are not for it. "
                "Continue in this browser within ten minutes."
            ),
        ),
    )


def installed(name: str) -> Reply:
    """name: of the workspace or organisation, "" where Slack does not tell it."""
    title = f"smpolicy is installed in {name or 'your workspace'}"
    return Reply(
        title,
        (
            Heading(title),
            Items(
                "What to do now",
                (
                    Item(
                        "In Slack, find smpolicy under Apps and write: can I retweet my minister from my own account?"
                    ),
                    Item("Invite it to a channel, with /invite @smpolicy, and mention it there."),
                    Item("Tell whoever looks after smpolicy who the advisors are."),
                ),
                numbered=True,
            ),
        ),
    )


def declined() -> Reply:
    return _not_installed("It was not allowed in Slack. Nothing was changed.")


def not_ours() -> Reply:
    return _not_installed(
        "It serves certain workspaces, and this is not one of them. The access that Slack gave it was handed back. If "
        "it should serve yours, please ask whoever looks after smpolicy."
    )


def begin_again() -> Reply:
    return _not_installed(
        "This page was opened in another browser, more than ten minutes later, or twice. Please begin again."
    )


def refused_by_slack() -> Reply:
    return _not_installed(
        "Slack did not accept it. Please begin again; if that does not help, whoever looks after smpolicy should run: "
        "smpolicy doctor slack"
    )


def slack_silent() -> Reply:
    return _not_installed("Slack did not answer. Please begin again in a few minutes.")


def not_kept() -> Reply:
    return _not_installed("Something on our side failed, and nothing was kept. Please begin again in a few minutes.")


def _not_installed(why: str) -> Reply:
    title = "smpolicy was not installed"
    return Reply(title, (Heading(title), Paragraph(why)))

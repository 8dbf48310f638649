"""Questions that precedents answer, each with ways to ask the same and with near ones that ask something else.

Written before the least score was set (bot/precedent_search.py) and not changed since.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Likeness:
    stored: str
    same: tuple[str, ...]
    other: tuple[str, ...]


PAIRS = (
    Likeness(
        "A colleague's sister stands for the council. May the colleague like and share her campaign posts?",
        (
            "my brother is standing in the local elections, can i share his leaflet on facebook",
            "Am I allowed to like posts of a relative who is a candidate for the council?",
        ),
        (
            "Can I share my sister's wedding photos?",
            "May I stand for the council myself?",
        ),
    ),
    Likeness(
        "Private office wants us to add a dig at the opposition to the launch thread. What do we do?",
        (
            "minister's office asks me to have a go at the opposition in our launch tweets",
            "Our spad wants a line attacking the other party in the announcement thread, should I post it?",
        ),
        (
            "Private office wants us to schedule the launch thread for Sunday. Is that fine?",
            "Can I follow opposition MPs from the department account?",
        ),
    ),
    Likeness(
        "A team lead wants to post a photo of the team in the office, with screens in the background.",
        (
            "can we put a picture of our team at their desks on linkedin if monitors are visible",
            "is it ok to post an office group photo where you can see people's screens",
        ),
        (
            "Can I use a stock photo of an office in our post?",
            "May I post a photo of my own lunch?",
        ),
    ),
    Likeness(
        "Somebody on leave wants to write a travel blog with paid links. Do they need permission?",
        (
            "i run a holiday blog that earns a bit from affiliate links, must i declare it",
            "Do I need approval for a travel blog with sponsored posts that I write in my own time?",
        ),
        (
            "Can I blog about my work for the department?",
            "Can we pay an influencer to write about our campaign?",
        ),
    ),
    Likeness(
        "A policy official was asked to speak on a charity's podcast about a subject next to their policy area.",
        (
            "a charity invited me on their podcast to talk about something close to my policy work, may i",
            "Can I be a guest on an NGO podcast whose topic touches my policy area?",
        ),
        (
            "Can we start a podcast for the department?",
            "May I donate to a charity online?",
        ),
    ),
    Likeness(
        "A member of the public names a case worker and threatens them under our post. Do we hide the comment?",
        (
            "someone threatened one of our staff by name in the comments, should we hide it",
            "Can we delete a reply that names a caseworker and threatens her?",
        ),
        (
            "Somebody disagrees with our policy in the comments. May we hide it?",
            "Should we answer a case worker's question on Yammer?",
        ),
    ),
    Likeness(
        "May staff put a rainbow flag or a cause in the picture of their personal profile that names the department?",
        (
            "can i have a pride flag in my profile picture if my bio says where i work",
            "is a campaign ribbon on my avatar ok when my profile says I work for the department",
        ),
        (
            "May the department's account change its logo for the bank holiday?",
            "Should my bio say where I work?",
        ),
    ),
    Likeness(
        "A leaver asks whether they may announce their new job at a supplier on LinkedIn before their last day.",
        (
            "i'm going to work for one of our contractors, can i post about it on linkedin before i leave",
            "Can I tell people on LinkedIn about my new job with a supplier while I am still employed here?",
        ),
        (
            "Can I take the account with me when I leave?",
            "May I accept a LinkedIn request from a supplier?",
        ),
    ),
    Likeness(
        "A journalist sends a direct message to an analyst about a published statistic. May the analyst reply?",
        (
            "reporter dm'd me about our published stats, can i answer her",
            "A journalist messaged me on X to ask about a number we published. Am I allowed to respond?",
        ),
        (
            "May I correct a wrong statistic in a newspaper's tweet?",
            "Can I publish a statistic before its release?",
        ),
    ),
    Likeness(
        "May the official account repost a trade union's post that thanks our staff?",
        (
            "union thanked our people in a post, can we retweet it from the dept account",
            "is resharing a union's thank-you to staff from the corporate account all right",
        ),
        (
            "May I take part in a strike and post about it?",
            "May the official account thank our staff?",
        ),
    ),
    Likeness(
        "In the pre-election period, may we answer questions about an existing benefit on our page?",
        (
            "during purdah can we still reply to people who ask how to claim a benefit",
            "Do we go on answering customers about existing benefits before the election?",
        ),
        (
            "May we announce a new benefit on our page?",
            "During purdah may I canvass for a party in my own time?",
        ),
    ),
    Likeness(
        "An AI tool drafted a post from an internal briefing. May we use it?",
        (
            "can i paste our internal briefing in chatgpt and post what it writes",
            "Is it fine to publish a tweet that an AI wrote out of an internal brief?",
        ),
        (
            "May we use AI to make alt text for pictures?",
            "May we publish our internal briefing?",
        ),
    ),
)

"""The least that a Bolt app can do: acknowledge a command and reply a constant."""

import sys

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server import SECRET, TOKEN


def main(api_url: str, port: int) -> None:
    async def authorize(enterprise_id, team_id):  # type: ignore[no-untyped-def]
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=TOKEN)

    app = AsyncApp(signing_secret=SECRET, client=AsyncWebClient(base_url=api_url), authorize=authorize)

    @app.command("/smpolicy")
    async def answer(ack, respond):  # type: ignore[no-untyped-def]
        await ack()
        await respond("Yes, on these conditions: say nothing that the department has not published.")

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    site = web.Application()
    site.router.add_post("/slack/events", receive)
    site.router.add_get("/healthz", alive)
    web.run_app(site, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

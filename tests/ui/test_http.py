"""The guard around the server: other sites may not write, other hosts are not served, every answer carries its headers."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from studio.settings import Settings
from studio.ui.access import OPERATOR_COOKIE, operator_cookie
from studio.ui.http import OperatorSignIn, middleware

KEY = "a-long-operator-key"


def client(settings: Settings, url: str = "http://127.0.0.1:7860") -> TestClient:
    async def echo(request: Request) -> PlainTextResponse:
        origin = request.headers.get("origin", "*")
        headers = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        return PlainTextResponse("ok", headers=headers)

    sign_in = OperatorSignIn(settings)
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/operator", sign_in.enter, methods=["POST"]),
    ]
    return TestClient(Starlette(routes=routes, middleware=middleware(settings)), base_url=url, follow_redirects=False)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "null"])
def test_a_write_from_another_site_is_refused(origin: str) -> None:
    assert client(Settings()).post("/echo", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:7860"])
def test_a_write_of_our_own_page_or_of_a_program_passes(origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    assert client(Settings()).post("/echo", headers=headers).status_code == 200


def test_another_site_may_not_read_the_answer_either() -> None:
    answer = client(Settings()).get("/echo", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_loopback_app_answers_to_loopback_names_only() -> None:
    assert client(Settings(), "http://rebound.example:7860").get("/echo").status_code == 403
    assert client(Settings(), "http://localhost:7860").get("/echo").status_code == 200
    assert client(Settings(host="0.0.0.0"), "http://studio.example").get("/echo").status_code == 200


def test_every_answer_carries_the_security_headers() -> None:
    headers = client(Settings()).get("/echo").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_the_operator_key_buys_a_cookie_and_a_wrong_one_does_not() -> None:
    studio = client(Settings(public_requested=True, operator_key=KEY))
    refused = studio.post("/operator", data={"key": "wrong"})
    assert refused.status_code == 403 and "set-cookie" not in refused.headers
    accepted = studio.post("/operator", data={"key": KEY})
    assert accepted.status_code == 303
    assert accepted.cookies[OPERATOR_COOKIE] == operator_cookie(KEY) != KEY
    assert "HttpOnly" in accepted.headers["set-cookie"] and "samesite=strict" in accepted.headers["set-cookie"].lower()

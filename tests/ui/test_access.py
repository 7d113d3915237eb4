"""Operators and visitors are told apart on the server."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from studio.errors import NotAllowed
from studio.settings import Settings
from studio.ui.access import OPERATOR_COOKIE, identify, operator_cookie, require_operator

SPACE = {"space_id": "ada/studio", "space_author": "Ada", "oauth_client": "id"}
KEY = "a-long-operator-key"


def request(*, user: str | None = None, expires: float = 3600, cookie: str | None = None) -> Any:
    info = {"expires_at": time.time() + expires, "userinfo": {"preferred_username": user}}
    scope = {"session": {"oauth_info": info} if user else {}}
    cookies = {OPERATOR_COOKIE: cookie} if cookie else {}
    return SimpleNamespace(request=SimpleNamespace(scope=scope), cookies=cookies, client=SimpleNamespace(host="1.2.3.4"))


def test_on_a_private_address_everybody_is_an_operator() -> None:
    assert identify(Settings(), request()).operator


@pytest.mark.parametrize("settings", [Settings(public_requested=True), Settings(**SPACE), Settings(host="0.0.0.0")])
def test_in_public_a_stranger_is_a_visitor_and_is_refused(settings: Settings) -> None:
    assert not identify(settings, request()).operator
    with pytest.raises(NotAllowed, match="Only an operator may start a training"):
        require_operator(settings, request(), to="start a training")


def test_the_owner_of_the_space_operates_after_signing_in() -> None:
    assert identify(Settings(**SPACE), request(user="ada")).operator
    assert not identify(Settings(**SPACE), request(user="eve")).operator
    assert identify(Settings(**SPACE, operators_listed="eve, bob"), request(user="Eve")).operator


def test_a_sign_in_that_has_expired_counts_no_more() -> None:
    assert not identify(Settings(**SPACE), request(user="ada", expires=-1)).operator


def test_a_session_is_not_believed_where_nobody_can_sign_in() -> None:
    assert not identify(Settings(public_requested=True, operators_listed="ada"), request(user="ada")).operator


def test_the_operator_cookie_must_fit_the_key() -> None:
    settings = Settings(public_requested=True, operator_key=KEY)
    assert identify(settings, request(cookie=operator_cookie(KEY))).operator
    assert not identify(settings, request(cookie=operator_cookie("another-operator-key"))).operator
    assert not identify(Settings(public_requested=True), request(cookie=operator_cookie(KEY))).operator

"""config: signing in and seeing where one is."""

import urllib.request
import json

from world import Apolo


def test_the_configuration_names_user_cluster_project_and_presets(apolo, server):
    said = apolo("config", "show")
    for expected in ["admin", "default", server.api, "cpu-small"]:
        assert expected in said, said


def test_the_token_can_be_shown_again(apolo):
    assert len(apolo("config", "show-token").strip().split(".")) == 3


def test_a_forged_token_is_refused(server, tmp_path):
    head, body, _ = server.token().split(".")
    apolo = Apolo(tmp_path)
    said = apolo("config", "login-with-token", f"{head}.{body}.AAAA", server.api, code=1)
    assert "401" in said or "authorize" in said.lower(), said


def test_a_visitor_without_a_token_learns_of_no_cluster(server):
    with urllib.request.urlopen(f"{server.api}/config", timeout=10) as answer:
        config = json.load(answer)
    assert not config.get("clusters") and not config.get("authorized"), config

"""Links to a job's status: what they grant is seen by the unmodified CLI, appears with the first and vanishes with the last."""

import json
import urllib.error
import urllib.request

READER = "roadstead-links"


class Console:
    """A browser's side, signed in with a token."""

    def __init__(self, server):
        self.server = server
        answer = self.ask("POST", "/session", {"token": server.token()})
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def ask(self, method, path, body=None):
        headers = {"X-Roadstead": "1", "Content-Type": "application/json"}
        if hasattr(self, "cookie"):
            headers["Cookie"] = self.cookie
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(self.server.api + path, data, headers, method=method), timeout=10)


def visit(server, token):
    """What anybody with the link is shown; its HTTP status where it is nothing."""
    try:
        with urllib.request.urlopen(f"{server.url}/s/{token}/status", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code


def shared(apolo, job):
    lines = apolo("acl", "ls", "--full-uri", "--shared").splitlines()
    return [words for line in lines if READER in (words := line.split()) and words[0].endswith(job)]


def test_the_cli_sees_what_links_grant_and_that_it_is_gone_with_the_last(server, apolo, sleeper):
    console = Console(server)
    assert shared(apolo, sleeper) == []
    made = [json.load(console.ask("POST", f"/jobs/{sleeper}/links", {})) for _ in range(2)]
    [grant] = shared(apolo, sleeper)
    assert grant[1:] == ["read", READER]
    for link in made:
        assert visit(server, link["token"])["status"] == "running"
    for left, link in zip([1, 0], made):
        console.ask("POST", "/links/revoke", {"ids": [link["link"]["id"]]})
        assert visit(server, link["token"]) == 404
        assert len(shared(apolo, sleeper)) == left


def test_a_grant_that_the_cli_takes_back_ends_what_the_link_shows(server, apolo, sleeper):
    console = Console(server)
    link = json.load(console.ask("POST", f"/jobs/{sleeper}/links", {}))
    [grant] = shared(apolo, sleeper)
    apolo("acl", "revoke", grant[0], READER)
    assert visit(server, link["token"]) == 404


def test_a_link_and_its_grant_outlive_a_crash(server, apolo, sleeper):
    link = json.load(Console(server).ask("POST", f"/jobs/{sleeper}/links", {}))
    server.kill()
    server.start()
    assert visit(server, link["token"])["status"] == "running"
    assert len(shared(apolo, sleeper)) == 1

"""The Caddyfile of docs/deploy, as it stands there but for the port and the certificate, before a real server."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from behind import MIB, NAME, behind, visit

CONFIGURATION = Path(__file__).parents[2] / "docs/deploy/Caddyfile"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with behind(tmp_path_factory.mktemp("caddy"), start) as site:
        yield site


def start(server, tls, folder):
    text = CONFIGURATION.read_text()
    for there, here in [
        # Its own certificates come from the network.
        (f"\n{NAME} {{\n", f"\nhttps://{NAME}:{tls} {{\n\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem\n"),
        ("{\n\tservers {", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {"),
        ("reverse_proxy 127.0.0.1:8080 {", f"reverse_proxy {server} {{"),
    ]:
        assert text.count(there) == 1, there
        text = text.replace(there, here)
    (folder / "Caddyfile").write_text(text)
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "caddy.log").open("wb") as log:
        return subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"], stdout=log, stderr=log, env=environment
        )


def test_a_page_signs_in_over_tls(site):
    async def doing(client, cookie):
        assert cookie.startswith("__Host-roadstead_session=") and "; Secure" in cookie
        async with client.get("/api/v1/jobs") as answer:
            assert answer.status == 200 and answer.headers["Strict-Transport-Security"]

    visit(site, doing)


def test_a_stream_comes_through_as_it_is_said(site):
    async def doing(client, _cookie):
        async with client.ws_connect("/api/v1/jobs/events") as stream:
            said = [json.loads((await stream.receive(timeout=10)).data)["type"] for _ in range(2)]
            assert said == ["init", "init_done"], said

    visit(site, doing)


def test_a_large_layer_is_not_refused(site):
    async def doing(client, _cookie):
        async with client.post("/v2/main/default/large/blobs/uploads/") as answer:
            assert answer.status == 202, await answer.text()
            place = answer.headers["Location"]
        headers = {"Content-Type": "application/octet-stream"}
        async with client.patch(place, data=b"x" * (48 * MIB), headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            assert answer.headers["Range"] == f"0-{48 * MIB - 1}"

    visit(site, doing)

"""The nginx configuration of docs/deploy, as it stands there but for names, ports and certificates, before a real server."""

import http.client
import json
import re
import subprocess
from pathlib import Path

import aiohttp
import pytest
from behind import MIB, NAME, behind, visit
from world import free_port

CONFIGURATION = Path(__file__).parents[2] / "docs/deploy/nginx.conf"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with behind(tmp_path_factory.mktemp("nginx"), start) as site:
        yield site


def start(server, tls, folder):
    text = CONFIGURATION.read_text()
    for pattern, replacement, times in [
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};", 1),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;", 1),
        (r"server 127\.0\.0\.1:8080;", f"server {server};", 1),
        (r"/etc/ssl/console\.example/fullchain\.pem", str(folder / "cert.pem"), 1),
        (r"/etc/ssl/console\.example/privkey\.pem", str(folder / "key.pem"), 1),
        # 443 goes without saying; another port does not.
        (r"proxy_set_header Host \$host;", "proxy_set_header Host $http_host;", 1),
    ]:
        text, found = re.subn(pattern, replacement, text)
        assert found == times, pattern
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
    )
    return subprocess.Popen(["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"])


def test_a_page_signs_in_over_tls(site):
    async def doing(client, cookie):
        assert cookie.startswith("__Host-roadstead_session=") and "; Secure" in cookie
        async with client.get("/api/v1/jobs") as answer:
            assert answer.status == 200 and answer.headers["Strict-Transport-Security"]

    visit(site, doing)


def test_a_stream_comes_through_as_it_is_said(site):
    async def doing(client, _cookie):
        async with client.ws_connect("/api/v1/jobs/events") as stream:
            # The beginning is there at once: nothing waits for a full buffer.
            said = [json.loads((await stream.receive(timeout=10)).data)["type"] for _ in range(2)]
            assert said == ["init", "init_done"], said
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect("/api/v1/jobs/events", headers={"Origin": "https://evil.example"})

    visit(site, doing)


def test_a_large_layer_is_neither_refused_nor_spooled(site):
    async def doing(client, _cookie):
        _server, _tls, folder = site
        async with client.post("/v2/main/default/large/blobs/uploads/") as answer:
            assert answer.status == 202, await answer.text()
            place = answer.headers["Location"]
        spooled = []

        async def body():
            for _ in range(48):
                yield b"x" * MIB
                spooled.extend(path for path in (folder / "client_body").rglob("*") if path.is_file())

        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(48 * MIB)}
        async with client.patch(place, data=body(), headers=headers) as answer:
            assert answer.status == 202, await answer.text()
            assert answer.headers["Range"] == f"0-{48 * MIB - 1}"
        assert not spooled

    visit(site, doing)


def test_plain_http_leads_to_tls(site):
    plain = re.search(r"listen 127\.0\.0\.1:(\d+);", (site[2] / "nginx.conf").read_text())[1]
    connection = http.client.HTTPConnection("127.0.0.1", int(plain), timeout=10)
    connection.request("GET", "/jobs", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/jobs")

"""A server behind a proxy with TLS, and a client that believes the proxy's certificate, signed in as a page would be."""

import asyncio
import contextlib
import socket
import ssl
import subprocess

import aiohttp
from world import Server, free_port, wait_for

NAME = "console.example"
MIB = 1 << 20


def certificate(folder):
    """key.pem and cert.pem, for NAME."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )


@contextlib.contextmanager
def behind(folder, start):
    """A server and what stands before it, reached by TLS: `start` is told the server's address, the port for TLS and the
    folder, which holds the certificate, and gives the process that it started. Gives what `visit` wants."""
    certificate(folder)
    tls = free_port()
    server = server_behind(folder, tls)
    try:
        proxy = start(server.host, tls, folder)
        try:
            wait_for("the proxy answers", lambda: proxy.poll() is None and is_open(tls), patience=20)
            yield server, tls, folder
        finally:
            proxy.terminate()
            proxy.wait()
    finally:
        server.stop()


def server_behind(folder, tls):
    options = ["--public-url", f"https://{NAME}:{tls}", "--trust-proxy", "127.0.0.1", "--engine-host", "unix:///nowhere.sock"]
    server = Server(folder, options=options)
    server.start()
    return server


def is_open(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class ToLoopback(aiohttp.abc.AbstractResolver):
    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self):
        pass


def visit(site, doing):
    """Runs something with the client. A site is the server, the proxy's port and the folder of its certificate."""
    server, tls, folder = site

    async def run():
        trusted = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        connector = aiohttp.TCPConnector(resolver=ToLoopback(), ssl=trusted)
        base = f"https://{NAME}:{tls}"
        headers = {"X-Roadstead": "1", "Origin": base}
        async with aiohttp.ClientSession(base, connector=connector, headers=headers) as client:
            async with client.post("/api/v1/session", json={"token": server.token()}) as answer:
                assert answer.status == 200, await answer.text()
                cookie = answer.headers["Set-Cookie"]
            return await doing(client, cookie)

    return asyncio.run(run())

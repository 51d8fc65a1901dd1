"""The platform's registry asked directly, and other people's registries beside it.

Owns processes and requests; knows nothing of single commands' outputs.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

from world import free_port, wait_for

MANIFESTS = ", ".join([
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
])
USER, PASSWORD = "reader", "copy-secret"
# bcrypt of PASSWORD.
HTPASSWD = f"{USER}:$2b$05$hi.KdLJ4dQUgms2qBHfufO9nh.NiHtYd4ZTDYr84IdpxQNQ0sfTTi\n"


def fetch(url, token=None, method="GET"):
    """Status, headers and body of one request to a registry."""
    request = urllib.request.Request(url, method=method, headers={"Accept": MANIFESTS})
    if token:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"token:{token}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def post_lines(url, token, body):
    """Posts JSON to the platform; the status and the lines of the answer."""
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={
        "Authorization": f"Bearer {token}", "Content-Type": "application/json",
    })
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, [json.loads(line) for line in answer.read().splitlines() if line]
    except urllib.error.HTTPError as refused:
        return refused.code, [json.loads(refused.read())]


class Debian:
    """Debian's docker-registry: what stands for everybody else's registries."""

    def __init__(self, folder: Path, auth=None):
        self.folder = folder
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.auth = auth or {}
        self.process = None

    def start(self):
        config = {
            "version": 0.1,
            "log": {"level": "warn"},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "images")}, "delete": {"enabled": True}},
            "http": {"addr": self.host},
            **({"auth": self.auth} if self.auth else {}),
        }
        path = self.folder / "config.yml"
        # JSON is YAML.
        path.write_text(json.dumps(config))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["docker-registry", "serve", str(path)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        wait_for("docker-registry answers", self._answers)

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return fetch(f"http://{self.host}/v2/")[0] in (200, 401)
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


@contextlib.contextmanager
def debian(folder, auth=None):
    folder.mkdir()
    registry = Debian(folder, auth)
    registry.start()
    try:
        yield registry
    finally:
        registry.stop()


def basic_auth(folder: Path):
    path = folder / "htpasswd"
    path.write_text(HTPASSWD)
    return {"htpasswd": {"realm": "tests", "path": str(path)}}


class Tokens(http.server.ThreadingHTTPServer):
    """A token server as the distribution project describes it: JWTs signed by a key that the registry trusts."""

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), TokenRequest)
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tests",
             "-keyout", str(self.key), "-out", str(self.certificate)],
            check=True, capture_output=True,
        )
        pem = self.certificate.read_text()
        self.der = "".join(line for line in pem.splitlines() if "CERTIFICATE" not in line)
        self.asked = []

    @property
    def auth(self):
        realm = f"http://127.0.0.1:{self.server_port}/token"
        return {"token": {
            "realm": realm, "service": "tests", "issuer": "tests", "rootcertbundle": str(self.certificate),
        }}

    def token(self, scope):
        kind, name, actions = scope.split(":")
        now = int(time.time())
        claims = {
            "iss": "tests", "sub": "", "aud": "tests", "exp": now + 300, "nbf": now - 10, "iat": now,
            "jti": uuid.uuid4().hex, "access": [{"type": kind, "name": name, "actions": actions.split(",")}],
        }
        header = {"typ": "JWT", "alg": "RS256", "x5c": [self.der]}
        signed = ".".join(url64(json.dumps(part).encode()) for part in (header, claims))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)], input=signed.encode(), check=True, capture_output=True,
        ).stdout
        return f"{signed}.{url64(signature)}"


class TokenRequest(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        given = self.headers.get("Authorization", "")
        self.server.asked.append((query.get("scope", [""])[0], given))
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if given != expected:
            self.send_response(401)
            self.end_headers()
            return
        body = json.dumps({"token": self.server.token(query["scope"][0])}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Held(http.server.ThreadingHTTPServer):
    """Passes what it is asked on to another registry; blobs wait until they are let go."""

    def __init__(self, behind):
        super().__init__(("127.0.0.1", 0), HeldRequest)
        self.behind = behind
        self.host = f"127.0.0.1:{self.server_port}"
        self.waited_for, self.released = threading.Event(), threading.Event()


class HeldRequest(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if "/blobs/" in self.path:
            self.server.waited_for.set()
            assert self.server.released.wait(60), "nobody let the blobs go"
        status, headers, body = fetch(f"http://{self.server.behind}{self.path}")
        self.send_response(status)
        for name in ("Content-Type", "Docker-Content-Digest"):
            if name in headers:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def tokens(folder):
    folder.mkdir()
    with served(Tokens(folder)) as server:
        yield server


@contextlib.contextmanager
def served(server):
    """A server of this process, as long as it is used."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def oci_layout(folder: Path, content: bytes, platforms=("amd64",)):
    """An OCI image layout with one image a platform (an index where there are several); the path for `oci:`."""
    import gzip
    import io
    import tarfile

    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def one(architecture):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            entry = tarfile.TarInfo("content")
            data = content + architecture.encode()
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        config = {"architecture": architecture, "os": "linux", "config": {"Cmd": ["/content"]}, "history": [],
                  "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(out.getvalue()).hexdigest()]}}
        manifest = {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": blob(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
            "layers": [blob(gzip.compress(out.getvalue(), mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")],
        }
        found = blob(json.dumps(manifest).encode(), manifest["mediaType"])
        return {**found, "platform": {"architecture": architecture, "os": "linux"}}

    root = [one(architecture) for architecture in platforms]
    if len(root) > 1:
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": root}
        root = [blob(json.dumps(index).encode(), index["mediaType"])]
    root[0]["annotations"] = {"org.opencontainers.image.ref.name": "test"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": root}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return f"oci:{folder}:test", root[0]["digest"]


def skopeo(*arguments, code=0):
    done = subprocess.run(
        ["skopeo", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        env={**os.environ, "XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", "/tmp")},
    )
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == (code == 0), f"skopeo {' '.join(map(str, arguments))}: {done.returncode}\n{said}"
    return said

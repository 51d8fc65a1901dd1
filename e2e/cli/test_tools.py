"""Other people's tools against the registry: skopeo, podman, crane."""

import os
import subprocess
import tempfile
import uuid

import pytest
from registry import fetch, oci_layout, skopeo
from world import Server


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("tools"), mode="cluster")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def name():
    return f"tool-{uuid.uuid4().hex[:8]}"


def digest_of(cluster, name):
    return fetch(f"{cluster.url}/v2/main/default/{name}/manifests/v1", cluster.token(), "HEAD")[1]["Docker-Content-Digest"]


def run(*command, stdin=None, environment=None):
    done = subprocess.run(
        list(map(str, command)), input=stdin, capture_output=True, text=True, timeout=300,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_skopeo_pushes_reads_and_pulls_images_of_many_platforms(cluster, tmp_path, name):
    layout, digest = oci_layout(tmp_path / "layout", b"skopeo ", platforms=("amd64", "arm64"))
    there, credentials = f"docker://{cluster.host}/main/default/{name}:v1", f"token:{cluster.token()}"
    skopeo("copy", "--all", "--dest-tls-verify=false", "--dest-creds", credentials, layout, there)
    assert digest_of(cluster, name) == digest
    assert '"Architecture"' in skopeo("inspect", "--tls-verify=false", "--creds", credentials, there)
    back = tmp_path / "back"
    skopeo("copy", "--all", "--src-tls-verify=false", "--src-creds", credentials, there, f"oci:{back}:test")
    assert {path.name for path in (back / "blobs/sha256").iterdir()} >= {digest.removeprefix("sha256:")}
    skopeo("delete", "--tls-verify=false", "--creds", credentials, there)
    assert digest_of(cluster, name) is None
    skopeo("inspect", "--tls-verify=false", "--creds", "token:wrong", there, code=1)


def test_podman_pushes_and_pulls(cluster, tmp_path, name):
    layout, _ = oci_layout(tmp_path / "layout", b"podman ")
    # Podman takes no longer path than 50 characters for this one.
    runroot = tempfile.mkdtemp(prefix="rs-", dir="/tmp")
    own = ["--root", tmp_path / "root", "--runroot", runroot, "--storage-driver", "vfs"]
    there, credentials = f"{cluster.host}/main/default/{name}:v1", f"token:{cluster.token()}"
    image = run("podman", *own, "pull", "--quiet", layout).split()[-1]
    run("podman", *own, "push", "--quiet", "--tls-verify=false", "--creds", credentials, image, f"docker://{there}")
    run("podman", *own, "rmi", "--force", image)
    again = run("podman", *own, "pull", "--quiet", "--tls-verify=false", "--creds", credentials, there).split()[-1]
    assert again == image, "the same image came back"


def test_crane_pushes_lists_and_pulls(cluster, tmp_path, name):
    crane = os.environ["ROADSTEAD_CRANE"]
    folder, digest = oci_layout(tmp_path / "layout", b"crane ")
    there, own = f"{cluster.host}/main/default/{name}", {"DOCKER_CONFIG": str(tmp_path)}
    run(crane, "auth", "login", cluster.host, "-u", "token", "--password-stdin", stdin=cluster.token(), environment=own)
    layout = folder.removeprefix("oci:").rsplit(":", 1)[0]
    run(crane, "push", "--insecure", layout, f"{there}:v1", environment=own)
    assert run(crane, "ls", "--insecure", there, environment=own).split() == ["v1"]
    pulled = tmp_path / "pulled.tar"
    run(crane, "pull", "--insecure", f"{there}:v1", pulled, environment=own)
    assert pulled.stat().st_size > 1000
    run(crane, "copy", "--insecure", f"{there}:v1", f"{there}:v2", environment=own)
    assert run(crane, "digest", "--insecure", f"{there}:v2", environment=own).strip() == digest == digest_of(cluster, name)

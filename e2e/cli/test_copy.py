"""Images copied from other people's registries: Debian's docker-registry, open, with passwords, and with tokens."""

import json
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from registry import PASSWORD, USER, Held, basic_auth, debian, fetch, oci_layout, post_lines, served, skopeo, tokens
from world import Server, free_port


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("copy")


@pytest.fixture(scope="module")
def open_one(folder):
    with debian(folder / "open") as registry:
        yield registry


@pytest.fixture(scope="module")
def with_password(folder):
    with debian(folder / "password", basic_auth(folder)) as registry:
        yield registry


@pytest.fixture(scope="module")
def token_server(folder):
    with tokens(folder / "token-server") as server:
        yield server


@pytest.fixture(scope="module")
def with_tokens(folder, token_server):
    with debian(folder / "tokens", token_server.auth) as registry:
        yield registry


@pytest.fixture(scope="module")
def held(open_one):
    with served(Held(open_one.host)) as server:
        yield server


@pytest.fixture(scope="module")
def closed():
    """Where nobody listens."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, open_one, with_password, with_tokens, token_server, held, closed):
    hosts = [open_one.host, with_password.host, with_tokens.host, held.host, f"127.0.0.1:{token_server.server_port}", closed]
    options = [word for host in hosts for word in ("--copy-from-plain-http", host)]
    server = Server(tmp_path_factory.mktemp("copies"), mode="cluster", options=options)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def image(folder, open_one):
    """An image of one platform in the open registry."""
    layout, digest = oci_layout(folder / "layout", b"copy me ")
    skopeo("copy", "--dest-tls-verify=false", layout, f"docker://{open_one.host}/some/where:v1")
    return digest


def copy(cluster, reference, target, token=None, **credentials):
    body = {"source": {"reference": reference, **credentials}, "image": target}
    return post_lines(f"{cluster.api}/extensions/images/copy", token or cluster.token(), body)


def words(lines):
    return [line["status"] for line in lines if "id" in line and line["status"] in ("Pushed", "Layer already exists")]


def digest_of(cluster, target):
    name, tag = target.split(":", 1)
    status, headers, _ = fetch(f"{cluster.url}/v2/{name}/manifests/{tag}", cluster.token(), "HEAD")
    return headers["Docker-Content-Digest"] if status == 200 else None


def failed(lines, reason):
    last = lines[-1]
    assert last.get("errorDetail", {}).get("reason") == reason, lines
    assert last["error"] == last["errorDetail"]["message"]
    return last["error"]


def test_an_image_arrives_byte_for_byte(cluster, open_one, image):
    status, lines = copy(cluster, f"{open_one.host}/some/where:v1", "main/default/copied:v1")
    assert status == 200 and lines[-1]["aux"]["Digest"] == image, lines
    assert words(lines) == ["Pushed", "Pushed"]
    assert digest_of(cluster, "main/default/copied:v1") == image
    manifest = fetch(f"http://{open_one.host}/v2/some/where/manifests/v1")[2]
    assert fetch(f"{cluster.url}/v2/main/default/copied/manifests/v1", cluster.token())[2] == manifest
    layer = json.loads(manifest)["layers"][0]["digest"]
    there = fetch(f"http://{open_one.host}/v2/some/where/blobs/{layer}")[2]
    assert fetch(f"{cluster.url}/v2/main/default/copied/blobs/{layer}", cluster.token())[2] == there


def test_what_is_here_does_not_travel_again(cluster, open_one, image):
    reference = f"{open_one.host}/some/where:v1"
    for target in ["main/default/copied:again", "main/default/elsewhere:v1"]:
        _, lines = copy(cluster, reference, target)
        assert lines[-1]["aux"]["Digest"] == image, lines
    _, lines = copy(cluster, reference, "main/default/third:v1")
    assert words(lines) == ["Layer already exists"] * 2, "mounted from an image that the caller may read"


def test_nothing_is_mounted_from_images_that_the_caller_may_not_read(cluster, open_one, image):
    copy(cluster, f"{open_one.host}/some/where:v1", "main/default/copied:v1")
    cluster.add_user("outsider", project="outside")
    token = cluster.token("outsider")
    _, lines = copy(cluster, f"{open_one.host}/some/where:v1", "main/outside/copied:v1", token)
    assert words(lines) == ["Pushed", "Pushed"], lines


def test_all_platforms_of_an_index_are_copied(cluster, folder, open_one):
    layout, digest = oci_layout(folder / "many", b"many ", platforms=("amd64", "arm64", "riscv64"))
    skopeo("copy", "--all", "--dest-tls-verify=false", layout, f"docker://{open_one.host}/many:v1")
    _, lines = copy(cluster, f"{open_one.host}/many:v1", "main/default/many:v1")
    assert lines[-1]["aux"]["Digest"] == digest, lines
    index = json.loads(fetch(f"{cluster.url}/v2/main/default/many/manifests/v1", cluster.token())[2])
    assert [child["platform"]["architecture"] for child in index["manifests"]] == ["amd64", "arm64", "riscv64"]
    for child in index["manifests"]:
        assert fetch(f"{cluster.url}/v2/main/default/many/manifests/{child['digest']}", cluster.token())[0] == 200
    _, lines = copy(cluster, f"{open_one.host}/many@{digest}", "main/default/many:by-digest")
    assert lines[-1]["aux"]["Digest"] == digest, lines


def test_a_large_layer_arrives_whole(cluster, folder, open_one):
    import os

    layout, digest = oci_layout(folder / "large", os.urandom(64 << 20))
    skopeo("copy", "--dest-tls-verify=false", layout, f"docker://{open_one.host}/large:v1")
    _, lines = copy(cluster, f"{open_one.host}/large:v1", "main/default/large:v1")
    assert lines[-1]["aux"]["Digest"] == digest, lines[-1]


def test_a_registry_with_passwords_wants_the_right_one(cluster, folder, with_password):
    layout, digest = oci_layout(folder / "secret", b"secret ")
    there = f"{with_password.host}/secret:v1"
    skopeo("copy", "--dest-tls-verify=false", "--dest-creds", f"{USER}:{PASSWORD}", layout, f"docker://{there}")
    _, lines = copy(cluster, there, "main/default/secret:v1")
    assert "wants a user name and password" in failed(lines, "unauthorised")
    _, lines = copy(cluster, there, "main/default/secret:v1", username=USER, password="wrong")
    said = failed(lines, "unauthorised")
    assert "refuses this user name and password" in said and "wrong" not in said
    assert digest_of(cluster, "main/default/secret:v1") is None
    _, lines = copy(cluster, there, "main/default/secret:v1", username=USER, password=PASSWORD)
    assert lines[-1]["aux"]["Digest"] == digest, lines
    assert PASSWORD not in cluster.log.read_text(), "passwords are in no log"


def test_a_registry_with_tokens_gives_one_for_the_password(cluster, folder, with_tokens, token_server):
    layout, digest = oci_layout(folder / "token", b"token ")
    there = f"{with_tokens.host}/team/token:v1"
    skopeo("copy", "--dest-tls-verify=false", "--dest-creds", f"{USER}:{PASSWORD}", layout, f"docker://{there}")
    token_server.asked.clear()
    _, lines = copy(cluster, there, "main/default/token:v1", username=USER, password=PASSWORD)
    assert lines[-1]["aux"]["Digest"] == digest, lines
    assert {scope for scope, _ in token_server.asked} == {"repository:team/token:pull"}, "no more than is needed"
    _, lines = copy(cluster, there, "main/default/token:v2", username=USER, password="wrong")
    failed(lines, "unauthorised")
    _, lines = copy(cluster, there, "main/default/token:v2")
    failed(lines, "unauthorised")


def test_a_right_that_is_taken_back_while_an_image_is_copied_sets_no_tag(cluster, image, held):
    cluster.add_user("leaver", project="left")
    uri, permissions = "image://default/main/default/late", f"{cluster.api}/users/leaver/permissions"
    assert post_lines(permissions, cluster.token(), [{"uri": uri, "action": "write"}])[0] == 201
    revoke = urllib.request.Request(f"{permissions}?{urllib.parse.urlencode({'uri': uri})}", method="DELETE")
    revoke.add_header("Authorization", f"Bearer {cluster.token()}")
    there = (f"{held.host}/some/where:v1", "main/default/late:v1")
    with ThreadPoolExecutor(max_workers=1) as others:
        copying = others.submit(copy, cluster, *there, cluster.token("leaver"))
        try:
            assert held.waited_for.wait(60)
            urllib.request.urlopen(revoke, timeout=10).close()
        finally:
            held.released.set()
        _, lines = copying.result()
    assert f"write on {uri}" in failed(lines, "cluster")
    assert digest_of(cluster, there[1]) is None
    assert copy(cluster, *there)[1][-1]["aux"]["Digest"] == image, "who may goes on"


def test_each_failure_says_what_it_is(cluster, open_one, image, closed):
    for reference, reason, word in [
        (f"{open_one.host}/some/where:v2", "unknown_image", "check its name"),
        (f"{open_one.host}/no/where:v1", "unknown_image", "check its name"),
        (f"{closed}/some/where:v1", "unreachable", "refused"),
        ("127.0.0.1:1/some/where:v1", "unreachable", "only public addresses"),
        ("localhost:2/some/where:v1", "unreachable", "only public addresses"),
        ("169.254.169.254/latest:v1", "unreachable", "only public addresses"),
        ("[::1]:1/some/where:v1", "bad_source", "invalid reference"),
        ("no-such-host.invalid/a:v1", "unreachable", "no-such-host.invalid"),
    ]:
        _, lines = copy(cluster, reference, "main/default/never:v1")
        assert word in failed(lines, reason), (reference, lines)
    assert digest_of(cluster, "main/default/never:v1") is None


def test_it_is_refused_before_anything_is_asked(cluster, open_one):
    for reference, target, status in [
        ("not a reference", "main/default/x:v1", 400),
        (f"{open_one.host}/x:v1", "main/default/Bad:v1", 400),
        (f"{open_one.host}/x:v1", "main/nowhere/x:v1", 400),
    ]:
        assert copy(cluster, reference, target)[0] == status, (reference, target)
    cluster.add_user("visitor", project="visits")
    assert copy(cluster, f"{open_one.host}/x:v1", "main/default/x:v1", cluster.token("visitor"))[0] == 403
    assert copy(cluster, f"{open_one.host}/x:v1", "main/default/x:v1", "nonsense")[0] == 401


def test_a_list_of_registries_is_the_only_way_in(tmp_path, open_one, image):
    server = Server(tmp_path, mode="cluster", options=["--copy-from", "registry.example"])
    server.start()
    try:
        status, lines = copy(server, f"{open_one.host}/some/where:v1", "main/default/x:v1")
        assert status == 400 and "registry.example" in lines[0]["error"], lines
    finally:
        server.stop()

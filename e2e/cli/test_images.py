"""Images: pushed and pulled through a real engine, listed, run, saved, deleted.

The registry is a cluster's own; the engine reaches it on loopback.
"""

import json
import re
import uuid

import pytest
from registry import fetch
from world import ADMIN, SAMPLE, Apolo, Server, engine, wait_for


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("images"), mode="cluster")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def signed_in_there(cluster, tmp_path_factory):
    def make(user):
        apolo = Apolo(tmp_path_factory.mktemp(user))
        apolo("config", "login-with-token", cluster.token(user), cluster.api)
        return apolo

    return make


@pytest.fixture(scope="module")
def owner(signed_in_there):
    return signed_in_there(ADMIN)


@pytest.fixture(scope="module", autouse=True)
def sample(cluster, owner):
    """The sample image is on the engine once the first job has run."""
    job = owner.run(command=["true"])
    owner.wait_status(job, "succeeded")


@pytest.fixture
def name():
    return f"img-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def local(name):
    """An image on the engine under a name of the test's own."""
    engine("POST", f"/images/{SAMPLE}/tag?repo={name}&tag=v1")
    yield f"{name}:v1"
    engine("DELETE", f"/images/{name}:v1")


def reference(cluster, name, tag="v1"):
    return f"{cluster.host}/main/default/{name}:{tag}"


def digest_of(cluster, name, tag="v1"):
    return fetch(f"{cluster.url}/v2/main/default/{name}/manifests/{tag}", cluster.token(), "HEAD")[1]["Docker-Content-Digest"]


def test_an_image_is_pushed_seen_measured_pulled_and_deleted(cluster, owner, local, name):
    said = owner("image", "push", local, f"image:{name}:v1")
    assert name in said, said
    assert name in owner("image", "ls")
    assert "v1" in owner("image", "tags", f"image:{name}")
    digest = digest_of(cluster, name)
    assert digest in owner("image", "digest", f"image:{name}:v1")
    assert re.search(r"\d", owner("image", "size", f"image:{name}:v1"))
    before = engine("GET", f"/images/{name}:v1/json")["Id"]
    engine("DELETE", f"/images/{name}:v1")
    owner("image", "pull", f"image:{name}:v1", f"{name}:v1")
    assert engine("GET", f"/images/{name}:v1/json")["Id"] == before, "the same image came back"
    owner("image", "rm", f"image:{name}:v1")
    assert name not in owner("image", "ls")
    owner("image", "digest", f"image:{name}:v1", code=72)


def test_a_digest_with_two_tags_is_deleted_only_by_force(cluster, owner, local, name):
    owner("image", "push", local, f"image:{name}:v1")
    owner("image", "push", local, f"image:{name}:v2")
    assert digest_of(cluster, name, "v1") == digest_of(cluster, name, "v2")
    owner("image", "rm", f"image:{name}:v1", code=127)
    owner("image", "rm", "-f", f"image:{name}:v1")
    assert digest_of(cluster, name, "v2") is None


def test_a_pushed_image_is_run_by_each_of_its_names(cluster, owner, local, name):
    owner("image", "push", local, f"image:{name}:v1")
    for image in [f"image:{name}:v1", f"image://default/main/default/{name}:v1", reference(cluster, name)]:
        job = owner.run(image=image, command=["echo", "of-my-own"])
        assert owner.wait_status(job, "succeeded", "failed") == "succeeded", owner("status", job)
        assert "of-my-own" in owner("logs", job)


def test_a_moved_tag_is_seen_at_the_next_start(cluster, owner, local, name):
    owner("image", "push", local, f"image:{name}:v1")
    job = owner.run(image=f"image:{name}:v1", command=["sh", "-c", "echo second > /mark; sleep 600"])
    owner.wait_status(job, "running")
    first = digest_of(cluster, name)
    owner("job", "save", job, f"image:{name}:v1", patience=300)
    owner("kill", job)
    assert digest_of(cluster, name) != first, "the tag stands for the saved image now"
    job = owner.run(image=f"image:{name}:v1", command=["cat", "/mark"])
    assert owner.wait_status(job, "succeeded", "failed") == "succeeded", owner("status", job)
    assert "second" in owner("logs", job)


def test_a_running_job_is_saved_and_runs_again_as_it_was(cluster, owner, name):
    job = owner.run(command=["sh", "-c", "echo kept > /kept; sleep 600"])
    owner.wait_status(job, "running")
    wait_for("the job wrote its file", lambda: "kept" in owner("exec", "--no-tty", job, "--", "ls", "/"))
    said = owner("job", "save", job, f"image:{name}:v1", patience=300)
    assert f"image:{name}:v1" in said or name in said, said
    assert owner.status(job) == "running", "saving does not end it"
    owner("kill", job)
    again = owner.run(image=f"image:{name}:v1", command=["cat", "/kept"])
    assert owner.wait_status(again, "succeeded", "failed") == "succeeded", owner("status", again)
    assert "kept" in owner("logs", again)
    status, _, body = fetch(f"{cluster.url}/v2/main/default/{name}/manifests/v1", cluster.token())
    assert status == 200
    config = json.loads(body)["config"]["digest"]
    _, _, config = fetch(f"{cluster.url}/v2/main/default/{name}/blobs/{config}", cluster.token())
    assert "roadstead." not in config.decode(), "labels of the cluster's own are not in the image"
    left = [tag for image in engine("GET", "/images/json") for tag in image.get("RepoTags") or [] if "roadstead-save" in tag]
    assert not left, left

"""The disk with the server's data is full: a job that writes says so and loses no line, and jobs can be ended all the same."""

import contextlib
import errno
import json
import subprocess
import urllib.request

import pytest
from world import ADMIN, TICK_UNTIL_TOLD, Apolo, Server, containers, tell, wait_for

LINES = 150
# Longer than what is left of a block of the file system can hold for long.
TEXT = "x" * 300


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of 64 MB; needs the right to mount one."""
    folder = tmp_path / "data"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def own_server(tmp_path, small_disk):
    server = Server(tmp_path)
    assert server.data == small_disk
    server.start()
    yield server
    server.stop()


def fill(file):
    """Takes all room that there is; at the end byte by byte."""
    for size in [1 << 20, 4096, 1]:
        with file.open("ab", buffering=0) as out:
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC


@contextlib.contextmanager
def full(disk):
    """The disk has no room until the block ends."""
    filler = disk / "filler"
    try:
        fill(filler)
        yield
    finally:
        filler.unlink(missing_ok=True)


@pytest.fixture
def apolo(own_server, tmp_path):
    home = tmp_path / "cli"
    home.mkdir()
    apolo = Apolo(home)
    apolo("config", "login-with-token", own_server.token(ADMIN), own_server.api)
    return apolo


def test_a_job_is_entered_and_killed_though_the_disk_is_full(own_server, apolo):
    job = apolo.run(command=["sh", "-c", TICK_UNTIL_TOLD])
    apolo.wait_status(job, "running")
    with full(own_server.data):
        assert "entered" in apolo("exec", "--no-tty", job, "--", "echo", "entered")
        apolo("kill", job)
        apolo.wait_status(job, "cancelled")
        wait_for("its container is gone", lambda: not containers(job))


def test_a_server_that_is_started_on_a_full_disk_ends_a_job(own_server, apolo):
    job = apolo.run(command=["sh", "-c", TICK_UNTIL_TOLD])
    apolo.wait_status(job, "running")
    with full(own_server.data):
        own_server.kill()
        own_server.start()
        apolo("kill", job)
        apolo.wait_status(job, "cancelled")
        wait_for("its container is gone", lambda: not containers(job))


def test_a_job_tells_that_its_log_finds_the_disk_full_and_no_line_is_lost(own_server, apolo):
    token = own_server.token(ADMIN)

    def history(job):
        request = urllib.request.Request(f"{own_server.api}/jobs/{job}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = json.load(answer)
        return said["status"], said["history"].get("reason"), said["history"].get("description") or ""

    write = f"while [ $i -lt {LINES} ]; do echo line $i {TEXT}; i=$((i+1)); done"
    # Nothing more is written until the disk is full, and it does not end before it told that.
    script = f"{TICK_UNTIL_TOLD}; i=0; {write}; rm /told; {TICK_UNTIL_TOLD}"
    job = apolo.run(command=["sh", "-c", script])
    apolo.wait_status(job, "running")
    with full(own_server.data):
        tell(job)
        status, reason, words = wait_for("the job tells it", lambda: (said := history(job))[1] == "LogStalled" and said)
        assert status == "running" and "disk is full" in words, words
    wait_for("the job tells that it is over", lambda: history(job)[1] != "LogStalled")
    tell(job)
    apolo.wait_status(job, "succeeded")
    lines = [line for line in apolo("logs", job).splitlines() if line.startswith("line ")]
    assert lines == [f"line {i} {TEXT}" for i in range(LINES)]

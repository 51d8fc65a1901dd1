"""The server is killed and comes back: jobs, logs and statuses are as if nothing had been."""

import pytest
from world import ADMIN, Apolo, Server, containers, wait_for


@pytest.fixture
def own_server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_apolo(own_server, tmp_path):
    home = tmp_path / "cli"
    home.mkdir()
    apolo = Apolo(home)
    apolo("config", "login-with-token", own_server.token(ADMIN), own_server.api)
    return apolo


def test_a_running_job_outlives_kill_9_of_the_server_and_no_line_is_lost_or_doubled(own_server, own_apolo):
    script = "i=0; while [ $i -lt 60 ]; do echo line $i end; i=$((i+1)); sleep 0.2; done"
    job = own_apolo.run(command=["sh", "-c", script])
    own_apolo.wait_status(job, "running")
    with own_apolo.running("logs", job) as logs:
        wait_for("some lines were shown", lambda: "line 5 end" in logs.stdout.readline())
        own_server.kill()
    own_server.start()
    own_apolo.wait_status(job, "succeeded")
    lines = [line for line in own_apolo("logs", job).splitlines() if line.startswith("line ")]
    assert lines == [f"line {i} end" for i in range(60)]


def test_what_ended_while_the_server_was_down_is_known_afterwards(own_server, own_apolo):
    job = own_apolo.run(command=["sh", "-c", "sleep 3; echo last words; exit 6"])
    own_apolo.wait_status(job, "running")
    own_server.kill()
    wait_for_container_end()
    own_server.start()
    own_apolo.wait_status(job, "failed")
    assert "last words" in own_apolo("logs", job)


def wait_for_container_end():
    wait_for("the container ended", lambda: not [one for one in containers() if "last words" in one["Command"]])

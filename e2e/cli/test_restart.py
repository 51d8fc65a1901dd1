"""The server is killed and comes back: jobs, logs and statuses are as if nothing had been."""

import pytest
from world import ADMIN, TICK_UNTIL_TOLD, Apolo, Server, containers, tell, wait_for


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
    script = "i=0; until [ -e /told ]; do echo line $i end; i=$((i+1)); sleep 0.2; done; echo these are $i"
    job = own_apolo.run(command=["sh", "-c", script])
    own_apolo.wait_status(job, "running")
    with own_apolo.running("logs", job) as logs:
        wait_for("some lines were shown", lambda: "line 5 end" in logs.stdout.readline())
        own_server.kill()
    own_server.start()
    own_apolo.wait_status(job, "running")
    tell(job)
    own_apolo.wait_status(job, "succeeded")
    log = own_apolo("logs", job)
    lines = [line for line in log.splitlines() if line.startswith("line ")]
    assert len(lines) > 6 and lines == [f"line {i} end" for i in range(len(lines))]
    assert f"these are {len(lines)}" in log.splitlines()


def test_what_ended_while_the_server_was_down_is_known_afterwards(own_server, own_apolo):
    job = own_apolo.run(command=["sh", "-c", f"{TICK_UNTIL_TOLD}; echo last words; exit 6"])
    own_apolo.wait_status(job, "running")
    own_server.kill()
    tell(job)
    wait_for("the container ended", lambda: not containers(job))
    own_server.start()
    own_apolo.wait_status(job, "failed")
    assert "last words" in own_apolo("logs", job)

"""One server for all tests, one signed-in CLI for each user."""

import subprocess

import pytest
from world import ADMIN, Apolo, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def signed_in(server, tmp_path_factory):
    """Makes a CLI that is signed in as that user."""

    def make(user):
        apolo = Apolo(tmp_path_factory.mktemp(user))
        apolo("config", "login-with-token", server.token(user), server.api)
        return apolo

    return make


@pytest.fixture(scope="session")
def apolo(signed_in):
    return signed_in(ADMIN)


@pytest.fixture(scope="session")
def stranger(server, signed_in):
    """A user without a share in the admin's jobs."""
    server.add_user("stranger", project="elsewhere")
    return signed_in("stranger")


@pytest.fixture
def sleeper(apolo):
    """A running job that stays."""
    job = apolo.run(command=["sleep", "600"])
    apolo.wait_status(job, "running")
    yield job
    subprocess.run(apolo.command("kill", job), env=apolo.environment, capture_output=True, stdin=subprocess.DEVNULL)

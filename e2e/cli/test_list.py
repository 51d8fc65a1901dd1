"""ps: every filter alone and together."""

import subprocess

import pytest


@pytest.fixture(scope="module")
def jobs(apolo):
    """Three jobs that differ in everything one can filter by."""
    made = {
        "failed": apolo.run("--name", "list-failed", "--tag", "red", "--description", "one", command=["false"]),
        "succeeded": apolo.run("--name", "list-succeeded", "--tag", "red", "--tag", "blue", command=["true"]),
        "running": apolo.run("--name", "list-running", "--tag", "blue", command=["sleep", "600"]),
    }
    for status, job in made.items():
        apolo.wait_status(job, status)
    yield made
    apolo("kill", made["running"])


def shown(apolo, *filters):
    """Ids in the list."""
    return {word for word in apolo("--quiet", "ps", *filters).split() if word.startswith("job-")}


def test_without_a_filter_only_active_jobs_are_shown(apolo, jobs):
    found = shown(apolo)
    assert jobs["running"] in found and jobs["failed"] not in found and jobs["succeeded"] not in found


def test_all_shows_ended_jobs_too(apolo, jobs):
    assert set(jobs.values()) <= shown(apolo, "--all")


@pytest.mark.parametrize("status", ["failed", "succeeded", "running"])
def test_by_status(apolo, jobs, status):
    assert shown(apolo, "-s", status) & set(jobs.values()) == {jobs[status]}


def test_by_several_statuses(apolo, jobs):
    assert shown(apolo, "-s", "failed", "-s", "succeeded") & set(jobs.values()) == {jobs["failed"], jobs["succeeded"]}


def test_by_name(apolo, jobs):
    assert shown(apolo, "--all", "--name", "list-failed") == {jobs["failed"]}


def test_by_tag_and_by_all_of_several_tags(apolo, jobs):
    assert shown(apolo, "--all", "-t", "red") == {jobs["failed"], jobs["succeeded"]}
    assert shown(apolo, "--all", "-t", "red", "-t", "blue") == {jobs["succeeded"]}


def test_by_description(apolo, jobs):
    assert shown(apolo, "--all", "--description", "one") == {jobs["failed"]}


def test_by_owner(apolo, jobs):
    assert set(jobs.values()) <= shown(apolo, "--all", "--owner", "ME")
    assert shown(apolo, "--all", "--owner", "nobody") == set()


def test_by_time(apolo, jobs):
    assert set(jobs.values()) <= shown(apolo, "--all", "--since", "1h")
    assert shown(apolo, "--all", "--until", "1h") == set()


def test_other_peoples_jobs_are_not_shown(stranger, jobs):
    assert shown(stranger, "--all", "--all-projects") & set(jobs.values()) == set()


def test_other_peoples_jobs_can_neither_be_read_nor_killed(apolo, stranger, jobs):
    for command in (["status"], ["logs"], ["kill"], ["exec", "--no-tty"]):
        tail = ["--", "true"] if command[0] == "exec" else []
        done = stranger_code(stranger, *command, jobs["running"], *tail)
        # `kill` ends with 1 whenever one of its jobs could not be killed.
        assert done in (1, 65, 72, 77), (command, done)
    assert apolo.status(jobs["running"]) == "running"


def stranger_code(stranger, *arguments):
    return subprocess.run(
        stranger.command(*arguments), env=stranger.environment, stdin=subprocess.DEVNULL, capture_output=True,
    ).returncode

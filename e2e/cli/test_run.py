"""run, status, logs, kill: the life of a job."""

import re

import pytest
from world import PATIENCE_SECS, SAMPLE, TICK_UNTIL_TOLD, tell, wait_for


def test_a_foreground_job_shows_its_output_and_ends_with_its_exit_code(apolo):
    script = f"echo first; {TICK_UNTIL_TOLD}; echo last; exit 3"
    with apolo.running("run", "--no-tty", SAMPLE, "--", "sh", "-c", script) as run:
        shown = []
        for line in run.stdout:
            shown.append(line)
            # It shows what is logged until it is attached, and says so unless it was so before anything was logged.
            if "may overlap with logs" in line or shown.count("tick\n") == 100:
                break
        said = "".join(shown)
        tell(re.search(r"job-[0-9a-f-]{36}", said)[0])
        said += run.stdout.read()
        assert run.wait(timeout=PATIENCE_SECS) == 3, said
    assert "first" in said and "last" in said, said


def test_a_detached_job_is_left_running_and_ends_well(apolo):
    job = apolo.run(command=["sh", "-c", "echo done"])
    assert apolo.wait_status(job, "succeeded", "failed") == "succeeded"
    assert "done" in apolo("logs", job)


def test_variables_reach_the_process(apolo):
    job = apolo.run("--env", "GREETING=hello there", "--env", "EMPTY=", command=["sh", "-c", 'echo "[$GREETING][$EMPTY]"'])
    apolo.wait_status(job, "succeeded")
    assert "[hello there][]" in apolo("logs", job)


def test_name_tags_description_and_life_span_are_kept(apolo):
    job = apolo.run(
        "--name", "with-labels", "--tag", "kind:test", "--tag", "night", "--description", "What it is for",
        "--life-span", "2h", command=["true"],
    )
    said = apolo("status", job)
    for expected in ["with-labels", "kind:test", "night", "What it is for", "2h"]:
        assert expected in said, said
    apolo.wait_status(job, "succeeded")


def test_a_job_is_found_by_its_name(apolo):
    job = apolo.run("--name", "by-name", command=["echo", "named"])
    apolo.wait_status(job, "succeeded")
    assert job in apolo("status", "by-name")
    assert "named" in apolo("logs", "by-name")


def test_a_name_in_use_is_refused_until_its_job_ends(apolo):
    job = apolo.run("--name", "only-one", command=["sleep", "600"])
    said = apolo("run", "--detach", "--name", "only-one", SAMPLE, "--", "true", code=65)
    assert "only-one" in said
    apolo("kill", job)
    apolo.wait_status(job, "cancelled")
    again = apolo.run("--name", "only-one", command=["true"])
    assert again != job


def test_the_working_directory_and_entrypoint_are_honoured(apolo):
    job = apolo.run("--workdir", "/tmp", "--entrypoint", "/bin/pwd")
    apolo.wait_status(job, "succeeded")
    assert re.search(r"^/tmp$", apolo("logs", job), re.MULTILINE)


def test_a_failing_job_keeps_its_log_and_exit_code(apolo):
    job = apolo.run(command=["sh", "-c", "echo why >&2; exit 7"])
    apolo.wait_status(job, "failed")
    said = apolo("status", job)
    assert "7" in said, said
    assert "why" in apolo("logs", job)


def test_a_job_is_restarted_when_it_fails(apolo):
    job = apolo.run("--restart", "on-failure", command=["sh", "-c", "echo round; sleep 1; exit 1"])
    wait_for("it ran twice", lambda: "Restart" in (said := apolo("status", job)) and re.search(r"[Rr]estarts?:?\s+[1-9]", said))
    apolo("kill", job)
    apolo.wait_status(job, "cancelled")


def test_a_killed_job_is_cancelled_and_killing_it_again_is_no_error(apolo, sleeper):
    assert sleeper in apolo("kill", sleeper)
    apolo.wait_status(sleeper, "cancelled")
    apolo("kill", sleeper)


def test_the_life_span_ends_a_job(apolo):
    job = apolo.run("--life-span", "1m", command=["sleep", "600"])
    wait_for("its life span ends it", lambda: apolo.status(job) == "cancelled", patience=120)


def test_the_life_span_can_be_lengthened(apolo):
    job = apolo.run("--life-span", "1h", command=["sleep", "600"])
    apolo.wait_status(job, "running")
    apolo("job", "bump-life-span", job, "2h")
    assert "3h" in apolo("status", job)
    apolo("kill", job)


def test_too_much_memory_ends_a_job_with_the_reason(apolo):
    job = apolo.run("--preset", "cpu-small", command=["sh", "-c", "tail /dev/zero"])
    wait_for("it is ended", lambda: apolo.status(job) == "failed", patience=120)
    assert "OOMKilled" in apolo("status", job)


@pytest.mark.parametrize("command", [["/no/such/program"], ["/etc"]])
def test_a_command_that_cannot_run_says_so(apolo, command):
    job = apolo.run(command=command)
    apolo.wait_status(job, "failed")
    assert "ContainerCannotRun" in apolo("status", job)


def test_the_log_can_be_read_from_a_moment_on_and_with_times(apolo):
    job = apolo.run(command=["sh", "-c", "echo a; echo b"])
    apolo.wait_status(job, "succeeded")
    stamped = apolo("logs", "--timestamps", job)
    assert len(re.findall(r"^\d{4}-\d\d-\d\dT[0-9:.]+Z? [ab]$", stamped, re.MULTILINE)) == 2, stamped
    later = re.search(r"^(\S+) b$", stamped, re.MULTILINE)[1]
    since = apolo("logs", "--since", later, job)
    assert "b" in since.split()

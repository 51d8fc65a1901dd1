"""exec, attach, top, port-forward: a running job's inside."""

import re
import socket
import subprocess
import urllib.request

from world import PATIENCE_SECS, TICK_UNTIL_TOLD, free_port, tell, wait_for


def test_a_command_in_the_job_gives_its_output_and_exit_code(apolo, sleeper):
    said = apolo("exec", "--no-tty", sleeper, "--", "sh", "-c", "echo out; echo err >&2; exit 5", code=5)
    assert "out" in said and "err" in said


def test_a_shell_in_a_terminal_answers_and_knows_the_terminal(apolo, sleeper):
    code, screen = apolo.in_terminal("exec", "--tty", sleeper, "--", "sh", keys="test -t 0 && echo is-a-$((40+2))\nexit 4\n")
    assert "is-a-42" in screen, screen
    assert code == 4


def test_exec_in_an_ended_job_is_refused(apolo):
    job = apolo.run(command=["true"])
    apolo.wait_status(job, "succeeded")
    done = subprocess.run(
        apolo.command("exec", "--no-tty", job, "--", "true"), env=apolo.environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )
    assert done.returncode != 0


def test_attach_shows_what_comes_and_ends_with_the_job(apolo):
    job = apolo.run(command=["sh", "-c", f"{TICK_UNTIL_TOLD}; echo last; exit 9"])
    apolo.wait_status(job, "running")
    with apolo.running("attach", job) as attached:
        assert any("tick" in line for line in attached.stdout)
        tell(job)
        said = attached.stdout.read()
        assert attached.wait(timeout=PATIENCE_SECS) == 9, said
    assert re.search(r"^last$", said, re.MULTILINE), said


def test_top_shows_cpu_and_memory(apolo, sleeper):
    # 124: the time for watching is over, as with timeout(1); on a busy machine nothing may have come by then.
    def watched():
        said = apolo("top", "--timeout", "8", sleeper, code=124)
        return sleeper in said and said

    said = wait_for("the job is among what is watched", watched)
    assert "CPU" in said.upper() and "MEMORY" in said.upper(), said


def test_a_port_of_the_job_is_reached_here(apolo):
    job = apolo.run(command=["sh", "-c", "mkdir /www && echo from-inside > /www/index.html && httpd -f -p 8000 -h /www"])
    apolo.wait_status(job, "running")
    port = free_port()
    with apolo.running("port-forward", job, f"{port}:8000"):
        assert wait_for("the forwarded port answers", lambda: fetch(port)) == "from-inside\n"
    apolo("kill", job)


def test_an_http_port_has_an_address(apolo):
    job = apolo.run("--http-port", "8000", "--no-http-auth", command=["sh", "-c", "mkdir /www && echo hi > /www/index.html && httpd -f -p 8000 -h /www"])
    apolo.wait_status(job, "running")
    address = wait_for("status shows the address", lambda: re.search(r"http://\S+", apolo("status", job)))[0]
    assert wait_for("the address answers", lambda: get(address)) == "hi\n"
    apolo("kill", job)


def fetch(port):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return None
    return get(f"http://127.0.0.1:{port}/")


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return None

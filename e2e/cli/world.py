"""A server of the tests' own, and the unmodified apolo CLI signed in to it.

Owns processes and folders; knows nothing of single commands' outputs.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

SAMPLE = "roadstead/sample:latest"
ADMIN = "admin"
PATIENCE_SECS = 120
# What a script does until `tell` is called for its job, however long that takes.
TICK_UNTIL_TOLD = "until [ -e /told ]; do echo tick; sleep 0.3; done"


def wait_for(what, found, patience=PATIENCE_SECS):
    """The first true value of found(); fails with the words after patience seconds."""
    end = time.monotonic() + patience
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One `roadstead up` (or `roadstead cluster`) with a data folder of its own."""

    def __init__(self, folder: Path, mode="up", options=()):
        self.binary = os.environ["ROADSTEAD_BIN"]
        self.mode = mode
        self.options = options
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self.api = f"{self.url}/api/v1"
        self.process = None

    def start(self):
        command = [self.binary, self.mode, "--port", str(self.port), "--data", str(self.data), *self.options]
        if "--engine-host" not in self.options and (host := os.environ.get("DOCKER_HOST")):
            command += ["--engine-host", host]
        if busybox := os.environ.get("ROADSTEAD_SAMPLE_BUSYBOX"):
            command += ["--sample-busybox", busybox]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(f"the server answers; its log:\n{self.log.read_text()}", self._answers)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended at once:\n{self.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{self.api}/ping", timeout=2):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def kill(self):
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_SECS)

    def token(self, user=ADMIN):
        # The last word: whatever the command may say before the token stays out of it.
        words = subprocess.run(
            [self.binary, "user", "--data", str(self.data), "token", user],
            check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        ).stdout.split()
        return words[-1]

    def add_user(self, name, project):
        subprocess.run(
            [self.binary, "user", "--data", str(self.data), "add", name, "--project", project],
            check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )


class Apolo:
    """The CLI with a configuration folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        # Logs of the CLI go below its home whatever --config-path says.
        self.environment = {**os.environ, "HOME": str(folder), "COLUMNS": "220", "TERM": "xterm-256color"}

    def command(self, *arguments):
        general = ["--config-path", str(self.folder / "config"), "--disable-pypi-version-check", "--skip-stats", "--color", "no"]
        return [os.environ["ROADSTEAD_APOLO"], *general, *map(str, arguments)]

    def __call__(self, *arguments, code=0, patience=PATIENCE_SECS):
        """Runs one command and returns what it printed; its exit code must be the expected one."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=patience,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, f"apolo {' '.join(map(str, arguments))} ended with {done.returncode}:\n{said}"
        return said

    @contextlib.contextmanager
    def running(self, *arguments):
        """A command that stays; ended by Ctrl-C at the end of the block."""
        process = subprocess.Popen(
            self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def in_terminal(self, *arguments, keys):
        """Runs a command in a terminal of its own and types keys; returns what stood on the screen."""
        line = " ".join(f"'{word}'" for word in self.command(*arguments))
        done = subprocess.run(
            ["script", "--quiet", "--return", "--command", line, "/dev/null"],
            env=self.environment, input=keys, capture_output=True, text=True, timeout=PATIENCE_SECS,
        )
        return done.returncode, done.stdout

    def run(self, *arguments, image=SAMPLE, command=()):
        """Starts a job and returns its id."""
        tail = ["--", *command] if command else []
        said = self("run", "--detach", "--no-wait-start", "--no-tty", *arguments, image, *tail)
        return re.search(r"job-[0-9a-f-]{36}", said)[0]

    def status(self, job):
        said = self("status", job)
        return re.search(r"^\s*Status:?\s+(\w+)", said, re.MULTILINE)[1].lower()

    def wait_status(self, job, *wanted):
        return wait_for(f"{job} becomes {' or '.join(wanted)}", lambda: (s := self.status(job)) in wanted and s)


def engine(method, path, body=None):
    """Asks the tests' engine over the Engine API; what it answers, read as JSON, or nothing."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    connection = http.client.HTTPConnection("engine", timeout=60)
    if host.startswith("unix://"):
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(host.removeprefix("unix://"))
    else:
        name, _, port = host.split("://", 1)[1].rstrip("/").partition(":")
        connection = http.client.HTTPConnection(name, int(port), timeout=60)
    sent = None if body is None else json.dumps(body)
    headers = {"Content-Type": "application/json"} if sent else {"Content-Length": "0"} if method == "POST" else {}
    connection.request(method, path, sent, headers)
    answer = connection.getresponse()
    said = answer.read()
    return json.loads(said) if answer.status < 300 and said else None


def containers(job):
    """What the tests' engine runs now for that job."""
    return [one for one in engine("GET", "/containers/json") if one["Labels"].get("roadstead.job") == job]


def tell(job):
    """Lets the script of a running job go on, by the engine alone: the server may be down."""
    [container] = containers(job)
    command = engine("POST", f"/containers/{container['Id']}/exec", {"Cmd": ["touch", "/told"]})["Id"]
    engine("POST", f"/exec/{command}/start", {"Detach": True})

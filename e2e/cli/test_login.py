"""login and login-headless: the unmodified CLI signs in at the cluster's own page, with a name and a password."""

import http.cookiejar
import os
import re
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

import pytest
from world import Apolo, wait_for

PASSWORD = "correct horse battery"


class Form(HTMLParser):
    """The fields of a page's only form."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def submit(url, user, password):
    """Fills in the page as a browser would; where it leads, or the status and the page that says no."""
    opener = urllib.request.build_opener(NoRedirects, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with opener.open(url, timeout=10) as answer:
        form = Form(answer.read().decode())
    fields = {**form.fields, "user": user, "password": password}
    place = urllib.parse.urljoin(url, form.action)
    origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
    request = urllib.request.Request(place, urllib.parse.urlencode(fields).encode(), headers={"Origin": origin})
    try:
        opener.open(request, timeout=10)
    except urllib.error.HTTPError as error:
        if error.code == 303:
            return error.headers["Location"]
        return error.code, error.read().decode()
    raise AssertionError("the form led nowhere")


@pytest.fixture(scope="module")
def with_password(server):
    """A user whose password was given on standard input."""
    subprocess.run(
        [server.binary, "user", "--data", str(server.data), "add", "pat", "--password"],
        check=True, capture_output=True, text=True, input=f"{PASSWORD}\n",
    )
    return "pat"


@pytest.fixture
def browser(tmp_path):
    """A browser that writes down where it is sent; Python's webbrowser starts what BROWSER names."""
    visited = tmp_path / "visited"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >> {visited}\n')
    script.chmod(0o755)

    def address():
        return visited.read_text().split()[0] if visited.exists() and visited.read_text().strip() else None

    return script, address


def login(apolo, *arguments, **more):
    return subprocess.Popen(
        apolo.command(*arguments), env=apolo.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, **more,
    )


def ended(process):
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def test_login_opens_a_browser_and_ends_signed_in(server, with_password, browser, tmp_path):
    script, address = browser
    apolo = Apolo(tmp_path)
    apolo.environment = {**apolo.environment, "BROWSER": str(script)}
    process = login(apolo, "login", server.api)
    url = wait_for("the browser is opened", address, patience=30)
    assert url.startswith(f"{server.url}/oauth/authorize?"), url
    assert submit(url, with_password, "wrong password")[0] == 400
    back = submit(url, with_password, PASSWORD)
    assert re.match(r"http://127\.0\.0\.1:5454[0-2]/\?code=", back), back
    # The CLI's own listener takes the code and sends the browser to a page that says so.
    with urllib.request.urlopen(back, timeout=10) as answer:
        page = answer.read().decode()
    assert answer.url == f"{server.url}/oauth/done" and "You are signed in" in page
    ended(process)
    assert with_password in apolo("config", "show")
    assert len(apolo("config", "show-token").strip().split(".")) == 3


def test_login_headless_takes_the_code_that_a_page_shows(server, with_password, tmp_path):
    apolo = Apolo(tmp_path)
    # The address is longer than a line, and is wanted at once.
    apolo.environment = {**apolo.environment, "COLUMNS": "2000", "PYTHONUNBUFFERED": "1"}
    process = login(apolo, "config", "login-headless", server.api)
    lines, found = [], threading.Event()

    def read():
        for line in process.stdout:
            lines.append(line)
            if "/oauth/authorize?" in line:
                found.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert found.wait(30), "".join(lines)
    url = re.search(r"https?://\S+/oauth/authorize\?\S+", "".join(lines))[0]
    shown = submit(url, with_password, PASSWORD)
    assert shown.startswith(f"{server.url}/oauth/code?code="), shown
    with urllib.request.urlopen(shown, timeout=10) as answer:
        code = re.search(r'class="code">([^<]+)<', answer.read().decode())[1]
    process.stdin.write(f"{code}\n")
    process.stdin.flush()
    process.stdin.close()
    process.wait(timeout=60)
    reader.join(timeout=10)
    assert process.returncode == 0, "".join(lines)
    assert with_password in apolo("config", "show")


def test_a_password_link_sets_a_password_and_ends_what_was(server, with_password, tmp_path):
    def user(*words, **more):
        command = [server.binary, "user", "--data", str(server.data), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout.strip()

    link = user("password-link", with_password)
    place, code = link.split("#code=")
    assert place.startswith(f"{server.url}/"), "it leads to where the server is"
    changed = urllib.parse.urlencode({"code": code, "password": "another horse", "again": "another horse"}).encode()
    request = urllib.request.Request(place, changed, headers={"Origin": server.url})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "Your password is set" in answer.read().decode()
    user("passwd", with_password, input=f"{PASSWORD}\n", env=os.environ)
    refused = subprocess.run(
        [server.binary, "user", "--data", str(server.data), "passwd", with_password],
        capture_output=True, text=True, input="short\n",
    )
    assert refused.returncode != 0 and "at least 10 characters" in refused.stderr

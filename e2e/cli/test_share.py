"""Two accounts: what one shares the other sees appear, and vanish."""

import json
import urllib.parse
import urllib.request

import pytest

CLUSTER, ORG = "default", "main"


@pytest.fixture(scope="module")
def colleague(server, signed_in):
    server.add_user("colleague", project="theirs")
    return signed_in("colleague")


def acl(apolo, *arguments):
    """The lines of `acl ls`, each as its words."""
    return [line.split() for line in apolo("acl", "ls", "--full-uri", *arguments).splitlines() if "://" in line]


def history(server, user, **query):
    """What the audit extension tells that user."""
    address = f"{server.api}/extensions/access/history?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {server.token(user)}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["items"]


def image(name):
    return f"image://{CLUSTER}/{ORG}/default/{name}"


def test_a_shared_image_appears_in_the_others_list_and_vanishes_again(apolo, colleague):
    assert [image("tool"), "read"] not in acl(colleague)
    apolo("share", "image:tool", "colleague", "read")
    assert [image("tool"), "read"] in acl(colleague)
    assert [image("tool"), "read", "colleague"] in acl(apolo, "--shared")
    assert [image("tool"), "read", "colleague"] in acl(apolo, "--shared", image("tool"))
    said = colleague("acl", "revoke", image("tool"), "admin", code=77)
    assert "manage" in said
    apolo("acl", "revoke", "image:tool", "colleague")
    assert [image("tool"), "read"] not in acl(colleague)
    assert [image("tool"), "read", "colleague"] not in acl(apolo, "--shared")


def test_what_one_was_granted_oneself_may_be_given_up(apolo, colleague):
    apolo("share", "image:given-up", "colleague", "read")
    assert [image("given-up"), "read"] in acl(colleague)
    colleague("acl", "revoke", image("given-up"), "colleague")
    assert [image("given-up"), "read"] not in acl(colleague)
    assert [image("given-up"), "read", "colleague"] not in acl(apolo, "--shared")


def test_a_grant_is_raised_and_a_lower_one_leaves_it(apolo, colleague):
    apolo("acl", "grant", "image:raised", "colleague", "read")
    apolo("acl", "grant", "image:raised", "colleague", "manage")
    said = apolo("acl", "grant", "image:raised", "colleague", "read")
    assert "User already has higher permission" in said
    # Who manages a thing shares it on, and is seen by its owner to have done so.
    colleague("acl", "grant", image("raised"), "admin", "read", code=0)
    apolo("acl", "revoke", "image:raised", "colleague")
    assert [image("raised"), "manage"] not in acl(colleague)


def test_a_role_hands_on_what_it_has_until_it_is_removed(apolo, colleague):
    role = "admin/roles/readers"
    apolo("acl", "add-role", role)
    assert role in apolo("acl", "list-roles")
    apolo("acl", "grant", "image:of-role", role, "read")
    apolo("acl", "grant", f"role://{role}", "colleague", "read")
    assert [f"role://{role}", "read"] in acl(colleague)
    assert [image("of-role"), "read"] in acl(apolo, "-u", role)
    apolo("acl", "remove-role", role)
    assert role not in apolo("acl", "list-roles")
    assert [f"role://{role}", "read"] not in acl(colleague)


def test_a_shared_job_is_opened_by_the_other_until_it_is_taken_back(apolo, colleague, sleeper):
    colleague("status", sleeper, code=77)
    apolo("share", f"job:{sleeper}", "colleague", "read")
    assert sleeper in colleague("status", sleeper)
    apolo("acl", "revoke", f"job:{sleeper}", "colleague")
    colleague("status", sleeper, code=77)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acl", "grant", "image:tool", "ghost", "read"], "no such user ghost"),
        (["acl", "grant", "image:tool", "c\u043elleague", "read"], "U+043E"),
        (["acl", "grant", "image:tool", "admin", "read"], "share it with somebody else"),
        (["acl", "revoke", "image:never-shared", "colleague"], "Operation has no effect"),
        (["acl", "grant", f"image://{CLUSTER}/{ORG}/nothing/tool", "colleague", "read"], "has no project nothing"),
        (["acl", "grant", "role://admin/roles/none", "colleague", "read"], "apolo acl add-role"),
        (["acl", "grant", "image:tool:latest", "colleague", "read"], "tag"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_refused_in_words_that_help(apolo, colleague, arguments, said):
    assert said in " ".join(apolo(*arguments, code=127).split())


def test_what_comes_from_a_parent_is_revoked_there(apolo, colleague):
    project = f"image://{CLUSTER}/{ORG}/default"
    apolo("acl", "grant", project, "colleague", "read")
    said = " ".join(apolo("acl", "revoke", "image:tool", "colleague", code=127).split())
    assert f"from {project} (granted by admin), change it there" in said
    apolo("acl", "revoke", project, "colleague")


def test_a_share_survives_a_kill_with_its_history(server, apolo, colleague):
    apolo("share", "image:kept", "colleague", "write")
    server.kill()
    server.start()
    assert [image("kept"), "write"] in acl(colleague)
    (entry,) = history(server, "colleague", uri=image("kept"))
    assert (entry["actor"], entry["principal"], entry["after"]) == ("admin", "colleague", "write")
    assert entry["address"] == "127.0.0.1" and entry["request_id"]
    apolo("acl", "revoke", "image:kept", "colleague")
    newest = history(server, "colleague", uri=image("kept"))[0]
    assert (newest["before"], "after" in newest) == ("write", False)

"""`apolo admin`: people, projects and organisations."""

import json
import urllib.error
import urllib.request

import pytest

CLUSTER, ORG = "default", "main"


@pytest.fixture(scope="module")
def member(server, signed_in):
    server.add_user("member", project="home")
    return signed_in("member")


def add_project(server, user, name, status=201):
    """What `apolo admin add-project` sends; the command itself fails before it in CLI 26.9.0 (an option it does not expect)."""
    address = f"{server.url}/apis/admin/v1/clusters/{CLUSTER}/orgs/{ORG}/projects"
    body = json.dumps({"name": name, "is_default": False, "default_role": "reader"}).encode()
    headers = {"Authorization": f"Bearer {server.token(user)}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=10) as answer:
            assert answer.status == status
    except urllib.error.HTTPError as refused:
        assert refused.code == status, refused.read()


def users(apolo, project):
    return apolo("admin", "get-project-users", "--org", ORG, CLUSTER, project)


def test_a_project_is_added_gets_a_member_and_is_removed(server, apolo, member):
    add_project(server, "admin", "research")
    assert "research" in apolo("admin", "get-projects", "--org", ORG, CLUSTER)
    apolo("admin", "add-project-user", "--org", ORG, CLUSTER, "research", "member")
    assert "reader" in users(member, "research")
    assert f"image://{CLUSTER}/{ORG}/research" in member("acl", "ls", "--full-uri")
    apolo("admin", "update-project-user", "--org", ORG, CLUSTER, "research", "member", "writer")
    assert "writer" in users(member, "research")
    apolo("admin", "remove-project-user", "--org", ORG, CLUSTER, "research", "member")
    assert "member" not in users(apolo, "research")
    assert f"image://{CLUSTER}/{ORG}/research" not in member("acl", "ls", "--full-uri")
    apolo("admin", "update-project", "--org", ORG, "--default-role", "writer", CLUSTER, "research")
    apolo("admin", "remove-project", "--force", "--org", ORG, CLUSTER, "research")
    assert "research" not in apolo("admin", "get-projects", "--org", ORG, CLUSTER)


def test_an_organisation_is_added_gets_a_member_and_is_removed(apolo, member):
    apolo("admin", "add-org", "labs")
    assert "labs" in apolo("admin", "get-orgs")
    assert "labs" not in member("admin", "get-orgs")
    assert "manager" in apolo("admin", "add-org-user", "labs", "member", "manager")
    assert "labs" in member("admin", "get-orgs")
    assert "member" in apolo("admin", "get-org-users", "labs")
    apolo("admin", "update-cluster-user", "--org", "labs", CLUSTER, "member", "user")
    assert "member" in apolo("admin", "get-cluster-users", "--org", "labs", CLUSTER)
    apolo("admin", "remove-org-user", "labs", "member")
    assert "member" not in apolo("admin", "get-org-users", "labs")
    apolo("admin", "remove-org", "--force", "labs")
    assert "labs" not in apolo("admin", "get-orgs")


def test_what_one_may_not_or_cannot_is_refused_in_words(server, apolo, member):
    member("admin", "add-org", "mine", code=77)
    add_project(server, "member", "mine", status=403)
    said = apolo("admin", "remove-project-user", "--org", ORG, CLUSTER, "default", "admin", code=65)
    assert "last manager" in " ".join(said.split())


def test_the_cluster_and_its_quotas_are_shown(apolo):
    assert ORG in apolo("admin", "get-cluster-orgs", CLUSTER)
    assert "unlimited" in apolo("admin", "get-user-quota", CLUSTER, "admin", ORG)
    assert CLUSTER in apolo("config", "show")

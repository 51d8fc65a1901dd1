"""Wrong inputs: the exit codes and words that scripts rely on."""

import pytest
from world import SAMPLE


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "job-00000000-0000-0000-0000-000000000000"], 65),
        (["logs", "job-00000000-0000-0000-0000-000000000000"], 65),
        (["run", "--detach", "--preset", "no-such-preset", SAMPLE], 2),
        (["run", "--detach", "--name", "Bad_Name", SAMPLE], 127),
        (["run", "--detach", "--restart", "sometimes", SAMPLE], 2),
        (["run", "--detach", "--life-span", "soon", SAMPLE], 2),
        (["ps", "--status", "sleeping"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_it_is_refused_with_its_code(apolo, arguments, code):
    apolo(*arguments, code=code)


def test_an_image_that_does_not_exist_ends_the_job_with_the_reason(apolo):
    said = apolo("run", "--detach", "--no-wait-start", "localhost:1/no/such:image", "--", "true")
    assert "job-" in said

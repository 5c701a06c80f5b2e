"""`squall project` with real repositories: a bare remote and clones of it, in folders of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from squall._project.command import run

GRAPH = "from squall import *\nclass Load(Setup): ...\n@depends(Load)\nclass Shop(Execute):\n    pass\n"
GIT = shutil.which("git") or "git"
IDENTITY = "[user]\nname = Ann\nemail = ann@shop.test\n[init]\ndefaultBranch = main\n[protocol]\nversion = 2\n"


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's git, and nobody who could be asked."""
    (tmp_path / "gitconfig").write_text(IDENTITY)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def remote(tmp_path: Path) -> str:
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    return str(tmp_path / "remote.git")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run([GIT, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ask(do: str, **members: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(json.dumps({"do": do, **members})))
    return answer


def done(do: str, **members: Any) -> list[str]:
    answer = ask(do, **members)
    assert answer["error"] is None, answer
    lines: list[str] = answer["lines"]
    return lines


def refused(do: str, **members: Any) -> str:
    answer = ask(do, **members)
    assert answer["error"] is not None, answer
    return f"{answer['error']['message']}\nhint: {answer['error']['hint']}"


@pytest.fixture
def shop(remote: str, tmp_path: Path) -> Path:
    """A project with one test, sent to the remote."""
    done("create", url=remote, path="shop", project_name="shop")
    (tmp_path / "shop/shop/tests/buy.py").write_text(GRAPH)
    done("sync", path="shop")
    return tmp_path / "shop"


@pytest.fixture
def other(shop: Path, remote: str, tmp_path: Path) -> Path:
    """Somebody else's clone of it."""
    done("get", url=remote, path="other")
    return tmp_path / "other"


def test_a_new_project_has_its_folders_and_a_first_commit(remote: str, tmp_path: Path) -> None:
    done("create", url=remote, path="shop", project_name="shop")
    root = tmp_path / "shop"
    tracked = git(root, "ls-files").splitlines()
    packages = [f"shop/{folder}__init__.py" for folder in ("", "plugins/", "tests/")]
    assert tracked == [".gitignore", *packages, "squall.toml"]
    assert (root / "logs").is_dir()
    assert git(root, "remote", "get-url", "origin") == remote
    assert git(root, "status", "--porcelain") == ""
    assert 'project-name = "shop"' in (root / "squall.toml").read_text()


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine/\nlogs/")
    (tmp_path / "squall.toml").write_text("# mine\nrate = 5 # five\n")
    done("create", project_name="shop")
    ignored = (tmp_path / ".gitignore").read_text()
    assert ignored.startswith("mine/\nlogs/\n\n# ")
    assert ignored.count("logs/") == 1
    assert (tmp_path / "squall.toml").read_text().startswith("# mine\nrate = 5 # five\n")
    assert "exists already" in refused("create", project_name="shop")


def test_tests_are_registered_committed_and_sent(shop: Path, remote: str) -> None:
    assert 'buy = "shop/tests/buy.py"' in (shop / "squall.toml").read_text()
    assert git(Path(remote), "log", "--format=%s", "main").splitlines() == [
        "squall: register tests",
        "squall: update tests",
        "squall: create the project shop",
    ]
    assert done("sync", path="shop") == ["origin/main has everything"]


def test_a_message_is_the_commits(shop: Path) -> None:
    (shop / "notes.txt").write_text("x")
    done("sync", path="shop", sync_message="note it")
    assert git(shop, "log", "-1", "--format=%s") == "note it"


def test_work_of_two_people_comes_together(shop: Path, other: Path) -> None:
    (shop / "shop/tests/pay.py").write_text(GRAPH)
    (other / "shop/tests/send.py").write_text(GRAPH)
    done("sync", path="shop")
    done("sync", path="other")
    done("sync", path="shop")
    for root in (shop, other):
        names = json.loads(run(json.dumps({"do": "about", "path": str(root)})))["about"]["graphs"]
        assert sorted(names) == ["buy", "pay", "send"]
        assert git(root, "status", "--porcelain") == ""


def test_a_conflict_is_explained_and_nothing_is_lost(shop: Path, other: Path) -> None:
    (shop / "shop/tests/buy.py").write_text(GRAPH + "# ours\n")
    (other / "shop/tests/buy.py").write_text(GRAPH + "# theirs\n")
    done("sync", path="other")
    text = refused("sync", path="shop")
    assert "both changed `shop/tests/buy.py`" in text
    assert "git rebase origin/main" in text
    assert (shop / "shop/tests/buy.py").read_text().endswith("# ours\n")
    assert git(shop, "status", "--porcelain") == ""
    assert git(shop, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(shop, "log", "-1", "--format=%s") == "squall: update tests"


def test_a_rebase_that_waits_is_not_touched(shop: Path, other: Path) -> None:
    (shop / "shop/tests/buy.py").write_text(GRAPH + "# ours\n")
    (other / "shop/tests/buy.py").write_text(GRAPH + "# theirs\n")
    done("sync", path="other")
    refused("sync", path="shop")
    subprocess.run([GIT, "rebase", "origin/main"], cwd=shop, capture_output=True, check=False)
    text = refused("sync", path="shop")
    assert "a rebase is not finished, with conflicts in `shop/tests/buy.py`" in text
    assert "git rebase --abort" in text


def test_changes_are_never_taken_to_another_branch(shop: Path) -> None:
    (shop / "shop/tests/buy.py").write_text(GRAPH + "# mine\n")
    text = refused("sync", path="shop", branch="night")
    assert "changes on `main` that are not committed: `shop/tests/buy.py`" in text
    assert "git stash" in text
    done("sync", path="shop")
    done("sync", path="shop", branch="night")
    assert git(shop, "rev-parse", "--abbrev-ref", "HEAD") == "night"


def test_changes_outside_of_the_project_are_named(remote: str, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", remote, "mono")
    (tmp_path / "mono/app.py").write_text("a = 1\n")
    git(tmp_path / "mono", "add", "app.py")
    git(tmp_path / "mono", "commit", "--quiet", "-m", "app")
    done("create", path="mono/load", project_name="load")
    (tmp_path / "mono/app.py").write_text("a = 2\n")
    text = refused("sync", path="mono/load")
    assert "outside of the project that are not committed: `app.py`" in text
    git(tmp_path / "mono", "checkout", "app.py")
    done("sync", path="mono/load")


def test_a_clone_is_brought_up_to_date_unless_something_was_changed(shop: Path, other: Path, remote: str) -> None:
    (shop / "shop/tests/pay.py").write_text(GRAPH)
    done("sync", path="shop")
    (other / "notes.txt").write_text("mine")
    assert "not committed: `notes.txt`" in refused("get", url=remote, path="other")
    (other / "notes.txt").unlink()
    done("get", url=remote, path="other")
    assert (other / "shop/tests/pay.py").exists()
    assert "is no clone of" in refused("get", url=f"{remote}/../elsewhere.git", path="other")


def test_commits_on_both_sides_are_told(shop: Path, other: Path, remote: str) -> None:
    (shop / "shop/tests/pay.py").write_text(GRAPH)
    done("sync", path="shop")
    (other / "notes.txt").write_text("mine")
    git(other, "add", ".")
    git(other, "commit", "--quiet", "-m", "mine")
    assert "has commits here that origin/main has not" in refused("get", url=remote, path="other")


def test_a_remote_that_is_not_there_changes_nothing(shop: Path, remote: str) -> None:
    os.rename(remote, f"{remote}.gone")
    (shop / "notes.txt").write_text("mine")
    text = refused("sync", path="shop")
    assert "`git fetch` failed" in text
    assert "--local" in text
    assert git(shop, "status", "--porcelain") == "?? notes.txt"
    assert "failed" in refused("get", url=remote, path="new")


def test_a_network_that_is_not_there_is_told(tmp_path: Path) -> None:
    # Nobody listens at port 1 of this machine.
    text = refused("get", url="http://127.0.0.1:1/load.git")
    assert "`git clone` failed" in text
    assert "is the network there?" in text
    assert not (tmp_path / "load").exists()


def test_somebody_who_is_faster_is_told(shop: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from squall._project import workflows

    original = workflows._send

    def late(*arguments: Any) -> None:
        (other / "theirs.txt").write_text("x")
        git(other, "add", ".")
        git(other, "commit", "--quiet", "-m", "theirs")
        git(other, "push", "--quiet")
        original(*arguments)

    monkeypatch.setattr(workflows, "_send", late)
    (shop / "notes.txt").write_text("mine")
    text = refused("sync", path="shop")
    assert "somebody has pushed in between" in text


def test_without_git_only_the_names_can_be_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "buy.py").write_text(GRAPH)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    for command in ("create", "sync"):
        text = refused(command)
        assert "there is no `git` on this machine" in text
        assert "--local" in text
    lines = done("sync", local=True)
    assert "registered buy: buy.py (graphs)" in lines
    assert ask("about")["about"]["graphs"] == {"buy": "buy.py"}


def test_a_folder_without_a_repository_is_told(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    text = refused("sync", path="plain")
    assert "is in no git repository" in text
    assert "squall project create" in text


def test_who_commits_must_be_known(remote: str, tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    text = refused("create", url=remote, path="shop")
    assert "git config --global user.name" in text


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://ann:secret@git.test/load.git", "password"),
        ("ssh://ann:secret@git.test/load.git", "password"),
        ("https://ghp_secret@git.test/load.git", "token"),
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(url: str, word: str) -> None:
    for command in ("create", "get", "sync"):
        git(Path(), "init", "--quiet")
        text = refused(command, url=url)
        assert f"there is a {word} in `" in text
        assert "credential helper" in text
        assert "secret" not in text.partition("hint")[0]


def test_an_address_with_a_user_is_ones_own_business(tmp_path: Path) -> None:
    done("create", url="https://ann@git.test/load.git", path="shop")
    assert ask("about", path="shop")["about"]["project"]["url"] == "https://ann@git.test/load.git"


def test_another_address_of_a_remote_is_refused(shop: Path) -> None:
    assert "`origin` is " in refused("sync", path="shop", url="https://git.test/other.git")


def test_the_command_prints_runs_by_name_and_says_what_it_does_not_take(shop: Path) -> None:
    def squall(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "squall", *arguments]
        return subprocess.run(command, cwd=shop, capture_output=True, text=True, timeout=60, check=False)

    about = squall("project", "about")
    assert about.returncode == 0
    assert "graphs\n  name  file\n  buy   shop/tests/buy.py\n" in about.stdout
    assert json.loads(squall("project", "about", "--format", "json").stdout)["graphs"] == {"buy": "shop/tests/buy.py"}
    secret = squall("project", "sync", "--password", "x")
    assert secret.returncode == 104
    assert "credential helper" in secret.stderr
    unknown = squall("check", "bay")
    assert unknown.returncode == 104
    assert "did you mean `buy`?" in unknown.stderr
    known = squall("check", "buy")
    assert "shop/tests/buy.py" in known.stdout + known.stderr
    failed = squall("project", "sync", "--remote", "nowhere")
    assert failed.returncode == 1
    assert "there is no remote `nowhere`" in failed.stderr


def test_names_that_git_would_take_for_options_are_refused(shop: Path) -> None:
    assert "is no name of a branch" in refused("sync", path="shop", branch="--force")
    assert "is no name of a branch" in refused("sync", path="shop", remote="-x")
    assert "is no address" in refused("get", url="--upload-pack=x")


def test_secrets_that_git_has_are_not_repeated(shop: Path) -> None:
    git(shop, "remote", "set-url", "origin", "http://ann:secret@127.0.0.1:1/load.git")
    text = refused("sync", path="shop")
    assert "secret" not in text
    assert ask("about", path="shop")["about"]["project"]["url"] == "http://***@127.0.0.1:1/load.git"

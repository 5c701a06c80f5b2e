"""The system's git, with its own configuration, keys and credential helpers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from squall._project.addresses import shown, without_secrets
from squall._project.problems import ProjectError, listed_paths

_UNFINISHED = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
}
_NO_IDENTITY = "git does not know who commits: `git config --global user.name NAME` and `… user.email ADDRESS`"
_UNREACHABLE = (
    "could not resolve host",
    "could not read from remote",
    "unable to access",
    "failed to connect",
    "connection refused",
    "timed out",
    "does not appear to be a git repository",
    "not found",
)
_UNAUTHORIZED = ("authentication failed", "could not read username", "could not read password", "permission denied")


class GitError(ProjectError):
    """A command of git that did not work."""


class Git:
    """Commands of git in one folder.

    Git may ask for a password on the terminal, unless `GIT_TERMINAL_PROMPT=0` forbids it.

    Args:
        folder: Where they are run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> str:
        """Runs a command and returns what it prints, without white space at its end.

        Raises:
            GitError: It failed, or there is no git.
        """
        done = self._run(*arguments)
        if done.returncode != 0:
            raise _failed(arguments[0], done.stderr.strip() or done.stdout.strip())
        return done.stdout.rstrip()

    def succeeds(self, *arguments: str) -> bool:
        """Tells whether a command succeeds."""
        return self._run(*arguments).returncode == 0

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # English messages, no editor, and names of files as they are.
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "GIT_EDITOR": "true"}
        command = ["git", "-c", "core.quotePath=off", "-c", "advice.detachedHead=false", *arguments]
        try:
            return subprocess.run(  # noqa: S603 - git itself, and no shell
                command, cwd=self.folder, env=environment, capture_output=True, text=True, errors="replace", check=False
            )
        except FileNotFoundError as error:
            hint = "install git, or use `squall project sync --local`, which needs none"
            raise GitError("there is no `git` on this machine", hint) from error

    def top(self) -> Path | None:
        """Returns the folder of the repository that this folder is in; None where there is none."""
        if not self.succeeds("rev-parse", "--show-toplevel"):
            return None
        return Path(self.run("rev-parse", "--show-toplevel"))

    def has_commits(self) -> bool:
        """Tells whether there is a commit."""
        return self.succeeds("rev-parse", "--verify", "--quiet", "HEAD")

    def branch(self) -> str:
        """Returns the current branch.

        Raises:
            GitError: There is none: a commit is checked out.
        """
        if not self.succeeds("symbolic-ref", "--quiet", "--short", "HEAD"):
            raise GitError("no branch is checked out, but a single commit", "go to a branch: `git switch BRANCH`")
        return self.run("symbolic-ref", "--quiet", "--short", "HEAD")

    def remote_url(self, remote: str) -> str | None:
        """Returns the address of a remote; None where there is none of that name."""
        return self.run("remote", "get-url", remote) if self.succeeds("remote", "get-url", remote) else None

    def has_remote_branch(self, remote: str, branch: str) -> bool:
        """Tells whether a remote had a branch when it was last fetched."""
        return self.succeeds("rev-parse", "--verify", "--quiet", f"refs/remotes/{remote}/{branch}")

    def remote_branches(self, remote: str) -> list[str]:
        """Returns the branches that a remote had when it was last fetched."""
        listed = self.run("for-each-ref", "--format=%(refname:lstrip=3)", f"refs/remotes/{remote}")
        return [branch for branch in listed.splitlines() if branch != "HEAD"]

    def has_branch(self, branch: str) -> bool:
        """Tells whether there is a branch here."""
        return self.succeeds("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")

    def changed(self, *paths: str) -> list[str]:
        """Returns files below paths that are not as in the last commit; their paths start at the repository's top."""
        entries = self.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", *paths)
        return [entry[3:] for entry in entries.split("\0") if len(entry) > 3]

    def modified(self) -> list[str]:
        """Returns files of the whole repository that git knows and that differ from the last commit."""
        if not self.has_commits():
            return []
        return [path for path in self.run("diff", "--name-only", "-z", "HEAD", "--", ":/").split("\0") if path]

    def unmerged(self) -> list[str]:
        """Returns files with conflicts that nobody has resolved."""
        return [path for path in self.run("diff", "--name-only", "-z", "--diff-filter=U").split("\0") if path]

    def refuse_unfinished(self) -> None:
        """Raises a `GitError` where a rebase or a merge waits for somebody to end it."""
        for name, what in _UNFINISHED.items():
            # Git prints a path that starts from the folder that the command runs in.
            if (self.folder / self.run("rev-parse", "--git-path", name)).exists():
                files = self.unmerged()
                where = f", with conflicts in {listed_paths(files)}" if files else ""
                verb = what.split()[-1].split("-")[0]
                command = "cherry-pick" if "cherry" in what else verb
                hint = f"resolve them and `git {command} --continue`, or undo it with `git {command} --abort`"
                raise GitError(f"{what} is not finished{where}", hint)

    def commit(self, message: str, path: str) -> bool:
        """Commits everything below a path, and nothing else; False where nothing has changed there."""
        self.run("add", "--all", "--", path)
        if self.has_commits() and self.succeeds("diff", "--cached", "--quiet", "--", path):
            return False
        self.run("commit", "--quiet", "--message", message, "--", path)
        return True

    def rebase(self, upstream: str) -> None:
        """Puts the commits of the branch onto another; where that fails, all is as it was.

        Raises:
            GitError: Both sides changed the same lines of some files.
        """
        done = self._run("rebase", "--quiet", upstream)
        if done.returncode == 0:
            return
        files = self.unmerged()
        self._run("rebase", "--abort")
        if not files:
            raise _failed("rebase", done.stderr.strip() or done.stdout.strip())
        raise GitError(
            f"`{upstream}` and this branch have both changed {listed_paths(files)}; "
            "the branch is as it was, your commits are kept",
            f"`git rebase {upstream}`, resolve the conflicts, `git add` them, `git rebase --continue`, then sync again",
        )


def _failed(command: str, said: str) -> GitError:
    said = without_secrets(said)
    low = said.lower()
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[:3]
    told = "; ".join(line.split(": ", 1)[-1] if line.startswith(("fatal", "error")) else line for line in fatal)
    hint = None
    if "tell me who you are" in low or "unable to auto-detect email" in low or "empty ident" in low:
        return GitError("nothing was committed: git has no name or address for you", _NO_IDENTITY)
    if any(words in low for words in _UNAUTHORIZED):
        hint = (
            "sign in as for any other use of git: a credential helper or an SSH key; `git fetch` shows whether it works"
        )
    elif any(words in low for words in _UNREACHABLE):
        hint = "is the address right, and is the network there? `--local` works without"
    elif "non-fast-forward" in low or "fetch first" in low or "[rejected]" in low:
        return GitError("somebody has pushed in between; your commits are kept", "sync again")
    return GitError(f"`git {command}` failed: {told or 'it does not say why'}", hint)


def address(git: Git, remote: str) -> str | None:
    """Returns the address of a remote as it may be shown."""
    url = git.remote_url(remote)
    return None if url is None else shown(url)

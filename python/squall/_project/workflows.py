"""What the commands of `squall project` do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squall._project import layout, register
from squall._project.addresses import checked, folder_of, shown
from squall._project.discovery import Discovered, discover
from squall._project.git import Git, GitError, address
from squall._project.problems import ProjectError, listed_paths

NAME = "squall_tests"
"""The name of a project for which none is given."""

_REMOTE = "origin"
_BRANCH = "main"
_MESSAGE = "squall: update tests"
_REGISTERED = "squall: register tests"


@dataclass
class Request:
    """What was asked for.

    Attributes:
        do: `create`, `sync`, `get` or `about`.
        url: Address of the repository.
        path: The project's folder. Default: the working directory; of `get`, the repository's name.
        branch: Default: `main` for a new repository, else the current branch.
        remote: Default: `origin`.
        sync_message: Message of the commit.
        local: Leave git alone.
        ignore: Patterns of files that are no tests.
        project_name: Default: `squall_tests`.
    """

    do: str
    url: str | None = None
    path: str | None = None
    branch: str | None = None
    remote: str | None = None
    sync_message: str | None = None
    local: bool = False
    ignore: list[str] = field(default_factory=list)
    project_name: str | None = None

    def __post_init__(self) -> None:
        """Refuses names that git would take for options."""
        for name in (self.branch, self.remote):
            if name is not None and (name.startswith("-") or not name.strip()):
                raise ProjectError(f"`{name}` is no name of a branch or a remote", None, refused=True)


@dataclass
class Answer:
    """What was done.

    Attributes:
        lines: What is told.
        warnings: What is not as it should be, and did not keep the command from its work.
        about: The project, for `about`.
    """

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    about: dict[str, Any] | None = None


def create(request: Request) -> Answer:
    """Writes the files of a project, commits them, and names its remote; nothing is sent there."""
    answer = Answer()
    root = Path(request.path or ".").absolute()
    url = None if request.url is None else checked(request.url)
    name = request.project_name or NAME
    if not name.isidentifier():
        raise ProjectError(f"`{name}` cannot be a package of Python", "use letters, digits and `_`", refused=True)
    if (root / name).exists():
        raise ProjectError(f"`{root / name}` exists already", "give another `--project-name` or `--path`", refused=True)
    git, remote = Git(root), request.remote or _REMOTE
    root.mkdir(parents=True, exist_ok=True)
    top = git.top()
    if top is None:
        git.run("init", "--quiet", f"--initial-branch={request.branch or _BRANCH}")
        answer.lines.append(f"made a repository in {root}")
    _check_remote(git, remote, url)
    written = layout.write(root, name)
    project = {"project-name": name}
    project.update({"remote": remote} if remote != _REMOTE else {})
    _refresh(root, request, answer, project)
    answer.lines.append(f"wrote {', '.join(written)}")
    if git.commit(f"squall: create the project {name}", "."):
        answer.lines.append("committed them")
    if url is not None and git.remote_url(remote) is None:
        git.run("remote", "add", remote, url)
        answer.lines.append(f"`{remote}` is {shown(url)}; `squall project sync` sends the project there")
    return answer


def sync(request: Request) -> Answer:
    """Registers what is found; unless it is local, commits all, puts it onto what others have sent, and sends it."""
    answer = Answer()
    root = Path(request.path or ".").absolute()
    if not root.is_dir():
        raise ProjectError(f"there is no folder `{root}`", None, refused=True)
    if request.local:
        if _refresh(root, request, answer):
            answer.lines.append(f"wrote {layout.FILE}; git was left alone")
        else:
            answer.lines.append("nothing has changed; git was left alone")
        return answer
    git, remote = Git(root), request.remote or _REMOTE
    url = None if request.url is None else checked(request.url)
    _require_repository(git, root)
    git.refuse_unfinished()
    current = git.branch()
    branch = request.branch or current
    _check_remote(git, remote, url)
    _refuse_changes_elsewhere(git, current, branch)
    if git.remote_url(remote) is None:
        if url is None:
            raise ProjectError(f"there is no remote `{remote}`", "give its address with `--url`, or use `--local`")
        git.run("remote", "add", remote, url)
    git.run("fetch", "--quiet", remote)
    if branch != current:
        _go_to(git, remote, branch)
    committed = git.commit(request.sync_message or _MESSAGE, ".")
    if committed:
        answer.lines.append(f"committed on {branch}")
    if git.has_remote_branch(remote, branch):
        _put_onto(git, f"{remote}/{branch}")
    message = _REGISTERED if committed else request.sync_message or _REGISTERED
    if _refresh(root, request, answer) and git.commit(message, "."):
        answer.lines.append(f"committed {layout.FILE}")
    _send(git, remote, branch, answer)
    return answer


def get(request: Request) -> Answer:
    """Clones a repository, or brings a clone up to date; what was changed there is never lost."""
    answer = Answer()
    url = checked(request.url or "")
    root = Path(request.path or folder_of(url)).absolute()
    remote = request.remote or _REMOTE
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        _clone(url, root, remote, request, answer)
    else:
        _update(url, root, remote, request, answer)
    if _refresh(root, request, answer):
        answer.lines.append(
            f"{layout.FILE} or .gitignore was not up to date: `squall project sync` sends what was added"
        )
    return answer


def about(request: Request) -> Answer:
    """Tells which tests a project has, without changing anything."""
    root = Path(request.path or ".").absolute()
    project, tables = register.read(root)
    told: dict[str, Any] = {
        "name": project.get("project-name", root.name),
        "path": str(root),
        "branch": None,
        "remote": project.get("remote", _REMOTE),
        "url": None,
    }
    try:
        git = Git(root)
        if git.top() is not None:
            told["url"] = address(git, told["remote"])
            told["branch"] = git.branch()
    except GitError:
        # Without git, or on no branch, the rest is still there.
        pass
    answer = Answer(about={"project": told, **tables})
    discovered = discover(root, request.ignore)
    _warn(discovered, answer)
    missing = register.changes(root, tables, discovered)
    if missing:
        count = len(missing.added) + len(missing.removed)
        answer.warnings.append(
            f"{count} entries of {layout.FILE} are not up to date: `squall project sync --local` renews it"
        )
    return answer


def _refresh(root: Path, request: Request, answer: Answer, project: dict[str, str] | None = None) -> bool:
    """Registers what is found, and completes `.gitignore`; tells whether a file has changed."""
    _, tables = register.read(root)
    discovered = discover(root, request.ignore)
    _warn(discovered, answer)
    changed = register.changes(root, tables, discovered)
    written = register.write(root, changed, project)
    answer.lines.extend(f"registered {name}: {value} ({table})" for table, name, value in changed.added)
    answer.lines.extend(
        f"took out {name} ({table}): its file is gone, or is another kind of test" for table, name in changed.removed
    )
    return layout.complete_ignored(root) or written


def _warn(discovered: Discovered, answer: Answer) -> None:
    answer.warnings.extend(
        f"{unread.path}:{unread.line} cannot be read, so that nothing in it was looked for: {unread.message}"
        for unread in discovered.unread
    )


def _require_repository(git: Git, root: Path) -> None:
    if git.top() is None:
        hint = "make one with `squall project create URL`, or use `--local`"
        raise ProjectError(f"`{root}` is in no git repository", hint, refused=True)


def _check_remote(git: Git, remote: str, url: str | None) -> None:
    known = git.remote_url(remote)
    if url is None or known is None or known == url:
        return
    raise ProjectError(
        f"`{remote}` is {shown(known)}, not {shown(url)}",
        f"give another `--remote`, or change it: `git remote set-url {remote} …`",
        refused=True,
    )


def _refuse_changes_elsewhere(git: Git, current: str, branch: str) -> None:
    """Raises where changes would get in the way: outside of the project, or on the way to another branch."""
    inside = set(git.changed("."))
    tracked = [path for path in git.modified() if path not in inside]
    if tracked:
        raise ProjectError(
            f"there are changes outside of the project that are not committed: {listed_paths(tracked)}",
            "commit them, or put them aside with `git stash`; nothing was touched",
        )
    if branch != current and inside:
        raise ProjectError(
            f"there are changes on `{current}` that are not committed: {listed_paths(sorted(inside))}",
            f"sync `{current}` first, or put them aside with `git stash`; nothing was touched",
        )


def _go_to(git: Git, remote: str, branch: str) -> None:
    if git.has_branch(branch):
        git.run("switch", "--quiet", branch)
    elif git.has_remote_branch(remote, branch):
        git.run("switch", "--quiet", "--track", "--create", branch, f"{remote}/{branch}")
    else:
        git.run("switch", "--quiet", "--create", branch)


def _put_onto(git: Git, upstream: str) -> None:
    if git.has_commits():
        git.rebase(upstream)
    else:
        git.run("reset", "--quiet", "--hard", upstream)


def _send(git: Git, remote: str, branch: str, answer: Answer) -> None:
    if not git.has_commits():
        answer.lines.append("there is nothing to send")
        return
    if git.has_remote_branch(remote, branch) and git.run("rev-parse", "HEAD") == git.run(
        "rev-parse", f"{remote}/{branch}"
    ):
        answer.lines.append(f"{remote}/{branch} has everything")
        return
    git.run("push", "--quiet", "--set-upstream", remote, branch)
    answer.lines.append(f"sent {branch} to {address(git, remote)}")


def _clone(url: str, root: Path, remote: str, request: Request, answer: Answer) -> None:
    root.parent.mkdir(parents=True, exist_ok=True)
    branch = ["--branch", request.branch] if request.branch else []
    Git(root.parent).run("clone", "--quiet", "--origin", remote, *branch, "--", url, str(root))
    git = Git(root)
    there = git.remote_branches(remote)
    if not git.has_commits() and there:
        # Its default branch is one that nobody has sent.
        git.run("switch", "--quiet", _BRANCH if _BRANCH in there else there[0])
    answer.lines.append(f"cloned {shown(url)} to {root}")


def _update(url: str, root: Path, remote: str, request: Request, answer: Answer) -> None:
    git = Git(root)
    top = git.top() if root.is_dir() else None
    if top is None or git.remote_url(remote) != url:
        hint = "give another folder with `--path`; nothing was touched"
        raise ProjectError(f"`{root}` exists already, and is no clone of {shown(url)}", hint, refused=True)
    git.refuse_unfinished()
    changed = git.changed(":/")
    if changed:
        hint = "send them with `squall project sync`, or put them aside with `git stash`; nothing was touched"
        raise ProjectError(f"there are changes that are not committed: {listed_paths(changed)}", hint)
    git.run("fetch", "--quiet", remote)
    current = git.branch()
    branch = request.branch or current
    if branch != current:
        if not git.has_branch(branch) and not git.has_remote_branch(remote, branch):
            raise ProjectError(f"there is no branch `{branch}` in {shown(url)}", None)
        _go_to(git, remote, branch)
    upstream = f"{remote}/{branch}"
    if git.has_remote_branch(remote, branch) and not git.succeeds("merge", "--quiet", "--ff-only", upstream):
        hint = "send them with `squall project sync`, which puts them onto the others; nothing was touched"
        raise ProjectError(f"`{branch}` has commits here that {upstream} has not, and the other way round", hint)
    answer.lines.append(f"{branch} is up to date with {remote}/{branch}")

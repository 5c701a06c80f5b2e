"""Addresses of repositories: none with a secret in it is taken, and none is shown."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit, urlunsplit

from squall._project.problems import ProjectError

_TOKENS = re.compile(r"(gh[opsur]_|github_pat_|glpat-|gldt-|ATBB|x-oauth)", re.IGNORECASE)
_HINT = (
    "leave it out: git asks for it, or takes it from a credential helper (`git help credentials`), an SSH key, or an "
    "agent; Squall neither keeps nor passes on secrets"
)


def checked(url: str) -> str:
    """Returns an address that git may be given; that of a folder becomes absolute.

    Raises:
        ProjectError: There is a password or a token in it.
    """
    if url.startswith("-"):
        raise ProjectError(f"`{url}` is no address", None, refused=True)
    if "://" not in url:
        return os.path.abspath(url) if os.path.exists(url) else url
    parts = urlsplit(url)
    if parts.password is not None:
        raise ProjectError(f"there is a password in `{shown(url)}`", _HINT, refused=True)
    if parts.scheme in ("http", "https") and _TOKENS.match(parts.username or ""):
        raise ProjectError(f"there is a token in `{shown(url)}`", _HINT, refused=True)
    return url


def shown(url: str) -> str:
    """Returns an address without what may be secret in it."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    if parts.username is None and parts.password is None:
        return url
    place = parts.netloc.rpartition("@")[2]
    if parts.password is None and not _TOKENS.match(parts.username or ""):
        return url
    return urlunsplit(parts._replace(netloc=f"***@{place}"))


def without_secrets(text: str) -> str:
    """Returns a text of git without what stands before the host in addresses."""
    return re.sub(r"://[^/@\s]+@", "://***@", text)


def folder_of(url: str) -> str:
    """Returns the name of the folder that a clone of an address gets.

    Raises:
        ProjectError: There is no name in it.
    """
    name = re.split(r"[/:\\]", url.rstrip("/"))[-1].removesuffix(".git")
    if not name:
        raise ProjectError(f"`{shown(url)}` names no repository", "give the folder with `--path`", refused=True)
    return name

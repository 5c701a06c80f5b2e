//! The commit of the repository that a test is in.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use squall_metrics::summary::Commit;

/// How long git may take: a run must not wait for a slow disk.
const LIMIT: Duration = Duration::from_secs(1);

/// Asks git for the commit that `folder` is at, and whether tracked files were changed since.
///
/// Nothing where there is no git, no repository, no commit, or no answer within a second.
pub fn commit_of(folder: &Path) -> Option<Commit> {
    answer_of(&mut status(folder), LIMIT).and_then(|text| parse(&text))
}

/// One command that tells both; untracked files (the runs themselves are some) do not count.
fn status(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args([
            "--no-optional-locks",
            "status",
            "--porcelain=v2",
            "--branch",
        ])
        .args(["--untracked-files=no", "--ignore-submodules=dirty"])
        .env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// Returns what a command prints if it succeeds in time; one that does not is ended.
fn answer_of(command: &mut Command, limit: Duration) -> Option<String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut output = child.stdout.take()?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.read_to_end(&mut text);
        // Nobody waits any more when the time was up.
        sender.send(read.map(|_| text)).ok();
    });
    let Ok(Ok(text)) = receiver.recv_timeout(limit) else {
        end(&mut child);
        return None;
    };
    let succeeded = child.wait().ok()?.success();
    succeeded.then(|| String::from_utf8_lossy(&text).into_owned())
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    child.kill().ok();
    child.wait().ok();
}

fn parse(text: &str) -> Option<Commit> {
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("# branch.oid "))
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some(Commit {
        id: id.to_owned(),
        dirty: text.lines().any(|line| !line.starts_with('#')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(id: &str, dirty: bool) -> Commit {
        let id = id.to_owned();
        Commit { id, dirty }
    }

    #[test]
    fn the_commit_and_changes_are_read() {
        let clean = "# branch.oid 1f3a\n# branch.head main\n";
        assert_eq!(parse(clean), Some(commit("1f3a", false)));
        let changed = format!("{clean}1 .M N... 100644 100644 100644 a b shop.py\n");
        assert_eq!(parse(&changed), Some(commit("1f3a", true)));
    }

    #[test]
    fn a_repository_without_a_commit_has_none() {
        assert_eq!(parse("# branch.oid (initial)\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_folder_outside_of_repositories_has_no_commit() {
        assert_eq!(commit_of(Path::new("/nowhere/at/all")), None);
    }

    #[test]
    fn whoever_takes_too_long_is_not_waited_for() {
        let mut slow = Command::new("sleep");
        assert_eq!(answer_of(slow.arg("30"), Duration::from_millis(20)), None);
    }
}

//! `squall target`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use squall_plan::{PlanErrors, Span};
use squall_target::{RunningTarget, Target, TargetConfig, routes};

use super::refuse;
use crate::args::TargetArgs;
use crate::load::parse;
use crate::{exit, output};

/// Serves the bundled target until it is stopped.
pub(super) fn run(args: &TargetArgs) -> anyhow::Result<u8> {
    let mut errors = Vec::new();
    let duration: Option<Span> = parse("--duration", args.duration.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Ok(refuse(&PlanErrors(errors)));
    }
    let defaults = TargetConfig::default();
    let config = TargetConfig {
        http: args.http,
        https: args.https,
        unix_socket: args.unix_socket.clone(),
        threads: args.threads.unwrap_or(defaults.threads),
    };
    let target = Target::start(config)?;
    if let Some(path) = &args.certificate_file {
        target.write_certificate(path)?;
    }
    let urls = urls(&target);
    output::print(&introduction(&urls, &target));
    if let Some(path) = &args.ready_file {
        write_whole(path, &format!("{}\n", urls.join("\n")))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    wait(duration)?;
    let stats = target.stop();
    output::note(&format!(
        "{} requests on {} connections",
        stats.requests, stats.connections_accepted
    ));
    Ok(exit::PASSED)
}

fn urls(target: &RunningTarget) -> Vec<String> {
    let mut urls = vec![format!("http://{}", target.http_addr())];
    urls.extend(
        target
            .https_addr()
            .map(|address| format!("https://{address}")),
    );
    urls
}

fn introduction(urls: &[String], target: &RunningTarget) -> String {
    let mut text = format!("serving {}\n", urls.join(" and "));
    if let Some(path) = target.unix_socket() {
        // Writing to a `String` cannot fail.
        writeln!(text, "and the Unix socket {}", path.display()).ok();
    }
    text.push_str("routes:\n");
    for route in routes() {
        // As above.
        writeln!(text, "  {:<26} {}", route.path, route.about).ok();
    }
    text.push_str("Ctrl-C stops it\n");
    text
}

/// Readers never see half a file.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}

/// Waits for a signal or the end of the time.
fn wait(duration: Option<Span>) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let (sender, stopped) = channel();
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            // The receiver may be gone because the time was up.
            sender.send(()).ok();
        }
    });
    let longest = Duration::from_secs(u64::from(u32::MAX));
    match stopped.recv_timeout(duration.map_or(longest, Span::as_duration)) {
        Ok(()) | Err(RecvTimeoutError::Timeout) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => anyhow::bail!("signals cannot be watched"),
    }
}

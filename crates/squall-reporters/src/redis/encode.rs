//! Batches as commands.

use std::hash::{DefaultHasher, Hasher};

use redis::{Cmd, Pipeline, cmd};

use super::config::{RedisSettings, SHARED, Way};
use crate::payload::{Kind, Payloads};

/// How long a mark is kept that nobody took away, in seconds: a week, in which what a broken connection left open can be sent again.
const MARK_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Makes the commands for sets: one `SADD` for each kind. A record that is there already changes nothing.
pub(super) fn sets(payloads: &Payloads, settings: &RedisSettings) -> Pipeline {
    let mut commands: [Option<Cmd>; Kind::ALL.len()] = [const { None }; Kind::ALL.len()];
    for payload in payloads.iter() {
        let command = commands[payload.kind as usize].get_or_insert_with(|| {
            let mut command = cmd("SADD");
            command.arg(settings.places.name(payload.kind, SHARED));
            command
        });
        command.arg(payload.text);
    }
    let mut pipeline = redis::pipe();
    for command in commands.into_iter().flatten() {
        pipeline.add_command(command).ignore();
    }
    pipeline
}

/// Makes the transaction for streams and channels. It sets a mark, by which a batch is known that has been taken although its
/// answer was lost, and takes away `old`, the marks that are no longer needed.
pub(super) fn transaction(
    payloads: &Payloads,
    settings: &RedisSettings,
    run: &str,
    mark: &str,
    old: &[String],
) -> Pipeline {
    let names = settings.places.all(SHARED);
    let mut pipeline = redis::pipe();
    pipeline.atomic();
    for payload in payloads.iter() {
        let name = &names[payload.kind as usize];
        let command = match settings.way {
            Way::Channel => {
                let mut command = cmd("PUBLISH");
                command.arg(name).arg(payload.text);
                command
            }
            Way::Stream | Way::Set => {
                let mut command = cmd("XADD");
                command.arg(name);
                if let Some(maxlen) = settings.maxlen {
                    command.arg("MAXLEN").arg("~").arg(maxlen);
                }
                command.arg("*").arg("run").arg(run);
                command.arg("kind").arg(payload.kind.as_str());
                command.arg("record").arg(payload.text);
                command
            }
        };
        pipeline.add_command(command).ignore();
    }
    pipeline.cmd("SET").arg(mark).arg(1);
    pipeline.arg("EX").arg(MARK_SECONDS).ignore();
    if !old.is_empty() {
        pipeline.cmd("DEL").arg(old).ignore();
    }
    pipeline
}

/// Names the mark of a batch. The same records have the same mark, also when a later process sends them.
pub(super) fn mark(payloads: &Payloads, settings: &RedisSettings, run: &str) -> String {
    let mut hasher = DefaultHasher::new();
    for payload in payloads.iter() {
        hasher.write(payload.text);
        // No JSON text has this byte, so that it ends one.
        hasher.write_u8(0);
    }
    let (events, digest) = (&settings.places.events, hasher.finish());
    format!("{events}_taken:{run}:{digest:016x}")
}

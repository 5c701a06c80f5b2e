//! A process and all that it started.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// A process, then its children and theirs. PostgreSQL has a child per connection, which answers as long as it lives itself.
#[derive(Debug)]
pub(super) struct Family(Vec<u32>);

impl Family {
    pub(super) fn of(first: u32) -> Self {
        let mut members = vec![first];
        let mut next = 0;
        while let Some(&member) = members.get(next) {
            members.extend(children(member));
            next += 1;
        }
        Self(members)
    }

    /// Signals all.
    pub(super) fn signal(&self, signal: Signal) {
        for &member in &self.0 {
            send(member, signal);
        }
    }

    /// Signals the one that started the others.
    pub(super) fn signal_first(&self, signal: Signal) {
        send(self.0[0], signal);
    }

    /// True when nobody of them runs any more. Who nobody waited for is still in the table of processes, but holds nothing.
    pub(super) fn is_gone(&self) -> bool {
        self.0.iter().all(|member| {
            fs::read_to_string(format!("/proc/{member}/stat"))
                .map_or(true, |line| line.contains(") Z "))
        })
    }
}

fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|child| child.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

fn send(process: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It fails for a process that ended by itself, which the next look tells.
        kill_process(pid, signal).ok();
    }
}

//! The seconds of a run, as they are appended.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use squall_html::data::Timeline;
use squall_html::{Collector, News, live_step_s};
use tokio::time::Instant;

use crate::lines::Lines;

/// How long old seconds are read again in one go, where they are to become longer steps.
const READING: Duration = Duration::from_millis(20);

/// `intervals.jsonl` of a run that goes on, as columns.
#[derive(Debug)]
pub(crate) struct Seconds {
    path: PathBuf,
    lines: Lines,
    collector: Collector,
    /// The same with longer steps, on its way to where `lines` is.
    coarser: Option<(Lines, Collector)>,
}

/// What reading on has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// There are new lines.
    pub(crate) new: bool,
    /// What was told so far cannot be appended to.
    pub(crate) anew: bool,
}

impl Seconds {
    /// Begins with the first line; the run will take so long, as far as is known.
    pub(crate) fn of(path: &Path, planned_s: f64) -> Self {
        Self {
            path: path.to_owned(),
            lines: Lines::of(path),
            collector: Collector::new(live_step_s(whole(planned_s), 0)),
            coarser: None,
        }
    }

    /// Reads what the run has appended.
    pub(crate) fn read(&mut self) -> io::Result<Read> {
        let mut read = Read::default();
        while self.lines.next(|line| self.collector.line(line))? {
            read.new = true;
        }
        read.anew = self.lengthen()?;
        Ok(read)
    }

    /// Returns what has come since the last call.
    pub(crate) fn news(&mut self) -> News {
        self.collector.news()
    }

    /// Returns everything.
    pub(crate) fn whole(&mut self) -> Timeline {
        self.collector.whole()
    }

    /// Makes steps longer when there are too many of them. Old seconds are read again a few at a time, so that it costs the run nothing.
    fn lengthen(&mut self) -> io::Result<bool> {
        if self.coarser.is_none() {
            let now_s = self.collector.step_s();
            let seconds = self.collector.steps() as u64 * now_s;
            let step_s = live_step_s(seconds, self.collector.series() as u64);
            if step_s > now_s {
                self.coarser = Some((Lines::of(&self.path), Collector::new(step_s)));
            }
        }
        let Some((lines, collector)) = &mut self.coarser else {
            return Ok(false);
        };
        let began = Instant::now();
        while lines.next(|line| collector.line(line))? {
            if began.elapsed() > READING {
                return Ok(false);
            }
        }
        if let Some((lines, collector)) = self.coarser.take() {
            self.lines = lines;
            self.collector = collector;
        }
        Ok(true)
    }
}

fn whole(time: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time is not negative, and a long one may be cut"
    )]
    let seconds = time.max(0.0).ceil() as u64;
    seconds
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write as _;

    use super::*;

    fn append(file: &mut File, seconds: std::ops::Range<u64>) {
        for index in seconds {
            let interval = squall_metrics::Interval::new(index);
            let line = serde_json::to_string(&interval).unwrap();
            writeln!(file, "{line}").unwrap();
        }
    }

    #[test]
    fn steps_get_longer_when_there_are_too_many_and_no_second_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intervals.jsonl");
        let mut file = File::create(&path).unwrap();
        append(&mut file, 0..3_600);
        let mut seconds = Seconds::of(&path, 10.0);
        let read = seconds.read().unwrap();
        assert_eq!((read.new, read.anew), (true, false));
        assert_eq!(seconds.whole().step_s, 1);
        append(&mut file, 3_600..3_605);
        let mut looks = 0;
        while !seconds.read().unwrap().anew {
            looks += 1;
            assert!(looks < 10_000, "it never catches up");
        }
        append(&mut file, 3_605..3_607);
        assert!(!seconds.read().unwrap().anew);
        let whole = seconds.whole();
        assert_eq!(whole.step_s, 2);
        let measured_s: f64 = whole.length_s.values().sum();
        assert!((measured_s - 3_607.0).abs() < 0.1, "{measured_s}");
        assert_eq!(whole.unreadable, 0);
    }

    #[test]
    fn a_run_that_will_be_long_has_long_steps_from_the_beginning() {
        let mut seconds = Seconds::of(Path::new("nowhere"), 7_200.0);
        assert_eq!(seconds.whole().step_s, 2);
    }
}

//! What interpreters used reaches the intervals, once for each process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use squall_engine::schedule::Segment;
use squall_engine::script::{
    Answer, CommandInlet, InterpreterUse, RunLink, ScriptEvent, ScriptFailure, ScriptHost,
    ScriptInfo,
};
use squall_engine::{Engine, EngineSettings, PartKind, PartSink};
use squall_metrics::{IntervalPart, SeriesTable};
use squall_protocol::Clock;

/// An interpreter that runs nothing, and was busy for one millisecond more each time that somebody asks.
#[derive(Debug, Default)]
struct Idle {
    asked: AtomicU64,
}

impl ScriptHost for Idle {
    fn prepare(&self, _: &Arc<ScriptInfo>) -> Result<(), ScriptFailure> {
        Ok(())
    }

    fn start(&self, _: &Clock, _: Arc<dyn RunLink>) -> Result<(), ScriptFailure> {
        Ok(())
    }

    fn attach(&self, _: u32, _: CommandInlet) {}

    fn deliver(&self, events: &mut Vec<ScriptEvent>) {
        events.clear();
    }

    fn volume(&self, _: &str, _: f64, _: f64) -> Result<Option<f64>, ScriptFailure> {
        Ok(None)
    }

    fn serve(&self, _: &str, _: &[u8]) -> Answer {
        Ok(Vec::new())
    }

    fn notify(&self, _: &str, _: &[u8]) {}

    fn take_use(&self) -> InterpreterUse {
        InterpreterUse {
            busy_ns: 1_000_000 * (1 + self.asked.fetch_add(1, Ordering::Relaxed)),
            ..InterpreterUse::default()
        }
    }

    fn finish(&self) -> Result<(), ScriptFailure> {
        Ok(())
    }
}

#[derive(Debug)]
struct Parts(mpsc::Sender<(IntervalPart, PartKind)>);

impl PartSink for Parts {
    fn take(&self, part: IntervalPart, kind: PartKind) {
        // Nobody listens any more once the test has what it wants.
        self.0.send((part, kind)).ok();
    }
}

/// Runs one of two processes with three threads until somebody has asked for parts in between, and returns all parts.
fn parts_of(process: u32) -> (Vec<(IntervalPart, PartKind)>, u64) {
    let (parts, taken) = mpsc::channel();
    let host = Arc::new(Idle::default());
    let engine = Engine::start(&EngineSettings {
        threads: 3,
        segment: Segment {
            index: process,
            count: 2,
        },
        seed: 1,
        clock: Clock::start(),
        wall_origin_ns: 0,
        parts: Arc::new(Parts(parts)),
        series: SeriesTable::default(),
        sampling: None,
        records: None,
        trace: None,
        scripts: Some(Arc::clone(&host) as Arc<dyn ScriptHost>),
    });
    let engine = engine.expect("the system gives threads");
    engine.flush();
    drop(engine);
    (taken.iter().collect(), host.asked.load(Ordering::Relaxed))
}

#[test]
fn one_thread_of_a_process_reports_for_its_interpreter() {
    for process in [0, 1] {
        let (parts, asked) = parts_of(process);
        let reports: Vec<_> = parts
            .iter()
            .flat_map(|(part, kind)| part.interpreters.iter().map(move |own| (own, *kind)))
            .collect();
        assert!(!reports.is_empty());
        assert_eq!(
            reports.len() as u64,
            asked,
            "nothing that was asked for is lost"
        );
        for (report, kind) in &reports {
            assert_eq!(report.process, process);
            assert_ne!(*kind, PartKind::Partial, "a busy time is not split");
        }
        let busy: u64 = reports.iter().map(|(report, _)| report.busy_ns).sum();
        assert_eq!(busy, asked * (asked + 1) / 2 * 1_000_000);
    }
}

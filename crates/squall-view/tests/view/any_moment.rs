//! Whatever is known about a run and whatever the size of the terminal is: the screen fits into it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use squall_metrics::summary::ControlSummary;
use squall_view::live::{
    Decoder, ErrorGroup, LiveState, LoadKind, LoadName, LoadState, Panel, Percentiles, StageStatus,
};
use squall_view::{LiveView, Progress, Size, Theme};
use unicode_width::UnicodeWidthStr as _;

use crate::moment;

/// Keeps what is written, also while the view still holds it.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().map_err(|_| io::ErrorKind::Other)?;
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..1e5]
}

fn state() -> impl Strategy<Value = LiveState> {
    let text = || prop_oneof![any::<String>(), "[\u{4e00}-\u{4eff}a-z ]{0,60}"];
    let status = prop_oneof![Just(StageStatus::Running), Just(StageStatus::Failed)];
    let numbers = (number(), number(), number(), any::<u64>());
    (
        text(),
        text(),
        text(),
        status,
        numbers,
        proptest::collection::vec(number(), 0..300),
    )
        .prop_map(
            |(name, operation, message, status, (elapsed_s, planned_s, rate, count), history)| {
                let mut state = moment::live(10.0);
                state.stages[2].status = status;
                state.stages[2].name.clone_from(&name);
                state.stages[2].elapsed_s = planned_s;
                state.series[0].name = operation;
                state.loads.push(LoadState {
                    name: LoadName {
                        stage: message.clone(),
                        scenario: name.clone(),
                    },
                    kind: LoadKind::Rate,
                    value: rate,
                });
                state.controls.push(ControlSummary {
                    at_s: elapsed_s,
                    action: "note".to_owned(),
                    by: name.clone(),
                    text: Some(message.clone()),
                    ..ControlSummary::default()
                });
                state.errors.push(ErrorGroup {
                    class: name.clone(),
                    message,
                    count,
                });
                let response = Some(Percentiles {
                    p50: rate,
                    p95: elapsed_s,
                    p99: planned_s,
                });
                LiveState {
                    name,
                    elapsed_s,
                    planned_s: Some(planned_s),
                    rate,
                    ok: count,
                    failed: count,
                    history,
                    response,
                    ..state
                }
            },
        )
}

/// The text between escape sequences, by lines.
fn lines(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(written);
    let mut plain = String::new();
    for (at, part) in text.split('\u{1b}').enumerate() {
        // Sequences here end with their first letter.
        let end = part
            .find(char::is_alphabetic)
            .map_or(part.len(), |end| end + 1);
        plain.push_str(if at == 0 { part } else { &part[end..] });
    }
    plain.split("\r\n").map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_screen_fits_into_the_terminal(
        state in state(),
        keys in prop_oneof!["[-pumrnsq?+=\t\n]{0,6}", "n[^\n]{0,200}"],
        columns in 1_u16..200,
        rows in 1_u16..50,
    ) {
        let written = Written::default();
        let size = Box::new(move || Size { columns, rows });
        let mut view = LiveView::new(Progress::Screen, written.clone(), Theme::PLAIN, size);
        let mut panel = Panel::default();
        for key in Decoder::default().decode(keys.as_bytes()) {
            if let Some(action) = panel.press(key, &state) {
                panel.refused(&state.name, Some(&state.errors[0].message), &state);
                panel.obeyed(&action, &state);
            }
        }
        view.update_with(&state, Some(&panel));
        let shown = lines(&written.0.lock().unwrap());
        prop_assert!(shown.len() <= usize::from(rows), "{} > {rows} rows", shown.len());
        for line in shown {
            prop_assert!(line.width() <= usize::from(columns), "{} > {columns}: {line:?}", line.width());
        }
    }
}

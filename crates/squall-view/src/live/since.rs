//! Counts from a mark on: whoever looks at a screen may want to see what happened since then.

use std::collections::HashMap;

use super::state::LiveState;

/// Remembers what was counted at the last mark.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    /// Marks that were seen.
    marks: usize,
    before: Option<Counts>,
}

/// What was counted up to a mark.
#[derive(Clone, Debug)]
struct Counts {
    at_s: f64,
    ok: u64,
    failed: u64,
    interrupted: u64,
    dropped: u64,
    iterations_failed: u64,
    errors: HashMap<(String, String), u64>,
    series: HashMap<String, u64>,
}

impl Marked {
    /// Takes off what was counted before the last mark. Rules and reporters keep the whole run.
    pub fn rebase(&mut self, state: &mut LiveState) {
        let marks = state.controls.iter();
        let marks: Vec<f64> = marks
            .filter(|control| control.action == "mark")
            .map(|control| control.at_s)
            .collect();
        if marks.len() > self.marks {
            self.before = marks.last().map(|at_s| Counts::of(state, *at_s));
        }
        self.marks = marks.len();
        if let Some(before) = &self.before {
            before.take_off(state);
        }
    }
}

impl Counts {
    fn of(state: &LiveState, at_s: f64) -> Self {
        let errors = state.errors.iter();
        let series = state.series.iter();
        Self {
            at_s,
            ok: state.ok,
            failed: state.failed,
            interrupted: state.interrupted,
            dropped: state.dropped,
            iterations_failed: state.iterations_failed,
            errors: errors
                .map(|group| ((group.class.clone(), group.message.clone()), group.count))
                .collect(),
            series: series
                .map(|series| (series.name.clone(), series.failed))
                .collect(),
        }
    }

    fn take_off(&self, state: &mut LiveState) {
        state.counted_from_s = Some(self.at_s);
        for (count, before) in [
            (&mut state.ok, self.ok),
            (&mut state.failed, self.failed),
            (&mut state.interrupted, self.interrupted),
            (&mut state.dropped, self.dropped),
            (&mut state.iterations_failed, self.iterations_failed),
        ] {
            *count = count.saturating_sub(before);
        }
        for group in &mut state.errors {
            let key = (group.class.clone(), group.message.clone());
            let before = self.errors.get(&key).copied().unwrap_or_default();
            group.count = group.count.saturating_sub(before);
        }
        state.errors.retain(|group| group.count > 0);
        state
            .errors
            .sort_by_key(|group| std::cmp::Reverse(group.count));
        for series in &mut state.series {
            let before = self.series.get(&series.name).copied().unwrap_or_default();
            series.failed = series.failed.saturating_sub(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use squall_metrics::summary::ControlSummary;

    use super::*;
    use crate::live::ErrorGroup;

    fn state(count: u64, marks: &[f64]) -> LiveState {
        let mark = |at_s: &f64| ControlSummary {
            at_s: *at_s,
            action: "mark".to_owned(),
            ..ControlSummary::default()
        };
        LiveState {
            ok: count,
            failed: count,
            errors: vec![ErrorGroup {
                class: "timeout".to_owned(),
                message: "late".to_owned(),
                count,
            }],
            controls: marks.iter().map(mark).collect(),
            ..LiveState::default()
        }
    }

    #[test]
    fn counts_begin_anew_at_each_mark() {
        let mut marked = Marked::default();
        let mut seen = |count, marks: &[f64]| {
            let mut state = state(count, marks);
            marked.rebase(&mut state);
            (state.ok, state.errors.len(), state.counted_from_s)
        };
        assert_eq!(seen(10, &[]), (10, 1, None));
        assert_eq!(seen(15, &[3.0]), (0, 0, Some(3.0)));
        assert_eq!(seen(18, &[3.0]), (3, 1, Some(3.0)));
        assert_eq!(seen(20, &[3.0, 6.0]), (0, 0, Some(6.0)));
    }
}

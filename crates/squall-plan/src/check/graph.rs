//! The order of stages: names, cycles, and whether each stage has something to do.

use indexmap::IndexMap;

use super::checker::Checker;
use crate::model::Stage;
use crate::nearest;
use crate::place::Place;

/// The graph with names resolved.
pub(super) struct Graph {
    /// For each stage, the stages right before it.
    pub(super) before: Vec<Vec<usize>>,
    /// All stages, each behind those before it; without those on a cycle.
    pub(super) order: Vec<usize>,
}

impl<'a> Checker<'a> {
    pub(super) fn graph(
        &mut self,
        stages: &'a IndexMap<String, Stage>,
        place: &Place<'a>,
    ) -> Graph {
        let found = self.findings.count();
        let before = self.resolve(stages, place);
        let names: Vec<&str> = stages.keys().map(String::as_str).collect();
        let mut order = Vec::new();
        let mut done = vec![false; before.len()];
        loop {
            advance(&before, &mut done, &mut order);
            let Some(first) = done.iter().position(|done| !done) else {
                break;
            };
            let cycle = find_cycle(&before, &done, first);
            self.report_cycle(stages, &names, &cycle, place);
            // Taking the cycle for done lets the search go on to the next one.
            for stage in cycle {
                done[stage] = true;
            }
        }
        if !stages.values().any(Stage::sends) {
            let hint = "add a stage with `execute`";
            self.findings
                .add_with_hint(place, "no stage sends load", hint);
        } else if self.findings.count() == found {
            // Where an arrow is wrong, what it leads to cannot be told.
            self.reachable(stages, &before, place);
        }
        Graph { before, order }
    }

    /// The indices of the names in `after`.
    fn resolve(
        &mut self,
        stages: &'a IndexMap<String, Stage>,
        place: &Place<'a>,
    ) -> Vec<Vec<usize>> {
        let mut before = Vec::with_capacity(stages.len());
        for (name, stage) in stages {
            let place = place.key(name).written_at(stage.source.as_ref());
            self.not_empty(name, &place);
            let mut found = Vec::new();
            for (index, after) in stage.after.iter().enumerate() {
                match stages.get_index_of(after) {
                    Some(stage) if found.contains(&stage) => {}
                    Some(stage) => found.push(stage),
                    None => {
                        let hint =
                            nearest::hint(after, stages.keys().map(String::as_str), "stages");
                        let place = place.key("after").index(index);
                        self.findings.add_with_hint(
                            &place,
                            format!("there is no stage `{after}`"),
                            hint,
                        );
                    }
                }
            }
            before.push(found);
        }
        before
    }

    fn report_cycle(
        &mut self,
        stages: &'a IndexMap<String, Stage>,
        names: &[&str],
        cycle: &[usize],
        place: &Place<'a>,
    ) {
        let Some(&first) = cycle.first() else { return };
        let circle: Vec<&str> = cycle
            .iter()
            .chain([&first])
            .map(|&stage| names[stage])
            .collect();
        let message = format!(
            "stages wait for each other in a circle: `{}`",
            circle.join(" → ")
        );
        let source = stages
            .get_index(first)
            .and_then(|(_, stage)| stage.source.as_ref());
        let place = place.key(names[first]).written_at(source).key("after");
        self.findings
            .add_with_hint(&place, message, "take one of these names out of an `after`");
    }

    /// Checks that every stage that sends no load has to do with one that does.
    fn reachable(
        &mut self,
        stages: &'a IndexMap<String, Stage>,
        before: &[Vec<usize>],
        place: &Place<'a>,
    ) {
        let mut prepared = vec![false; stages.len()];
        let mut follows = vec![false; stages.len()];
        for (index, stage) in stages.values().enumerate() {
            let ancestors = ancestors(before, index);
            follows[index] = ancestors.iter().any(|&other| stages[other].sends());
            if stage.sends() {
                for other in ancestors {
                    prepared[other] = true;
                }
            }
        }
        for (index, (name, stage)) in stages
            .iter()
            .enumerate()
            .filter(|(_, (_, stage))| stage.kinds().len() == 1)
        {
            let place = place.key(name).written_at(stage.source.as_ref());
            let ends = stage.analyze.is_some() || stage.submit.is_some();
            if ends && !follows[index] {
                let message =
                    format!("stage `{name}` cannot be reached: no stage before it sends load");
                let hint = "name the Execute stages whose results it takes in its `after`";
                self.findings.add_with_hint(&place, message, hint);
            } else if stage.setup.is_some() && !prepared[index] {
                let message =
                    format!("stage `{name}` prepares nothing: no stage after it sends load");
                let hint =
                    format!("name `{name}` in the `after` of the Execute stages that it prepares");
                self.findings.add_with_hint(&place, message, hint);
            }
        }
    }
}

/// Appends to `order` every stage all of whose predecessors are done, until there is none left.
fn advance(before: &[Vec<usize>], done: &mut [bool], order: &mut Vec<usize>) {
    while let Some(next) = (0..before.len())
        .find(|&stage| !done[stage] && before[stage].iter().all(|&other| done[other]))
    {
        done[next] = true;
        order.push(next);
    }
}

/// A cycle that is met by walking from `first` to undone predecessors, of which every undone stage has one. Runs in the order in which
/// the stages wait: each for the next.
fn find_cycle(before: &[Vec<usize>], done: &[bool], first: usize) -> Vec<usize> {
    let mut walk = vec![first];
    loop {
        let last = walk[walk.len() - 1];
        let Some(&next) = before[last].iter().find(|&&other| !done[other]) else {
            return walk;
        };
        if let Some(start) = walk.iter().position(|&stage| stage == next) {
            return walk.split_off(start);
        }
        walk.push(next);
    }
}

/// All stages before one, directly or not.
fn ancestors(before: &[Vec<usize>], stage: usize) -> Vec<usize> {
    let mut seen = vec![false; before.len()];
    let mut found = Vec::new();
    let mut open = before[stage].clone();
    while let Some(other) = open.pop() {
        if !std::mem::replace(&mut seen[other], true) {
            found.push(other);
            open.extend(&before[other]);
        }
    }
    found
}

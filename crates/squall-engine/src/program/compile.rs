//! From the steps of the plan to a [`Program`].

use std::sync::Arc;

use indexmap::IndexMap;
use squall_http::{HttpStep, RequestDefaults};
use squall_metrics::{SeriesId, SeriesKey, SeriesKind, SeriesTable, Tags};
use squall_plan::{Choose, Flow, HttpRequest, If, Loop, Pause, Step};
use squall_protocol::template::CompileError;
use squall_protocol::values::Scope;

use super::{Chooser, Condition, Op, Program, ScriptCompiler};
use crate::script::ScriptInfo;

/// Names under which a scenario's series are counted.
#[derive(Clone, Debug)]
pub struct Names {
    /// Name of the stage.
    pub stage: Arc<str>,
    /// Name of the scenario.
    pub scenario: Arc<str>,
    /// Tags of the scenario.
    pub tags: Tags,
}

/// What the steps of a flow are compiled with.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Names of stage and scenario.
    pub names: &'a Names,
    /// What requests inherit.
    pub defaults: &'a RequestDefaults,
    /// Numbers of the series.
    pub series: &'a SeriesTable,
}

/// Compiles a flow; `scope` numbers its variables and counters.
///
/// # Errors
/// A template, an expression or a URL is wrong, or a data pool lacks a field; a checked plan gives only the last.
pub fn compile(
    flow: &Flow,
    around: &Surroundings<'_>,
    scripts: &mut ScriptCompiler<'_>,
    scope: &mut Scope,
) -> Result<Program, CompileError> {
    let host = scripts.host.cloned();
    let mut compiler = Compiler {
        around,
        interpreter: scripts,
        scope,
        ops: Vec::new(),
        choosers: Vec::new(),
        scripts: Vec::new(),
        origins: Vec::new(),
        group: None,
    };
    compiler.flow(flow)?;
    let iteration = compiler.intern("iteration", SeriesKind::Iteration, &IndexMap::new());
    Ok(Program {
        ops: compiler.ops,
        choosers: compiler.choosers,
        host: host.filter(|_| !compiler.scripts.is_empty()),
        scripts: compiler.scripts,
        iteration,
        origins: compiler.origins,
    })
}

struct Compiler<'a, 's> {
    around: &'a Surroundings<'a>,
    interpreter: &'a mut ScriptCompiler<'s>,
    scope: &'a mut Scope,
    ops: Vec<Op>,
    choosers: Vec<Chooser>,
    scripts: Vec<Arc<ScriptInfo>>,
    origins: Vec<squall_protocol::connect::Origin>,
    /// The group around the step that is compiled.
    group: Option<SeriesId>,
}

impl Compiler<'_, '_> {
    /// The series of something with tags of its own, which stand behind its name.
    fn intern(&self, name: &str, kind: SeriesKind, tags: &IndexMap<String, String>) -> SeriesId {
        let (own, names) = (Tags::new(tags), self.around.names);
        self.around.series.intern(SeriesKey {
            stage: Arc::clone(&names.stage),
            scenario: Arc::clone(&names.scenario),
            name: format!("{name}{}", own.suffix()).into(),
            kind,
            tags: names.tags.with(&own),
        })
    }

    fn flow(&mut self, flow: &Flow) -> Result<(), CompileError> {
        flow.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), CompileError> {
        match step {
            Step::Http(request) => self.http(request),
            Step::Pause(pause) => {
                let (min, max) = pause_bounds(pause);
                self.ops.push(Op::Pause { min, max });
                Ok(())
            }
            Step::Loop(repeat) => self.repeat(repeat),
            Step::If(condition) => self.condition(condition),
            Step::Choose(choose) => self.choose(choose),
            Step::Group(group) => {
                let series = self.intern(&group.name, SeriesKind::Transaction, &group.tags);
                self.around.series.nest(series, self.group);
                let outer = self.group.replace(series);
                self.ops.push(Op::GroupStart { series });
                self.flow(&group.steps)?;
                self.group = outer;
                self.ops.push(Op::GroupEnd);
                Ok(())
            }
            Step::Script(script) => {
                let info = self.interpreter.compile(script, self.around, self.scope)?;
                let script = self.scripts.len();
                self.scripts.push(info);
                self.ops.push(Op::Script { script });
                Ok(())
            }
        }
    }

    fn http(&mut self, request: &HttpRequest) -> Result<(), CompileError> {
        let step = HttpStep::compile(request, self.around.defaults, self.scope)?;
        if let Some(origin) = step
            .origin()
            .filter(|origin| !self.origins.contains(origin))
        {
            self.origins.push(origin.clone());
        }
        let series = self.intern(step.name(), SeriesKind::Operation, &request.tags);
        self.around.series.nest(series, self.group);
        self.ops.push(Op::Http {
            step: Box::new(step),
            series,
        });
        Ok(())
    }

    fn repeat(&mut self, repeat: &Loop) -> Result<(), CompileError> {
        self.ops.push(Op::LoopStart {
            times: repeat.times,
        });
        let body = self.ops.len();
        self.flow(&repeat.steps)?;
        self.ops.push(Op::LoopEnd { body });
        Ok(())
    }

    fn condition(&mut self, step: &If) -> Result<(), CompileError> {
        let condition = Box::new(Condition::compile(&step.when, self.scope)?);
        let unless = self.ops.len();
        self.ops.push(Op::Jump { target: 0 });
        self.flow(&step.then)?;
        let end_of_then = self.ops.len();
        self.ops.push(Op::Jump { target: 0 });
        self.ops[unless] = Op::JumpUnless {
            condition,
            target: self.ops.len(),
        };
        self.flow(&step.otherwise)?;
        self.ops[end_of_then] = Op::Jump {
            target: self.ops.len(),
        };
        Ok(())
    }

    fn choose(&mut self, choose: &Choose) -> Result<(), CompileError> {
        let chooser = self.choosers.len();
        self.choosers
            .push(Chooser::new(choose.order, Vec::new(), Vec::new()));
        self.ops.push(Op::Choose { chooser });
        let (mut targets, mut ends) = (Vec::new(), Vec::new());
        for branch in choose.branches.values() {
            targets.push(self.ops.len());
            self.flow(&branch.steps)?;
            ends.push(self.ops.len());
            self.ops.push(Op::Jump { target: 0 });
        }
        let after = self.ops.len();
        for end in ends {
            self.ops[end] = Op::Jump { target: after };
        }
        let weights = choose
            .branches
            .values()
            .map(|branch| branch.weight)
            .collect();
        self.choosers[chooser] =
            Chooser::new(choose.order, weights, targets).with_batches_of(choose.size.unwrap_or(1));
        Ok(())
    }
}

/// Returns the shortest and the longest wait in nanoseconds.
pub(crate) fn pause_bounds(pause: &Pause) -> (u64, u64) {
    match pause {
        Pause::Fixed(span) => (span.as_nanos(), span.as_nanos()),
        Pause::Range(range) => (range.lo().as_nanos(), range.hi().as_nanos()),
    }
}

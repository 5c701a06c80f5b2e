//! Making whoever sends the load: this process, or agents.

use std::path::Path;
use std::sync::Arc;

use squall_cluster::AgentOptions;
use squall_engine::EngineSettings;
use squall_engine::schedule::Segment;
use squall_protocol::Clock;

use super::{AgentsSettings, Load, OwnLink, OwnLoad, OwnSettings, launch};
use crate::aggregate::Aggregator;
use crate::ending::Ending;
use crate::messages::MessageOutlet;
use crate::reporting::Reporting;
use crate::{PreparedRun, StartError};

/// What load is made of beside the prepared run.
#[derive(Debug)]
pub(crate) struct LoadParts<'a> {
    pub(crate) clock: Clock,
    pub(crate) wall_origin_ns: u64,
    pub(crate) aggregator: &'a Aggregator,
    pub(crate) reporting: &'a Arc<Reporting>,
    pub(crate) ending: &'a Arc<Ending>,
}

impl LoadParts<'_> {
    /// Makes it, and waits until it can start.
    ///
    /// # Errors
    /// The test's own code failed, a process or a thread did not start, or the test cannot run in an agent.
    pub(crate) fn launch(self, run: &PreparedRun) -> Result<Arc<dyn Load>, StartError> {
        let watcher = run.options.messages.clone();
        let messages = Arc::new(MessageOutlet::new(self.reporting, watcher));
        if run.processes == 1 {
            return Ok(Arc::new(self.own(run, messages)?));
        }
        launch(self.agents(run, messages)?)
    }

    fn own(self, run: &PreparedRun, messages: Arc<MessageOutlet>) -> Result<OwnLoad, StartError> {
        let scripts = run.options.scripts.clone();
        let link = OwnLink {
            ending: Arc::clone(self.ending),
            messages,
            fail_fast: run.options.fail_fast,
            host: scripts.as_ref().map(Arc::downgrade),
        };
        OwnLoad::launch(OwnSettings {
            engine: EngineSettings {
                threads: run.threads,
                segment: Segment::WHOLE,
                seed: run.seed,
                clock: self.clock,
                wall_origin_ns: self.wall_origin_ns,
                parts: Arc::new(self.aggregator.inlet(0)),
                series: run.series.clone(),
                records: self.reporting.queue(),
                sampling: self.reporting.sampling(),
                scripts,
                trace: run.options.trace.clone(),
            },
            scenarios: run.scenarios_by_stage(),
            link: Arc::new(link),
            interrupts: run.options.interrupts.clone(),
        })
    }

    fn agents(
        self,
        run: &PreparedRun,
        messages: Arc<MessageOutlet>,
    ) -> Result<AgentsSettings, StartError> {
        let options = &run.options;
        let records = self.reporting.queue();
        let plan = serde_json::to_string(&run.plan);
        let inlets = (0..run.processes).map(|process| self.aggregator.inlet(process));
        Ok(AgentsSettings {
            agents: run.processes,
            command: options.agent.clone(),
            printed: options.printed.clone(),
            interrupts: options.interrupts.clone(),
            plan: plan.map_err(|error| StartError::Agents(error.into()))?,
            options: AgentOptions {
                threads: run.threads,
                seed: run.seed,
                base_dir: absolute(&options.base_dir),
                max_series: options.max_series as u64,
                records: records.is_some(),
                sampling: self.reporting.sampling().map(|one| (one.share, one.run)),
                fail_fast: options.fail_fast,
            },
            clock: self.clock,
            wall_origin_ns: self.wall_origin_ns,
            series: run.series.clone(),
            scenarios: run.scenarios_by_stage(),
            host: options.scripts.clone(),
            inlets: inlets.collect(),
            records,
            ending: Arc::clone(self.ending),
            messages,
        })
    }
}

/// Returns the path from the root, since an agent may work elsewhere.
fn absolute(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.to_string_lossy().into_owned()
}

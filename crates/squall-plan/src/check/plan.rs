use super::checked::CheckedPlan;
use super::checker::Checker;
use crate::error::PlanErrors;
use crate::model::Plan;
use crate::place::Place;

/// The version of the plan format that this crate reads.
const VERSION: u32 = 1;

impl Plan {
    /// Checks that the parts of the plan fit together, and fills in the defaults.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place and, where that is known, file and line.
    pub fn check(&self) -> Result<CheckedPlan, PlanErrors> {
        let mut checker = Checker::new(&self.data);
        let root = Place::root();
        checker.head(self, &root);
        let graph = checker.graph(&self.stages, &root.key("stages"));
        checker.settings(&self.http, &root.key("http"));
        checker.certificate_pair(&self.http.tls, &self.http.tls, &root.key("http"));
        for (name, pool) in &self.data {
            let place = root.key("data").key(name).written_at(pool.source.as_ref());
            checker.pool(name, pool, &place);
        }
        let stages = checker.stages(self, &graph, &root.key("stages"));
        checker.inline_rows(&stages, &root.key("data"));
        let thresholds = checker.thresholds(self, &stages, &root.key("thresholds"));
        let measured = checker.measured(self, &stages, &root.key("measure"));
        let Checker {
            findings,
            data_uses,
            ..
        } = checker;
        findings.into_result()?;
        Ok(CheckedPlan {
            name: self.name.clone(),
            seed: self.seed,
            tags: self.tags.clone(),
            stages,
            data: self.data.clone(),
            thresholds,
            measured,
            measure: self.measure.clone(),
            data_uses,
            cpus: self.cpus,
        })
    }
}

impl<'a> Checker<'a> {
    fn head(&mut self, plan: &Plan, root: &Place<'a>) {
        if plan.version != VERSION {
            let message = format!("version {} of the plan format is not known", plan.version);
            self.findings.add_with_hint(
                &root.key("version"),
                message,
                format!("write `{VERSION}`"),
            );
        }
        self.not_empty(&plan.name, &root.key("name"));
        if plan.cpus == Some(0) {
            let message = "without a core nothing can be sent";
            self.findings.add(&root.key("cpus"), message);
        }
        for name in plan.tags.keys() {
            self.not_empty(name, &root.key("tags").key(name));
        }
    }
}

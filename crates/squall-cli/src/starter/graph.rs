//! A graph of Python, put together of its stages.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{StageKind, StarterEngine};
use crate::reporters::{class, example, python};

/// Columns that a line may have.
const WIDTH: usize = 120;
const HEAD: &str = "\"\"\"A starter load test: `squall run` runs it, `squall explain` shows what of it is compiled.\"\"\"\n";

/// What a starter graph is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Starter<'a> {
    /// Its stages, each after the one before.
    pub(crate) chain: &'a [StageKind],
    /// How its actions run.
    pub(crate) engine: StarterEngine,
    /// Where results go.
    pub(crate) reporter: &'a str,
    /// What it loads, without a slash at its end.
    pub(crate) url: &'a str,
}

impl Starter<'_> {
    /// Writes the graph, in the shape that formatters of Python give it.
    pub(crate) fn text(&self) -> String {
        let mut names = BTreeSet::new();
        let mut body = String::new();
        for (at, stage) in self.chain.iter().enumerate() {
            names.insert(stage.class());
            body.push_str("\n\n");
            if let Some(before) = at.checked_sub(1) {
                names.insert("depends");
                // Writing to a `String` cannot fail.
                writeln!(body, "@depends({})", self.name(before)).ok();
            }
            writeln!(body, "class {}({}):", self.name(at), stage.class()).ok();
            let (used, lines) = self.stage(*stage);
            names.extend(used);
            body.push_str(&lines);
        }
        let mut text = format!("{HEAD}\n{}", import(&names));
        if self.chain.contains(&StageKind::Submit) {
            let more = if python(&example(self.reporter)).1 {
                ", from_env"
            } else {
                ""
            };
            writeln!(
                text,
                "from squall.reporters import {}{more}",
                class(self.reporter)
            )
            .ok();
        }
        text + &body
    }

    /// Returns the name of a stage: of several of a kind, the later ones have a number.
    fn name(&self, at: usize) -> String {
        let kind = self.chain[at];
        let earlier = self.chain[..at].iter().filter(|other| **other == kind);
        match earlier.count() {
            0 => format!("{}Stage", kind.class()),
            number => format!("{}Stage{}", kind.class(), number + 1),
        }
    }

    /// Returns the names that a stage needs, and its lines.
    fn stage(&self, kind: StageKind) -> (&'static [&'static str], String) {
        let url = self.url;
        match kind {
            StageKind::Setup => (&[], setup(url)),
            StageKind::Execute => self.execute(),
            StageKind::Analyze => (&[], "    pass\n".to_owned()),
            StageKind::Submit => (&[], self.submit()),
            StageKind::Act => (&["action"], act(url)),
            StageKind::Validate => (&["validate"], self.validate()),
            StageKind::Checkpoint => (&["save"], CHECKPOINT.to_owned()),
            StageKind::Teardown => (&["teardown"], teardown(url)),
            StageKind::Wait => (&[], WAIT.to_owned()),
        }
    }

    fn execute(&self) -> (&'static [&'static str], String) {
        match self.engine {
            StarterEngine::Http => (&["action", "expect"], COMPILED.to_owned()),
            StarterEngine::Task => (&["task"], TASK.to_owned()),
        }
    }

    fn submit(&self) -> String {
        format!(
            "    # One event per operation adds up: leave `events` out where you need them.\n    config = {}({})\n",
            class(self.reporter),
            python(&example(self.reporter)).0
        )
    }

    fn validate(&self) -> String {
        let action = if self.chain.contains(&StageKind::Execute) {
            "ExecuteStage.http_get"
        } else {
            "ActStage.visit"
        };
        VALIDATE.replace("@ACTION@", action)
    }
}

/// Writes an import, on several lines where one is too long.
fn import(names: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    let line = format!("from squall import {}\n", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let names = names.iter().map(|name| format!("    {name},\n"));
    format!("from squall import (\n{})\n", names.collect::<String>())
}

fn setup(url: &str) -> String {
    format!(
        "    batch_size = 10  # virtual users\n    total_time = \"10s\"\n    base_url = \"{url}\"\n"
    )
}

fn act(url: &str) -> String {
    format!(
        "    @action()\n    async def visit(self):\n        \"\"\"Runs once: what the load needs, or leaves behind.\"\"\"\n        \
         return await self.client.http.get(\"{url}/\")\n"
    )
}

fn teardown(url: &str) -> String {
    format!(
        "    @teardown()\n    async def clean_up(self):\n        \"\"\"Runs once at the end, also where a stage has failed.\"\"\"\n        \
         await self.client.http.get(\"{url}/\")\n"
    )
}

const COMPILED: &str = "    @action()
    async def http_get(self):
        return await self.client.http.get(\"/\", expect=expect(status=200))
";

const TASK: &str = "    @task()
    async def http_get(self):
        \"\"\"Runs in Python for every iteration: it may do anything.\"\"\"
        answer = await self.client.http.get(\"/\")
        answer.raise_for_status()
        return answer
";

const VALIDATE: &str = "    @validate(\"@ACTION@\")
    async def answers(self, perform):
        \"\"\"Tries the action once; where this returns `False` or raises, the run ends here.\"\"\"
        answer = await perform()
        return answer.status == 200
";

const CHECKPOINT: &str = "    @save(save_path=\"checkpoint.json\")
    async def remember(self, context):
        \"\"\"Writes what the stages before it have published.\"\"\"
        return dict(context)
";

const WAIT: &str = "    \"\"\"Waits for the stages that it depends on.\"\"\"\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::starter::check_order;

    fn text(chain: &[StageKind], engine: StarterEngine) -> String {
        let starter = Starter {
            chain,
            engine,
            reporter: "json",
            url: "http://127.0.0.1:8080",
        };
        starter.text()
    }

    #[test]
    fn every_stage_can_be_written() {
        check_order(&StageKind::ALL).unwrap();
        insta::assert_snapshot!(text(&StageKind::ALL, StarterEngine::Task));
    }

    #[test]
    fn stages_of_one_kind_have_names_of_their_own() {
        use StageKind::{Execute, Setup};
        let text = text(&[Setup, Execute, Setup, Execute], StarterEngine::Http);
        assert!(
            text.contains("@depends(ExecuteStage)\nclass SetupStage2(Setup):"),
            "{text}"
        );
        assert!(
            text.contains("@depends(SetupStage2)\nclass ExecuteStage2(Execute):"),
            "{text}"
        );
    }
}

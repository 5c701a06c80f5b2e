//! Which stages may follow which: the same rules as for graphs that somebody wrote.

use squall_plan::{PlanError, PlanErrors};

use super::StageKind;
use super::StageKind::{
    Act, Analyze, Checkpoint, Execute, Setup, Submit, Teardown, Validate, Wait,
};

/// Finds everything that is wrong with a chain of stages.
pub(crate) fn check_order(chain: &[StageKind]) -> Result<(), PlanErrors> {
    let mut errors = Vec::new();
    let mut wrong = |message: String, hint: &str| {
        errors.push(PlanError::new("--stages", message).with_hint(hint.to_owned()));
    };
    if let Some(first) = chain.first().filter(|first| !may_be_first(**first)) {
        let message = format!("`{}` cannot come first", first.typed());
        wrong(
            message,
            "begin with `setup`, or what comes before that: `validate`, `act`",
        );
    }
    for pair in chain.windows(2) {
        let [before, after] = [pair[0], pair[1]];
        if !may_follow(before, after) {
            let message = format!(
                "`{}` cannot come right after `{}`",
                after.typed(),
                before.typed()
            );
            wrong(message, hint(before, after));
        }
    }
    for (at, stage) in chain.iter().enumerate().filter(|_| chain.len() > 1) {
        let (earlier, later) = (&chain[..at], &chain[at + 1..]);
        match stage {
            // The first and what it follows were told above.
            Execute if at > 0 && !earlier.contains(&Setup) => {
                wrong(
                    "no `setup` comes before `execute`".to_owned(),
                    "it says how much load there is",
                );
            }
            Analyze | Submit if at > 0 && !earlier.contains(&Execute) => {
                let message = format!("no `execute` comes before `{}`", stage.typed());
                wrong(message, "it would have no results");
            }
            Setup if !sends(later) => {
                wrong(
                    "no `execute` comes after `setup`".to_owned(),
                    "it says how much load that sends",
                );
            }
            _ => {}
        }
    }
    if !sends(chain) {
        wrong(
            "neither `execute` nor `act` is among the stages".to_owned(),
            "one of them sends requests",
        );
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(PlanErrors(errors))
    }
}

fn sends(stages: &[StageKind]) -> bool {
    stages.contains(&Execute) || stages.contains(&Act)
}

fn may_be_first(stage: StageKind) -> bool {
    !matches!(stage, Execute | Analyze | Submit | Teardown)
}

fn may_follow(before: StageKind, after: StageKind) -> bool {
    match (before, after) {
        (Teardown, after) => after == Teardown,
        (Act | Validate | Checkpoint | Wait, _)
        | (_, Act | Validate | Checkpoint | Wait | Teardown) => true,
        (Setup, after) => after == Execute,
        (Execute, after) => matches!(after, Setup | Execute | Analyze),
        (Analyze, after) => after == Submit,
        (Submit, after) => matches!(after, Setup | Execute | Submit),
    }
}

fn hint(before: StageKind, after: StageKind) -> &'static str {
    match (before, after) {
        (Teardown, _) => "`teardown` comes last",
        (Setup, Submit) => "put `execute` and `analyze` between them",
        (Execute, Submit) => "put `analyze` between them",
        (Analyze, Setup | Execute) => "put `submit` between them",
        (Analyze, Analyze) => "leave one of them out",
        _ => "put `execute` between them",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(chain: &[StageKind]) -> String {
        let errors = check_order(chain).map_or_else(|errors| errors.0, |()| Vec::new());
        let lines = errors.iter().map(|error| error.message.clone());
        lines.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn wrong_orders_are_said_in_words() {
        for (chain, expected) in [
            (&[Setup, Execute, Analyze, Submit][..], ""),
            (&[Setup, Execute], ""),
            (&[Act], ""),
            (
                &[
                    Validate, Setup, Act, Execute, Checkpoint, Analyze, Submit, Teardown,
                ],
                "",
            ),
            (
                &[Setup, Execute, Submit],
                "`submit` cannot come right after `execute`",
            ),
            (&[Execute], "`execute` cannot come first"),
            (&[Act, Execute], "no `setup` comes before `execute`"),
            (
                &[Setup, Act, Analyze],
                "no `execute` comes before `analyze`",
            ),
            (
                &[Setup, Execute, Teardown, Analyze],
                "`analyze` cannot come right after `teardown`",
            ),
            (&[Act, Setup], "no `execute` comes after `setup`"),
            (
                &[Wait, Validate],
                "neither `execute` nor `act` is among the stages",
            ),
        ] {
            assert_eq!(told(chain), expected, "{chain:?}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let expected = "`analyze` cannot come first; `setup` cannot come right after `analyze`; \
            no `execute` comes after `setup`; neither `execute` nor `act` is among the stages";
        assert_eq!(told(&[Analyze, Setup]), expected);
    }
}

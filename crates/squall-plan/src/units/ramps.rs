use super::UnitError;
use crate::model::{RampStage, Ramps};

impl Ramps {
    /// The ramps one by one, whichever way they are written.
    ///
    /// # Errors
    /// If the text is not like `30s:100,1m:100`.
    pub fn parse(&self) -> Result<Vec<RampStage>, UnitError> {
        match self {
            Self::List(stages) => Ok(stages.clone()),
            Self::Text(text) => text
                .split(',')
                .map(|part| parse_stage(part, text))
                .collect(),
        }
    }
}

fn parse_stage(part: &str, text: &str) -> Result<RampStage, UnitError> {
    let wrong = |why: &str| {
        let part = part.trim();
        UnitError(format!(
            "`{part}` in `{text}` is not a ramp: {why}; write `DURATION:TARGET` pairs like `30s:100,1m:100`"
        ))
    };
    let (duration, target) = part.split_once(':').ok_or_else(|| wrong("it has no `:`"))?;
    let duration = duration
        .parse()
        .map_err(|_| wrong("what is before `:` is not a duration"))?;
    let target: f64 = target
        .trim()
        .parse()
        .map_err(|_| wrong("what is after `:` is not a number"))?;
    if !target.is_finite() || target < 0.0 {
        return Err(wrong("its target is not a number of at least 0"));
    }
    Ok(RampStage { duration, target })
}

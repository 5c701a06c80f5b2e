//! Arguments of `squall compare`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

/// Arguments of `squall compare`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "A run is named by its id or the beginning of it, by its name (the newest run of that name), `last`, `last~1`, or by its folder.\n\nExamples:\n  squall compare last~1 last\n  squall compare before after\n  squall compare before after --metric p95 --metric failed\n  squall compare before after --format markdown >> comment.md\n  squall compare before after --html comparison.html --open"
)]
pub struct CompareArgs {
    /// The base, and the runs that are compared with it
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    pub runs: Vec<String>,
    /// `text`, `json` for other programs, or `markdown` for a pull request
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: CompareFormat,
    /// Write it to this file as a page with charts as well
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Open that page in the browser
    #[arg(long, requires = "html")]
    pub open: bool,
    /// What is compared: `p50`, `p90`, `p95`, `p99`, `mean`, `rate`, `failed`; all of them by default. Fewer find smaller differences
    #[arg(
        long,
        value_name = "METRIC,…",
        value_delimiter = ',',
        hide_possible_values = true,
        value_parser = PossibleValuesParser::new(squall_compare::Metric::ALL.map(squall_compare::Metric::name))
    )]
    pub metric: Vec<String>,
    /// Confidence of each interval, and of all findings together
    #[arg(long, value_name = "SHARE", default_value = "0.95", value_parser = confidence)]
    pub confidence: f64,
    /// Compare runs that are invalid or had different plans all the same, and say so
    #[arg(long)]
    pub anyway: bool,
    /// Folder in which runs are stored
    #[arg(long, value_name = "DIR", default_value = ".squall/runs")]
    pub runs_dir: PathBuf,
}

/// How a comparison is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// Tables.
    #[default]
    Text,
    /// A JSON document.
    Json,
    /// Markdown.
    Markdown,
}

fn confidence(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.5..1.0).contains(&share) {
        Ok(share)
    } else {
        Err("a share from 0.5 to below 1, like 0.99".to_owned())
    }
}

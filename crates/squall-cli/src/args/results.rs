//! Options for what is left of a run, and the commands on stored runs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, SummaryPart};

/// What a run leaves, and for whom.
#[derive(Clone, Debug, Default, Args)]
pub struct ResultsArgs {
    /// Store this with the run; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE", help_heading = "Results")]
    pub tags: Vec<String>,
    /// Write the results to a file as well (`json`, `csv`, `csv-intervals`, `parquet`, `junit` or `markdown`), or send them to a reporter while the load goes (`squall reporters` lists them and their targets); may be given several times
    #[arg(long = "out", value_name = "NAME=TARGET", help_heading = "Results")]
    pub outs: Vec<String>,
    /// Start the load also where a reporter's backend cannot be reached; what it is sent waits
    #[arg(long, help_heading = "Results")]
    pub no_reporter_check: bool,
    /// `text`, or `json` for `summary.json` on standard output and nothing else there
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        help_heading = "Results"
    )]
    pub format: Format,
    /// Keep so many runs of this name, and remove older ones at the end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Results")]
    pub keep: Option<u32>,
    /// Leave the job summary of GitHub Actions (`GITHUB_STEP_SUMMARY`) alone
    #[arg(long, help_heading = "Results")]
    pub no_step_summary: bool,
}

/// A format that a run can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// The summary as it is stored
    Json,
    /// A row for each action
    Csv,
    /// A row for each second and series
    CsvIntervals,
    /// A row for each second and series, for pandas, Polars or `DuckDB`
    Parquet,
    /// `JUnit` XML
    Junit,
    /// For pull requests and job summaries
    Markdown,
}

/// Where stored runs are.
#[derive(Clone, Debug, Args)]
pub struct RunsArgs {
    /// Folder in which runs are stored
    #[arg(long, value_name = "DIR", default_value = ".squall/runs")]
    pub runs_dir: PathBuf,
}

/// A verdict, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerdictArg {
    /// It passed
    Passed,
    /// It failed
    Failed,
    /// It is invalid
    Invalid,
    /// It is under way
    Running,
    /// It was killed
    Unfinished,
    /// Its summary cannot be read
    Unreadable,
}

/// Arguments of `squall history`.
#[derive(Clone, Debug, Args)]
#[command(after_help = HISTORY_EXAMPLES)]
pub struct HistoryArgs {
    /// Runs of this name alone
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Runs that ended so: `passed`, `failed`, `invalid`, `running`, `unfinished` or `unreadable`
    #[arg(long, value_enum, hide_possible_values = true, value_name = "VERDICT")]
    pub verdict: Option<VerdictArg>,
    /// Runs with this tag, whatever its value or with this one; of several, all
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    pub tags: Vec<String>,
    /// So many runs at most; by default 20 in a table, and all as JSON
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// `text`, or `json` for a list
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
    /// Remove the oldest runs of each name, or of `--name`, first; none that is under way
    #[arg(long, requires = "keep", conflicts_with_all = ["verdict", "tags"])]
    pub prune: bool,
    /// How many runs of each name `--prune` keeps
    #[arg(long, value_name = "N", requires = "prune", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep: Option<u32>,
    /// Where they are.
    #[command(flatten)]
    pub runs: RunsArgs,
}

const HISTORY_EXAMPLES: &str = "\
Examples:
  squall history
  squall history --name shop --verdict failed
  squall history --tag branch=main --limit 5 --format json
  squall history --prune --keep 20";

/// Arguments of `squall report`.
#[derive(Clone, Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct ReportArgs {
    /// An id or its beginning, a name for its newest run, `last`, `last~1`, or the folder of a run
    #[arg(default_value = "last")]
    pub run: String,
    /// Write the HTML report to this file, instead of showing the summary
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Open the HTML report in the browser: `report.html` of the run, or what `--html` writes
    #[arg(long)]
    pub open: bool,
    /// Send what a reporter's backend did not take while the run went on, instead of showing the summary; `all` for every reporter
    #[arg(long, value_name = "REPORTER", conflicts_with_all = ["html", "open"])]
    pub resend: Option<String>,
    /// Where it goes, if not where the test says: also how a password is given again, as none is stored
    #[arg(long = "out", value_name = "NAME=TARGET", requires = "resend")]
    pub outs: Vec<String>,
    /// Parts of the summary to show: `session`, `stages`, `actions`, `timings`, `system`; all but `timings` are shown anyway
    #[arg(
        long,
        value_enum,
        value_name = "PART,…",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub show_summaries: Vec<SummaryPart>,
    /// Parts of the summary to leave out; the same names
    #[arg(
        long,
        value_enum,
        value_name = "PART,…",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub hide_summaries: Vec<SummaryPart>,
    /// Where stored runs are.
    #[command(flatten)]
    pub runs: RunsArgs,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  squall report
  squall report last~1
  squall report shop --open
  squall report shop --html shop.html
  squall report shop --show-summaries timings
  squall report last --resend postgres
  squall report 20260102-0304";

/// Arguments of `squall reporters`.
#[derive(Clone, Debug, Args)]
#[command(after_help = REPORTERS_EXAMPLES)]
pub struct ReportersArgs {
    /// Name of a reporter; its settings are shown
    pub name: Option<String>,
    /// `text`, or `json` for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

const REPORTERS_EXAMPLES: &str = "\
Examples:
  squall reporters
  squall reporters json
  squall run shop.py --out json=results/";

/// Arguments of `squall export`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct ExportArgs {
    /// An id or its beginning, a name for its newest run, `last`, `last~1`, or the folder of a run
    pub run: String,
    /// `json`, `csv`, `junit` or `markdown` for the results; `parquet` or `csv-intervals` for every second of each series
    #[arg(long, value_enum, hide_possible_values = true, value_name = "FORMAT")]
    pub format: RunFormat,
    /// File to write; by default it goes to standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where stored runs are.
    #[command(flatten)]
    pub runs: RunsArgs,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  squall export last --format markdown
  squall export shop --format junit -o results.xml
  squall export last~1 --format csv -o before.csv
  squall export shop --format parquet -o shop.parquet
  squall export shop --format csv-intervals | head";

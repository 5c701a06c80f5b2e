//! Arguments of `squall project …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

/// `squall project …`.
#[derive(Clone, Debug, Subcommand)]
pub enum ProjectCommand {
    /// Begin a project: its folders, `squall.toml`, a git repository with a first commit
    Create(ProjectCreateArgs),
    /// Register the tests that are found, and exchange commits with the others
    Sync(ProjectSyncArgs),
    /// Get a project from its repository, or bring it up to date
    Get(ProjectGetArgs),
    /// Show what is registered
    About(ProjectAboutArgs),
}

/// Arguments of `squall project create`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall project create\n  squall project create git@git.example:load/shop.git --path shop --project-name shop"
)]
pub struct ProjectCreateArgs {
    /// Address of the repository that the project will be sent to; may come later
    pub url: Option<String>,
    /// Name of the project's package; `squall_tests` by default
    #[arg(long, value_name = "NAME")]
    pub project_name: Option<String>,
    /// What all commands take.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `squall project sync`.
#[derive(Clone, Debug, Args)]
#[command(after_help = SYNC_EXAMPLES)]
pub struct ProjectSyncArgs {
    /// Address of the repository, where the remote is new
    #[arg(long)]
    pub url: Option<String>,
    /// Message of the commit
    #[arg(long, value_name = "TEXT")]
    pub sync_message: Option<String>,
    /// Only register what is found, and leave git alone
    #[arg(long)]
    pub local: bool,
    /// What all commands take.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `squall project get`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  squall project get git@git.example:load/shop.git\n  squall project get https://git.example/load/shop.git --path shop --branch night"
)]
pub struct ProjectGetArgs {
    /// Address of the repository
    pub url: String,
    /// What all commands take.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `squall project about`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  squall project about\n  squall project about --format json")]
pub struct ProjectAboutArgs {
    /// Folder of the project; the working directory by default
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// Files in which no tests are looked for: patterns as of a shell; may be given several times
    #[arg(long, value_name = "PATTERN,…", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// `text`, or `json`
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Where a project is, here and elsewhere.
#[derive(Clone, Debug, Default, Args)]
pub struct PlaceArgs {
    /// Folder of the project; the working directory by default, of `get` one named after the repository
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// Branch; the current one by default, `main` in a new repository
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Name of the remote; `origin` by default
    #[arg(long, value_name = "NAME")]
    pub remote: Option<String>,
    /// Files in which no tests are looked for: patterns as of a shell; may be given several times
    #[arg(long, value_name = "PATTERN,…", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Not taken: secrets are git's.
    #[arg(long, hide = true)]
    pub username: Option<String>,
    /// As above.
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "")]
    pub password: Option<String>,
}

const SYNC_EXAMPLES: &str = "\
In this order: fetch, commit all that has changed in the project, put the commits onto those of the others (`git rebase`), register \
the tests in `squall.toml`, commit that, push. Where something is in the way, it says what, and the work stays as it was.

Examples:
  squall project sync --sync-message 'test the new checkout'
  squall project sync --branch night
  squall project sync --local --ignore 'drafts/*'";

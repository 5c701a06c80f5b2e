//! Options of a load, shared by `squall http` and `squall run`.

use clap::Args;

/// How much load, and for how long.
#[derive(Clone, Debug, Default, Args)]
pub struct LoadArgs {
    /// Virtual users; with `--rate`, how many there may be at most
    #[arg(short, long, value_name = "N", help_heading = "Load")]
    pub users: Option<u32>,
    /// Iterations started a second, however long they take: `500`, `500/s`, `30/m`
    #[arg(short, long, value_name = "RATE", help_heading = "Load")]
    pub rate: Option<String>,
    /// How long: `250ms`, `90s`, `1h30m`
    #[arg(short, long, value_name = "TIME", help_heading = "Load")]
    pub duration: Option<String>,
    /// Iterations that all users share
    #[arg(short = 'n', long, value_name = "N", help_heading = "Load")]
    pub iterations: Option<u64>,
    /// Ramps of users, or with `--rate` of the rate: `30s:100,1m:100`
    #[arg(
        long,
        value_name = "RAMPS",
        help_heading = "Load",
        conflicts_with = "duration"
    )]
    pub stages: Option<String>,
    /// Space the iterations of `--rate` like independent users, not evenly
    #[arg(long, help_heading = "Load")]
    pub poisson: bool,
    /// Wait of each user between iterations: `1s`, `1s..3s`
    #[arg(long, value_name = "TIME", help_heading = "Load")]
    pub pause: Option<String>,
    /// Names of options that were not typed, but come from the environment or `squall.toml`.
    #[arg(skip)]
    pub untyped: Vec<String>,
}

impl LoadArgs {
    /// The options, by name.
    pub(crate) const OPTIONS: [&str; 7] = [
        "users",
        "rate",
        "duration",
        "iterations",
        "stages",
        "poisson",
        "pause",
    ];

    /// Returns an option as it was typed; `None` where it was not.
    pub(crate) fn typed(&self, long: &str) -> Option<String> {
        if self.untyped.iter().any(|untyped| untyped == long) {
            return None;
        }
        let (option, value) = match long {
            "users" => ("-u", self.users?.to_string()),
            "rate" => ("-r", self.rate.clone()?),
            "duration" => ("-d", self.duration.clone()?),
            "iterations" => ("-n", self.iterations?.to_string()),
            "stages" => ("--stages", self.stages.clone()?),
            "pause" => ("--pause", self.pause.clone()?),
            "poisson" => return self.poisson.then(|| "--poisson".to_owned()),
            _ => return None,
        };
        Some(format!("{option} {value}"))
    }
}

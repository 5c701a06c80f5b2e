use super::checked::{CheckedLoad, IterationTotal, peak};
use super::checker::Checker;
use crate::model::{
    ClosedLoad, IterationLoad, LoadProfile, OpenLoad, RampStage, Ramps, VolumeLoad,
};
use crate::place::Place;
use crate::units::{Rate, Span};

pub(super) const DEFAULT_MAX_WAIT: Span = Span::from_secs(10);
pub(super) const DEFAULT_MAX_VOLUME: u32 = 10_000;
const DEFAULT_MAX_DURATION: Span = Span::from_secs(600);

impl Checker<'_> {
    /// The load profile with its defaults, if it is one.
    pub(super) fn load(&mut self, load: &LoadProfile, place: &Place<'_>) -> Option<CheckedLoad> {
        match load {
            LoadProfile::Closed(load) => self.closed(load, &place.key("closed")),
            LoadProfile::Open(load) => self.open(load, &place.key("open")),
            LoadProfile::Iterations(load) => self.iterations(load, &place.key("iterations")),
            LoadProfile::Volume(load) => Some(self.volume(load, &place.key("volume"))),
            LoadProfile::Batches(load) => self.batches(load, &place.key("batches")),
            LoadProfile::Completions(load) => {
                Some(self.completions(load, &place.key("completions")))
            }
            LoadProfile::Eager(load) => Some(self.eager(load, &place.key("eager"))),
            LoadProfile::Arrivals(load) => Some(self.arrivals(load, &place.key("arrivals"))),
        }
    }

    fn closed(&mut self, load: &ClosedLoad, place: &Place<'_>) -> Option<CheckedLoad> {
        self.above_zero(load.pacing, &place.key("pacing"));
        let profile = Profile {
            start: load.users.map(f64::from),
            start_name: "users",
            duration: load.duration,
            stages: load.stages.as_ref(),
            most: f64::from(u32::MAX),
        };
        let (start_users, ramps) = self.ramps(&profile, place)?;
        Some(CheckedLoad::Closed {
            start_users,
            ramps,
            pacing: load.pacing,
            pause: load.pause.clone(),
            grow: self.growth(load, &place.key("grow")),
        })
    }

    fn open(&mut self, load: &OpenLoad, place: &Place<'_>) -> Option<CheckedLoad> {
        self.some_users(load.max_users, &place.key("max_users"));
        let profile = Profile {
            start: load.rate.map(Rate::as_per_second),
            start_name: "rate",
            duration: load.duration,
            stages: load.stages.as_ref(),
            most: 1e9,
        };
        let (start_rate, ramps) = self.ramps(&profile, place)?;
        let max_users = load
            .max_users
            .unwrap_or_else(|| default_max_users(peak(start_rate, &ramps)));
        let max_wait = load.max_wait.unwrap_or(DEFAULT_MAX_WAIT);
        Some(CheckedLoad::Open {
            start_rate,
            ramps,
            spacing: load.spacing,
            max_users,
            max_wait,
        })
    }

    fn iterations(&mut self, load: &IterationLoad, place: &Place<'_>) -> Option<CheckedLoad> {
        self.some_users(Some(load.users), &place.key("users"));
        self.above_zero(load.max_duration, &place.key("max_duration"));
        self.above_zero(load.pacing, &place.key("pacing"));
        let total = match (load.shared, load.per_user) {
            (Some(total), None) => IterationTotal::Shared(total),
            (None, Some(total)) => IterationTotal::PerUser(total),
            _ => {
                let message =
                    "exactly one of `shared` and `per_user` must say how many iterations there are";
                self.findings.add(place, message);
                return None;
            }
        };
        if let IterationTotal::Shared(0) | IterationTotal::PerUser(0) = total {
            let name = if load.shared.is_some() {
                "shared"
            } else {
                "per_user"
            };
            self.findings
                .add(&place.key(name), "there must be at least 1 iteration");
        }
        Some(CheckedLoad::Iterations {
            users: load.users,
            total,
            max_duration: load.max_duration.unwrap_or(DEFAULT_MAX_DURATION),
            pacing: load.pacing,
            pause: load.pause.clone(),
        })
    }

    fn volume(&mut self, load: &VolumeLoad, place: &Place<'_>) -> CheckedLoad {
        self.not_empty(&load.entry, &place.key("entry"));
        self.above_zero(load.pacing, &place.key("pacing"));
        self.above_zero(load.duration, &place.key("duration"));
        self.some_users(load.max_users, &place.key("max_users"));
        CheckedLoad::Volume {
            entry: load.entry.clone(),
            duration: load.duration,
            max_users: load.max_users.unwrap_or(DEFAULT_MAX_VOLUME),
            pacing: load.pacing,
        }
    }

    pub(super) fn some_users(&mut self, users: Option<u32>, place: &Place<'_>) {
        if users == Some(0) {
            self.findings
                .add(place, "without virtual users no iteration can start");
        }
    }

    /// The start and the ramps of users or of a rate.
    fn ramps(&mut self, profile: &Profile<'_>, place: &Place<'_>) -> Option<(f64, Vec<RampStage>)> {
        match profile.stages {
            Some(stages) => self.staged(profile, stages, place),
            None => self.constant(profile, place),
        }
    }

    fn constant(
        &mut self,
        profile: &Profile<'_>,
        place: &Place<'_>,
    ) -> Option<(f64, Vec<RampStage>)> {
        let name = profile.start_name;
        let (Some(start), Some(duration)) = (profile.start, profile.duration) else {
            let missing = match (profile.start, profile.duration) {
                (None, None) => format!("`{name}` and `duration` are missing"),
                (None, Some(_)) => format!("`{name}` is missing"),
                _ => "`duration` is missing".to_owned(),
            };
            let hint = format!("give `{name}` and `duration`, or `stages` like `30s:100,1m:100`");
            self.findings.add_with_hint(place, missing, hint);
            return None;
        };
        self.above_zero(profile.duration, &place.key("duration"));
        let ramps = vec![RampStage {
            duration,
            target: start,
        }];
        if start > 0.0 {
            self.target(start, profile, &place.key(name));
        } else {
            self.findings
                .add(&place.key(name), format!("`{name}` must be greater than 0"));
        }
        Some((start, ramps))
    }

    fn staged(
        &mut self,
        profile: &Profile<'_>,
        stages: &Ramps,
        place: &Place<'_>,
    ) -> Option<(f64, Vec<RampStage>)> {
        if profile.duration.is_some() {
            let hint = "leave it out: the stages say how long they take";
            self.findings.add_with_hint(
                &place.key("duration"),
                "`duration` does not go with `stages`",
                hint,
            );
        }
        let name = profile.start_name;
        let place = place.key("stages");
        let ramps = stages
            .parse()
            .map_err(|error| self.findings.add(&place, error.to_string()))
            .ok()?;
        let start = profile.start.unwrap_or(0.0);
        for (index, ramp) in ramps.iter().enumerate() {
            self.target(ramp.target, profile, &place.index(index).key("target"));
        }
        if ramps.iter().all(|ramp| ramp.duration.is_zero()) {
            self.findings.add(&place, "the stages take no time at all");
        } else if peak(start, &ramps) <= 0.0 {
            self.findings.add(
                &place,
                format!("no stage ever has a target of `{name}` greater than 0"),
            );
        }
        Some((start, ramps))
    }

    fn target(&mut self, target: f64, profile: &Profile<'_>, place: &Place<'_>) {
        if !(target.is_finite() && target >= 0.0 && target <= profile.most) {
            let message = format!("`{target}` is not a number from 0 to {}", profile.most);
            self.findings.add(place, message);
        }
    }
}

/// What closed and open loads have alike.
struct Profile<'a> {
    start: Option<f64>,
    start_name: &'static str,
    duration: Option<Span>,
    stages: Option<&'a Ramps>,
    /// Largest target that makes sense.
    most: f64,
}

/// Two seconds' worth of iterations.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits before"
)]
fn default_max_users(peak_rate: f64) -> u32 {
    (peak_rate * 2.0).ceil().clamp(100.0, 20_000.0) as u32
}

//! From options to a load profile, whole or in part.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use squall_plan::{
    ClosedLoad, IterationLoad, LoadProfile, OpenLoad, Pause, PlanError, PlanErrors, Ramps, Rate,
    Spacing, Span,
};

use crate::args::LoadArgs;
use crate::load::notes::{Idle, Why};

/// Users of a load for which nothing is said.
const DEFAULT_USERS: u32 = 10;
/// Length of a load for which nothing is said.
const DEFAULT_DURATION: Span = Span::from_secs(10);

/// What the options say of the load; the rest is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoadOptions {
    users: Option<u32>,
    rate: Option<Rate>,
    duration: Option<Span>,
    stages: Option<Ramps>,
    iterations: Option<u64>,
    spacing: Option<Spacing>,
    pause: Option<Pause>,
    /// Those that were typed: name, and text.
    typed: Vec<(&'static str, String)>,
}

impl LoadOptions {
    /// Reads the options, and finds those that contradict each other.
    pub(crate) fn read(args: &LoadArgs) -> Result<Self, PlanErrors> {
        let mut errors = Vec::new();
        let options = Self {
            users: args.users,
            rate: parse("--rate", args.rate.as_deref(), &mut errors),
            duration: parse("--duration", args.duration.as_deref(), &mut errors),
            stages: args.stages.clone().map(Ramps::Text),
            iterations: args.iterations,
            spacing: args.poisson.then_some(Spacing::Poisson),
            pause: parse("--pause", args.pause.as_deref(), &mut errors),
            typed: LoadArgs::OPTIONS
                .iter()
                .filter_map(|name| Some((*name, args.typed(name)?)))
                .collect(),
        };
        if let Some(Err(error)) = options.stages.as_ref().map(Ramps::parse) {
            errors.push(wrong("--stages", &error.to_string()));
        }
        if errors.is_empty() {
            errors = options.contradictions();
        }
        if errors.is_empty() {
            Ok(options)
        } else {
            Err(PlanErrors(errors))
        }
    }

    fn contradictions(&self) -> Vec<PlanError> {
        let mut errors = Vec::new();
        if self.stages.is_some() && self.iterations.is_some() {
            let error = wrong("--iterations", "`--stages` says already when the load ends");
            errors.push(error.with_hint("leave out one of the two".to_owned()));
        }
        if self.spacing.is_some() && self.rate.is_none() {
            let error = wrong(
                "--poisson",
                "there is no rate whose iterations it could space",
            );
            errors.push(error.with_hint("give one, like `--rate 500`".to_owned()));
        }
        if self.pause.is_some() && self.rate.is_some() {
            let error = wrong(
                "--pause",
                "with `--rate` iterations start when they are due",
            );
            errors.push(error.with_hint("leave out one of the two".to_owned()));
        }
        errors
    }

    /// Tells whether the options ask for no load at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.users.is_none()
            && self.rate.is_none()
            && self.duration.is_none()
            && self.stages.is_none()
            && self.iterations.is_none()
            && self.pause.is_none()
    }

    /// Makes a whole load profile, of defaults where the options leave something open.
    pub(crate) fn profile(&self) -> LoadProfile {
        let users = self.users.unwrap_or(DEFAULT_USERS);
        match (self.rate, self.iterations) {
            (Some(rate), _) => LoadProfile::Open(OpenLoad {
                rate: Some(rate),
                duration: self.duration_or_default(),
                stages: self.stages.clone(),
                spacing: self.spacing.unwrap_or_default(),
                max_users: self.users,
                max_wait: None,
            }),
            (None, Some(shared)) => LoadProfile::Iterations(IterationLoad {
                users,
                shared: Some(shared),
                max_duration: self.duration,
                pause: self.pause.clone(),
                ..IterationLoad::default()
            }),
            (None, None) => LoadProfile::Closed(ClosedLoad {
                // Ramps start from nobody unless told otherwise.
                users: self.users.or(self.stages.is_none().then_some(users)),
                duration: self.duration_or_default(),
                stages: self.stages.clone(),
                pause: self.pause.clone(),
                ..ClosedLoad::default()
            }),
        }
    }

    /// Adds to a written load profile what it leaves open; returns what was typed and has no effect.
    pub(in crate::load) fn fill(&self, profile: &mut Map<String, Value>) -> Vec<Idle> {
        let Some((kind, Value::Object(load))) = profile.iter_mut().next() else {
            return Vec::new();
        };
        let written = load.clone();
        self.fill_load(kind, load);
        let idle = |(name, typed): &(&str, String)| {
            let why = why_idle(name, kind, &written, load)?;
            Some(Idle {
                typed: typed.clone(),
                why,
            })
        };
        self.typed.iter().filter_map(idle).collect()
    }

    fn fill_load(&self, kind: &str, load: &mut Map<String, Value>) {
        match kind {
            "closed" => {
                if !load.contains_key("stages") {
                    put(load, "users", &self.users);
                }
                put(load, "pause", &self.pause);
                self.fill_length(load);
            }
            "open" => {
                if !load.contains_key("stages") {
                    put(load, "rate", &self.rate);
                }
                put(load, "max_users", &self.users);
                put(load, "spacing", &self.spacing);
                self.fill_length(load);
            }
            "iterations" => {
                put(load, "users", &self.users);
                put(load, "pause", &self.pause);
                put(load, "max_duration", &self.duration);
                if !load.contains_key("per_user") {
                    put(load, "shared", &self.iterations);
                }
            }
            "volume" => {
                put(load, "max_users", &self.users);
                put(load, "duration", &self.length());
            }
            _ => {}
        }
    }

    fn fill_length(&self, load: &mut Map<String, Value>) {
        if !load.contains_key("duration") && !load.contains_key("stages") {
            put(load, "duration", &self.length());
            put(load, "stages", &self.stages);
        }
    }

    /// Returns the options as attributes of a stage in Python.
    pub(crate) fn attributes(&self) -> Map<String, Value> {
        let mut attributes = Map::new();
        let users = if self.rate.is_some() {
            "max_users"
        } else {
            "batch_size"
        };
        put(&mut attributes, users, &self.users);
        put(&mut attributes, "rate", &self.rate);
        put(&mut attributes, "total_time", &self.length());
        put(&mut attributes, "stages", &self.stages);
        put(&mut attributes, "spacing", &self.spacing);
        put(&mut attributes, "pause", &self.pause);
        if self.rate.is_none() {
            put(&mut attributes, "iterations", &self.iterations);
        }
        attributes
    }

    /// Returns what was typed, by the attributes of a stage in Python.
    pub(crate) fn typed_attributes(&self) -> IndexMap<&'static str, &str> {
        let attribute = |name: &str| match name {
            "users" if self.rate.is_some() => "max_users",
            "users" => "batch_size",
            "rate" => "rate",
            "duration" => "total_time",
            "iterations" if self.rate.is_some() => "total_time",
            "iterations" => "iterations",
            "stages" => "stages",
            "poisson" => "spacing",
            _ => "pause",
        };
        let typed = self.typed.iter();
        typed
            .map(|(name, typed)| (attribute(name), typed.as_str()))
            .collect()
    }

    /// Returns how long the load lasts: iterations of a rate take as long as the rate says.
    fn length(&self) -> Option<Span> {
        let counted = self
            .rate
            .zip(self.iterations)
            .and_then(|(rate, n)| Span::from_secs_f64(n as f64 / rate.as_per_second()));
        match (self.duration, counted) {
            (Some(duration), Some(counted)) => Some(duration.min(counted)),
            (duration, counted) => duration.or(counted),
        }
    }

    fn duration_or_default(&self) -> Option<Span> {
        let default = self.stages.is_none().then_some(DEFAULT_DURATION);
        self.length().or(default)
    }
}

/// Tells why an option has no effect on a load; `None` where it has one.
fn why_idle(
    option: &str,
    kind: &str,
    written: &Map<String, Value>,
    filled: &Map<String, Value>,
) -> Option<Why> {
    let member = match (kind, option) {
        ("closed" | "iterations", "users") => "users",
        ("open" | "volume", "users") => "max_users",
        ("open", "rate") => "rate",
        ("iterations", "duration") => "max_duration",
        ("closed" | "open" | "volume", "duration") | ("open", "iterations") => "duration",
        ("iterations", "iterations") => "shared",
        ("closed" | "open", "stages") => "stages",
        ("closed" | "iterations", "pause") => "pause",
        ("open", "poisson") => "spacing",
        _ => return Some(Why::Foreign(kind.to_owned())),
    };
    if written.contains_key(member) {
        return Some(Why::Said(format!("{kind}.{member}")));
    }
    if filled.contains_key(member) {
        return None;
    }
    let excluding = ["stages", "duration", "per_user"];
    let excluding = excluding
        .into_iter()
        .find(|name| written.contains_key(*name));
    Some(excluding.map_or_else(|| Why::Foreign(kind.to_owned()), Why::Excluded))
}

/// Sets a member that is not there to a value that is.
fn put(object: &mut Map<String, Value>, name: &str, value: &impl serde::Serialize) {
    let value = json!(value);
    if !value.is_null() {
        object.entry(name).or_insert(value);
    }
}

/// Reads the text of an option as the plan would read it.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    option: &str,
    text: Option<&str>,
    errors: &mut Vec<PlanError>,
) -> Option<T> {
    let text = text?;
    match serde_json::from_value(Value::from(text)) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.push(wrong(option, &error.to_string()));
            None
        }
    }
}

/// Makes an error about an option.
pub(in crate::load) fn wrong(option: &str, message: &str) -> PlanError {
    PlanError::new(option, message)
}

//! `squall reporters`.

use std::fmt::Write as _;

use serde_json::{Value, json};
use squall_plan::PlanError;
use squall_reporters::{COMMON, EventSelection, REGISTRATIONS, Registration, SettingInfo, find};

use super::refuse;
use crate::args::{Format, ReportersArgs};
use crate::{exit, output};

/// Shows which reporters there are, or what one of them can be told.
pub(super) fn run(args: &ReportersArgs) -> anyhow::Result<u8> {
    let chosen = match &args.name {
        None => REGISTRATIONS.iter().collect(),
        Some(name) => match find(name) {
            Ok(registration) => vec![registration],
            Err(error) => return Ok(refuse(&PlanError::new("NAME", error.to_string()).into())),
        },
    };
    let text = match (args.format, &chosen[..]) {
        (Format::Json, _) => {
            let described: Vec<Value> = chosen.into_iter().map(described).collect();
            let common: Vec<Value> = COMMON.iter().map(setting).collect();
            let document = json!({"reporters": described, "common": common});
            serde_json::to_string_pretty(&document)? + "\n"
        }
        (Format::Text, [one]) if args.name.is_some() => page(one),
        (Format::Text, all) => list(all),
    };
    output::print(&text);
    Ok(exit::PASSED)
}

fn list(all: &[&Registration]) -> String {
    let width = all.iter().map(|one| one.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for one in all {
        line(&mut text, &format!("{:width$}  {}", one.name, one.summary));
        line(
            &mut text,
            &format!("{:width$}  --out {}={}", "", one.name, one.target.form),
        );
    }
    line(&mut text, "");
    line(
        &mut text,
        "`squall reporters NAME` shows the settings of one; they go into `[reporters.NAME]` of `squall.toml`, a plan, or its class in Python.",
    );
    text
}

fn page(one: &Registration) -> String {
    let mut text = String::new();
    line(&mut text, &format!("{}: {}", one.name, one.summary));
    line(&mut text, "");
    line(
        &mut text,
        &format!("command line  --out {}={}", one.name, one.target.form),
    );
    line(
        &mut text,
        &format!("Python        squall.reporters.{}", one.class),
    );
    line(
        &mut text,
        &format!("squall.toml   [reporters.{}]", one.name),
    );
    line(&mut text, &format!("guarantee     {}", one.guarantee));
    for (title, settings) in [
        ("Settings:", one.settings),
        ("Settings of every reporter:", COMMON),
    ] {
        line(&mut text, "");
        line(&mut text, title);
        let width = settings
            .iter()
            .map(|info| info.name.len())
            .max()
            .unwrap_or(0);
        for info in settings {
            let default = match info.default {
                _ if info.required => ", required".to_owned(),
                Some(default) => format!(", default {default}"),
                None => String::new(),
            };
            let kind = info.kind.to_string().replace('`', "");
            line(&mut text, &format!("  {:width$}  {}", info.name, info.help));
            line(&mut text, &format!("  {:width$}  ({kind}{default})", ""));
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{}", line.trim_end()).expect("a text takes every line");
}

fn described(one: &Registration) -> Value {
    let settings: Vec<Value> = one.settings.iter().map(setting).collect();
    json!({
        "name": one.name,
        "class": one.class,
        "summary": one.summary,
        "guarantee": one.guarantee,
        "events": match one.events {
            EventSelection::All => json!(true),
            EventSelection::None => json!(false),
            EventSelection::Failed => json!("failed"),
            EventSelection::Sample(share) => json!(share),
        },
        "target": one.target.form,
        "settings": settings,
    })
}

fn setting(info: &SettingInfo) -> Value {
    let default = info
        .default
        .and_then(|text| serde_json::from_str(text).ok());
    json!({
        "name": info.name,
        "kind": info.kind,
        "says": info.kind.to_string(),
        "default": default.unwrap_or(Value::Null),
        "required": info.required,
        "help": info.help,
    })
}

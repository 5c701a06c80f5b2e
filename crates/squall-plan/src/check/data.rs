use indexmap::IndexMap;
use serde_json::Value;

use super::checked::{CheckedPlan, CheckedStage, DataUse};
use super::checker::Checker;
use crate::error::{PlanError, PlanErrors};
use crate::model::{DataPool, RowOrder};
use crate::nearest;
use crate::place::Place;

type Row = IndexMap<String, Value>;

impl<'a> Checker<'a> {
    /// Checks that a pool has one source; for rows in the plan, also that there are some and that they are alike.
    pub(super) fn pool(&mut self, name: &str, pool: &'a DataPool, place: &Place<'a>) {
        self.not_empty(name, place);
        let files = [
            (&pool.csv, "csv"),
            (&pool.json, "json"),
            (&pool.json_lines, "json_lines"),
        ];
        let mut given: Vec<&str> = files
            .iter()
            .filter(|(path, _)| path.is_some())
            .map(|(_, kind)| *kind)
            .collect();
        given.extend(pool.rows.is_some().then_some("rows"));
        if given.len() != 1 {
            let found = if given.is_empty() {
                "none is".to_owned()
            } else {
                format!("{} are", nearest::list(&given))
            };
            let message = format!(
                "exactly one of `csv`, `json`, `json_lines` and `rows` must be given; {found}"
            );
            self.findings.add(place, message);
        }
        for (path, kind) in files {
            if let Some(path) = path {
                self.file(path, &place.key(kind));
            }
        }
        if let Some(rows) = &pool.rows {
            self.rows_alike(rows, &place.key("rows"));
        }
    }

    fn rows_alike(&mut self, rows: &[Row], place: &Place<'_>) {
        let fields = fields_of(rows);
        for (index, row) in rows.iter().enumerate() {
            if let Some(field) = fields
                .iter()
                .find(|field| !row.contains_key(field.as_str()))
            {
                let message = format!("the row has no `{field}`, which other rows have");
                return self.findings.add(&place.index(index), message);
            }
        }
    }

    /// Checks rows that are in the plan itself against the uses of their fields.
    pub(super) fn inline_rows(&mut self, stages: &[CheckedStage], place: &Place<'a>) {
        for (name, pool) in self.pools {
            let place = place.key(name).written_at(pool.source.as_ref());
            if let Some(rows) = &pool.rows {
                let users = users_of(name, &self.data_uses, stages);
                let found = Rows {
                    fields: &fields_of(rows),
                    count: rows.len(),
                    users,
                };
                let errors = check_rows(name, pool, &found, &self.data_uses, &place);
                self.findings.extend(errors);
            }
        }
    }
}

fn fields_of(rows: &[Row]) -> Vec<String> {
    let mut fields: IndexMap<&str, ()> = IndexMap::new();
    fields.extend(rows.iter().flatten().map(|(field, _)| (field.as_str(), ())));
    fields.into_keys().map(str::to_owned).collect()
}

impl CheckedPlan {
    /// Checks the rows that the run read from a pool's file: that there are some, that every field that is used is there, and that
    /// there are enough of them for `unique`.
    ///
    /// # Errors
    /// Everything that is wrong, in the form of [`crate::Plan::check`].
    pub fn check_rows(&self, pool: &str, fields: &[String], rows: usize) -> Result<(), PlanErrors> {
        let Some(written) = self.data.get(pool) else {
            return Ok(());
        };
        let place = Place::root()
            .key("data")
            .key(pool)
            .written_at(written.source.as_ref());
        let found = Rows {
            fields,
            count: rows,
            users: self.users_of(pool),
        };
        let errors = check_rows(pool, written, &found, &self.data_uses, &place);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(PlanErrors(errors))
        }
    }

    /// The most virtual users that take rows of a pool at the same time in one stage.
    pub fn users_of(&self, pool: &str) -> u64 {
        users_of(pool, &self.data_uses, &self.stages)
    }
}

fn users_of(pool: &str, uses: &[DataUse], stages: &[CheckedStage]) -> u64 {
    let takes = |stage: &str, scenario: &str| {
        let mut places = uses
            .iter()
            .filter(|found| found.pool == pool)
            .filter_map(|found| found.scenario.as_ref());
        places.any(|(in_stage, in_scenario)| in_stage == stage && in_scenario == scenario)
    };
    let most = stages.iter().map(|stage| {
        let scenarios = stage.executes().flat_map(|execute| &execute.scenarios);
        let their = scenarios.filter(|scenario| takes(&stage.name, &scenario.name));
        their
            .map(|scenario| u64::from(scenario.load.peak_users()))
            .sum()
    });
    most.max().unwrap_or(0)
}

/// What a pool turned out to hold, and how many take from it.
struct Rows<'a> {
    fields: &'a [String],
    count: usize,
    users: u64,
}

fn check_rows(
    name: &str,
    pool: &DataPool,
    rows: &Rows<'_>,
    uses: &[DataUse],
    place: &Place<'_>,
) -> Vec<PlanError> {
    if rows.count == 0 {
        return vec![place.error(format!("data pool `{name}` has no rows"))];
    }
    let mut errors = Vec::new();
    let count = u64::try_from(rows.count).unwrap_or(u64::MAX);
    if pool.order == RowOrder::Unique && count < rows.users {
        let message = format!(
            "data pool `{name}` has {count} rows for {} virtual users, each of which keeps one",
            rows.users
        );
        errors.push(place.error(message).with_hint(
            "add rows, lower the number of users, or choose another `order`".to_owned(),
        ));
    }
    let fields = uses
        .iter()
        .filter(|found| found.pool == name)
        .filter_map(|found| Some((found, found.field.as_ref()?)));
    let unknown = fields.filter(|(_, field)| !rows.fields.contains(field));
    errors.extend(unknown.map(|(found, field)| {
        let hint = nearest::hint(field, rows.fields.iter().map(String::as_str), "fields");
        PlanError::new(
            found.path.clone(),
            format!("data pool `{name}` has no field `{field}`"),
        )
        .with_hint(hint)
        .with_source(found.source.clone())
    }));
    errors
}

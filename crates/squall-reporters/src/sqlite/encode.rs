//! Values as SQLite holds them: moments and JSON as text, flags as 0 and 1.

use std::fmt::Write;

use rusqlite::types::Null;
use rusqlite::{Statement, ToSql};
use squall_report::WallTime;

use crate::sql::Row;

/// Binds the values of a row to an `INSERT`, and runs it.
#[derive(Debug)]
pub(super) struct BoundRow<'a, 's> {
    statement: &'a mut Statement<'s>,
    next: usize,
    /// The first thing that went wrong in this row.
    failed: Option<rusqlite::Error>,
    text: String,
}

impl<'a, 's> BoundRow<'a, 's> {
    pub(super) fn new(statement: &'a mut Statement<'s>) -> Self {
        Self {
            statement,
            next: 0,
            failed: None,
            text: String::new(),
        }
    }

    fn bind(&mut self, value: impl ToSql) {
        self.next += 1;
        if let Err(error) = self.statement.raw_bind_parameter(self.next, value) {
            self.failed.get_or_insert(error);
        }
    }
}

impl Row for BoundRow<'_, '_> {
    type Error = rusqlite::Error;

    fn start(&mut self) {
        self.next = 0;
    }

    fn text(&mut self, value: &str) {
        self.bind(value);
    }

    fn integer(&mut self, value: u64) {
        self.bind(i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn number(&mut self, value: f64) {
        self.bind(value);
    }

    fn flag(&mut self, value: bool) {
        self.bind(value);
    }

    fn time(&mut self, value: WallTime) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        write!(text, "{value}").expect("a string takes all");
        self.bind(text.as_str());
        self.text = text;
    }

    fn json(&mut self, value: &str) {
        self.bind(value);
    }

    fn null(&mut self) {
        self.bind(Null);
    }

    fn end(&mut self) -> Result<(), rusqlite::Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.statement.raw_execute().map(drop)
    }
}

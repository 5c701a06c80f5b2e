//! Rows as `INSERT`s of many rows, each within what the server takes at once.

use std::fmt::Write;

use squall_report::WallTime;

use super::failure::Failure;
use crate::sql::{Dialect, Row, Table};

/// About so many bytes are sent at once; longer statements are no faster.
const STATEMENT_BYTES: usize = 512 * 1024;
/// The head of a packet, and a reserve.
const PACKET_HEAD: usize = 1024;

/// Writes rows, and hands them over in statements.
#[derive(Debug)]
pub(super) struct InsertRows<F> {
    /// `INSERT INTO … VALUES `
    head: String,
    /// What becomes of rows that are there.
    tail: String,
    text: String,
    /// Where the row begins that is being written.
    row: usize,
    /// Whether the row has a value yet.
    has_value: bool,
    /// What the server takes at once.
    limit: usize,
    take: F,
}

impl<F: FnMut(&str) -> Result<(), Failure>> InsertRows<F> {
    pub(super) fn new(table: &Table, max_allowed_packet: usize, take: F) -> Self {
        let name = Dialect::Mysql.quote(&table.name);
        let columns = Dialect::Mysql.list(&table.columns);
        Self {
            head: format!("INSERT INTO {name} ({columns}) VALUES "),
            tail: Dialect::Mysql.on_conflict(table),
            text: String::new(),
            row: 0,
            has_value: false,
            limit: max_allowed_packet.saturating_sub(PACKET_HEAD),
            take,
        }
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.row = self.text.len();
        self.hand_over()
    }

    /// Hands over the rows before the one that was written last.
    fn hand_over(&mut self) -> Result<(), Failure> {
        if self.row == 0 {
            return Ok(());
        }
        let last = self.text.split_off(self.row);
        self.text.push_str(&self.tail);
        (self.take)(&self.text)?;
        self.text.clear();
        if last.is_empty() {
            self.row = 0;
            return Ok(());
        }
        // A row that was not the first begins with a comma.
        self.text.push_str(&self.head);
        self.text.push_str(&last[1..]);
        self.row = 0;
        Ok(())
    }

    fn begin(&mut self) {
        if self.has_value {
            self.text.push(',');
        }
        self.has_value = true;
    }

    fn write(&mut self, value: std::fmt::Arguments<'_>) {
        self.begin();
        self.text.write_fmt(value).expect("a string takes all");
    }
}

impl<F: FnMut(&str) -> Result<(), Failure>> Row for InsertRows<F> {
    type Error = Failure;

    fn start(&mut self) {
        self.has_value = false;
        if self.text.is_empty() {
            self.text.push_str(&self.head);
            self.row = 0;
            self.text.push('(');
        } else {
            self.row = self.text.len();
            self.text.push_str(",(");
        }
    }

    fn text(&mut self, value: &str) {
        self.begin();
        self.text.push('\'');
        let mut rest = value;
        // The connection's `sql_mode` has backslashes as escapes.
        while let Some(place) = rest.find(['\'', '\\', '\0']) {
            self.text.push_str(&rest[..place]);
            self.text.push_str(match rest.as_bytes()[place] {
                b'\'' => "\\'",
                b'\\' => "\\\\",
                _ => "\\0",
            });
            rest = &rest[place + 1..];
        }
        self.text.push_str(rest);
        self.text.push('\'');
    }

    fn integer(&mut self, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.write(format_args!("{value}"));
    }

    fn number(&mut self, value: f64) {
        if value.is_finite() {
            // With an exponent it is a double, without one a decimal that is rounded twice.
            self.write(format_args!("{value:e}"));
        } else {
            self.null();
        }
    }

    fn flag(&mut self, value: bool) {
        self.write(format_args!("{}", u8::from(value)));
    }

    fn time(&mut self, value: WallTime) {
        self.write(format_args!("'{value}"));
        // `2026-03-01T12:00:00.000250Z`: MySQL knows no `Z`.
        self.text.pop();
        self.text.push('\'');
    }

    fn json(&mut self, value: &str) {
        self.text(value);
    }

    fn null(&mut self) {
        self.write(format_args!("NULL"));
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.text.push(')');
        if self.text.len() + self.tail.len() > self.limit {
            self.hand_over()?;
            if self.text.len() + self.tail.len() > self.limit {
                return Err(Failure::TooLarge(self.limit));
            }
        }
        if self.text.len() >= STATEMENT_BYTES.min(self.limit) {
            self.row = self.text.len();
            self.hand_over()?;
        }
        Ok(())
    }
}

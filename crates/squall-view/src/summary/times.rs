//! One table of times per stage.
//!
//! Where the terminal is too narrow, columns leave in this order: p99.9, p90, mean, p95, max, interrupted, rate, p50, failed. Name,
//! count and p99 stay. Interrupted is not shown where it is zero in all rows.

use squall_metrics::summary::{Distribution, SeriesSummary, Summary, TransactionSummary};

use super::page::{heading, under_headings};
use crate::number::{NONE, count, rate, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, bad_above_zero, flow};

/// Two values that differ by more than this share are worth showing both.
const NOTICEABLE: f64 = 0.01;
/// Between the names of a transaction and of one within it.
const NESTED: &str = " :: ";

/// Stages that have times: first those that the run lists, then any others.
pub(super) fn stages(summary: &Summary) -> Vec<&str> {
    let listed = summary.stages.iter().map(|stage| stage.name.as_str());
    let measured = summary.series.iter().map(|series| series.stage.as_str());
    let spanned = summary
        .transactions
        .iter()
        .map(|transaction| transaction.stage.as_str());
    let mut names: Vec<&str> = Vec::new();
    for name in listed.chain(measured).chain(spanned) {
        if !names.contains(&name) && has_times(summary, name) {
            names.push(name);
        }
    }
    names
}

fn has_times(summary: &Summary, stage: &str) -> bool {
    summary.series.iter().any(|series| series.stage == stage) || !spans(summary, stage).is_empty()
}

/// The scenario of a stage's hooks. That they ran once is said by the stage itself; what they sent is worth a row.
const HOOKS: &str = "hooks";

/// Transactions and iterations of a stage, but the single iteration of hooks that did nothing else.
fn spans<'a>(summary: &'a Summary, stage: &str) -> Vec<&'a TransactionSummary> {
    let has_operations = |span: &TransactionSummary| {
        let mut series = summary.series.iter();
        series.any(|series| series.stage == span.stage && series.scenario == span.scenario)
    };
    let bare = |span: &TransactionSummary| {
        span.scenario == HOOKS && span.kind == "iteration" && !has_operations(span)
    };
    let spans = summary.transactions.iter();
    spans
        .filter(|span| span.stage == stage && !bare(span))
        .collect()
}

/// A row per series, with a second one for service time where that differs, then a row per transaction; of several scenarios each has
/// its rows under its name.
pub(super) fn table(summary: &Summary, stage: &str, columns: usize) -> Vec<Line> {
    let series = summary.series.iter();
    let series: Vec<&SeriesSummary> = series.filter(|series| series.stage == stage).collect();
    let transactions = nested(summary, stage);
    let scenarios = scenarios(&series, &transactions);
    let mut rows = Rows {
        table: Table::new(titles(Cut::of(&series, &transactions))),
        headings: Vec::new(),
        indent: if scenarios.len() > 1 { INDENT } else { "" },
        count: 0,
    };
    let mut service = Service::Same;
    for scenario in scenarios {
        rows.scenario(scenario);
        for series in series.iter().filter(|series| series.scenario == scenario) {
            rows.push(series_row(series, rows.indent));
            if differs(&series.response_time_ms, &series.service_time_ms) {
                service = Service::Differs;
                rows.push(service_row(&series.service_time_ms, rows.indent));
            }
        }
        for span in transactions.iter().filter(|span| span.scenario == scenario) {
            rows.push(transaction_row(span, rows.indent));
        }
    }
    let mut what = vec![Line::of(Role::Faint, "response time")];
    if let Service::Differs = service {
        what.push(Line::of(Role::Faint, "(service time where it differs)"));
    }
    let mut lines = flow(&heading(stage).and(Role::Plain, "  "), what, columns);
    lines.extend(under_headings(
        rows.table.render(columns),
        &rows.headings,
        columns,
    ));
    lines
}

/// Before names under a heading.
const INDENT: &str = "  ";

/// Whether any service time is shown.
enum Service {
    Same,
    Differs,
}

/// A table that is being filled.
struct Rows {
    table: Table,
    /// Row before which a heading stands, and the heading.
    headings: Vec<(usize, String)>,
    /// Empty where there are no headings.
    indent: &'static str,
    count: usize,
}

impl Rows {
    fn scenario(&mut self, name: &str) {
        if !self.indent.is_empty() && !name.is_empty() {
            self.headings.push((self.count, name.to_owned()));
        }
    }

    fn push(&mut self, row: Vec<Cell>) {
        self.table.row(row);
        self.count += 1;
    }
}

/// The scenarios in the order of their first series.
fn scenarios<'a>(
    series: &[&'a SeriesSummary],
    transactions: &[&'a TransactionSummary],
) -> Vec<&'a str> {
    let of_series = series.iter().map(|series| series.scenario.as_str());
    let of_spans = transactions.iter().map(|span| span.scenario.as_str());
    let mut names = Vec::new();
    for name in of_series.chain(of_spans) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The transactions of a stage, those within another (`outer :: inner`) right behind it.
fn nested<'a>(summary: &'a Summary, stage: &str) -> Vec<&'a TransactionSummary> {
    let mut spans = spans(summary, stage);
    let root = |span: &TransactionSummary| {
        let root = span.name.split(NESTED).next().unwrap_or_default();
        (span.scenario.clone(), root.to_owned())
    };
    let mut roots = Vec::new();
    for span in &spans {
        let root = root(span);
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    spans.sort_by_cached_key(|span| {
        let at = roots.iter().position(|known| *known == root(span));
        let path: Vec<_> = span.name.split(NESTED).map(str::to_owned).collect();
        (at, path)
    });
    spans
}

/// Whether anything was cut off when the run ended.
#[derive(Clone, Copy)]
enum Cut {
    Nothing,
    Something,
}

impl Cut {
    fn of(series: &[&SeriesSummary], transactions: &[&TransactionSummary]) -> Self {
        let operations = series.iter().any(|series| series.interrupted > 0);
        let spans = transactions
            .iter()
            .any(|transaction| transaction.interrupted > 0);
        if operations || spans {
            Self::Something
        } else {
            Self::Nothing
        }
    }
}

fn titles(cut: Cut) -> Vec<Column> {
    let interrupted = match cut {
        Cut::Something => Narrow::Leave(5),
        Cut::Nothing => Narrow::Hide,
    };
    vec![
        Column::text("name", Narrow::Shorten),
        Column::number("count", Narrow::Keep),
        Column::number("failed", Narrow::Leave(8)),
        Column::number("interrupted", interrupted),
        Column::number("rate", Narrow::Leave(6)),
        Column::number("mean", Narrow::Leave(2)),
        Column::number("p50", Narrow::Leave(7)),
        Column::number("p90", Narrow::Leave(1)),
        Column::number("p95", Narrow::Leave(3)),
        Column::number("p99", Narrow::Keep),
        Column::number("p99.9", Narrow::Leave(0)),
        Column::number("max", Narrow::Leave(4)),
    ]
}

fn series_row(series: &SeriesSummary, indent: &str) -> Vec<Cell> {
    let mut row = vec![
        Cell::plain(format!("{indent}{}", series.name)),
        Cell::plain(count(series.started)),
        Cell::new(bad_above_zero(series.failed), count(series.failed)),
        Cell::plain(count(series.interrupted)),
        Cell::plain(rate(series.rate_per_s)),
    ];
    row.extend(times(&series.response_time_ms, Role::Plain));
    row
}

fn service_row(service: &Distribution, indent: &str) -> Vec<Cell> {
    let mut row = vec![Cell::new(Role::Faint, format!("{indent}  service"))];
    row.extend((0..4).map(|_| Cell::plain("")));
    row.extend(times(service, Role::Faint));
    row
}

fn transaction_row(transaction: &TransactionSummary, indent: &str) -> Vec<Cell> {
    let name = match transaction.kind.as_str() {
        kind if kind == transaction.name => transaction.name.clone(),
        // That one is within another tells what it is, and its name is long enough.
        _ if transaction.name.contains(NESTED) => transaction.name.clone(),
        kind => format!("{} ({kind})", transaction.name),
    };
    let mut row = vec![
        Cell::new(Role::Accent, format!("{indent}{name}")),
        Cell::plain(count(transaction.started)),
        Cell::new(
            bad_above_zero(transaction.failed),
            count(transaction.failed),
        ),
        Cell::plain(count(transaction.interrupted)),
        Cell::plain(""),
    ];
    row.extend(times(&transaction.time_ms, Role::Plain));
    row
}

fn times(distribution: &Distribution, role: Role) -> impl Iterator<Item = Cell> {
    let measured = distribution.count > 0;
    shown(distribution).into_iter().map(move |value| {
        if measured {
            Cell::new(role, time(value))
        } else {
            Cell::new(Role::Faint, NONE)
        }
    })
}

/// The values of a row, in the order of the columns.
fn shown(distribution: &Distribution) -> [f64; 7] {
    let Distribution {
        mean,
        p50,
        p90,
        p95,
        p99,
        p99_9,
        max,
        ..
    } = *distribution;
    [mean, p50, p90, p95, p99, p99_9, max]
}

/// Whether any value of the row differs noticeably, also where its column has left.
fn differs(response: &Distribution, service: &Distribution) -> bool {
    let pairs = shown(response).into_iter().zip(shown(service));
    service.count > 0
        && pairs.into_iter().any(|(response, service)| {
            (response - service).abs() > NOTICEABLE * response.abs().max(service.abs())
        })
}

//! One table of times per stage.
//!
//! Where the terminal is too narrow, columns leave in this order: p99.9, p90, mean, p95, max, interrupted, rate, p50, failed. Name,
//! count and p99 stay. Interrupted is not shown where it is zero in all rows.

use squall_metrics::summary::{Distribution, SeriesSummary, Summary, TransactionSummary};

use super::page::heading;
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
    summary.series.iter().any(|series| series.stage == stage)
        || summary
            .transactions
            .iter()
            .any(|transaction| transaction.stage == stage)
}

/// A row per series, with a second one for service time where that differs, then a row per transaction.
pub(super) fn table(summary: &Summary, stage: &str, columns: usize) -> Vec<Line> {
    let series: Vec<&SeriesSummary> = summary
        .series
        .iter()
        .filter(|series| series.stage == stage)
        .collect();
    let transactions = nested(summary, stage);
    let scenarios = Scenarios::of(&series, &transactions);
    let mut table = Table::new(titles(Cut::of(&series, &transactions)));
    let mut service_shown = false;
    for series in series {
        table.row(series_row(series, scenarios));
        if differs(&series.response_time_ms, &series.service_time_ms) {
            service_shown = true;
            table.row(service_row(&series.service_time_ms));
        }
    }
    for transaction in transactions {
        table.row(transaction_row(transaction, scenarios));
    }
    let mut what = vec![Line::of(Role::Faint, "response time")];
    if service_shown {
        what.push(Line::of(Role::Faint, "(service time where it differs)"));
    }
    let mut lines = flow(&heading(stage).and(Role::Plain, "  "), what, columns);
    lines.extend(table.render(columns).into_lines());
    lines
}

/// The transactions of a stage, those within another (`outer :: inner`) right behind it.
fn nested<'a>(summary: &'a Summary, stage: &str) -> Vec<&'a TransactionSummary> {
    let spans = summary.transactions.iter();
    let mut spans: Vec<_> = spans.filter(|span| span.stage == stage).collect();
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

/// Whether names need their scenario in front.
#[derive(Clone, Copy)]
enum Scenarios {
    One,
    Several,
}

impl Scenarios {
    fn of(series: &[&SeriesSummary], transactions: &[&TransactionSummary]) -> Self {
        let mut names = series.iter().map(|series| &series.scenario);
        let mut more = transactions.iter().map(|transaction| &transaction.scenario);
        let first = names.next().or_else(|| more.next());
        if names.chain(more).all(|name| Some(name) == first) {
            Self::One
        } else {
            Self::Several
        }
    }

    fn name(self, scenario: &str, name: &str) -> String {
        match self {
            Self::Several if !scenario.is_empty() => format!("{scenario} · {name}"),
            Self::Several | Self::One => name.to_owned(),
        }
    }
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

fn series_row(series: &SeriesSummary, scenarios: Scenarios) -> Vec<Cell> {
    let mut row = vec![
        Cell::plain(scenarios.name(&series.scenario, &series.name)),
        Cell::plain(count(series.started)),
        Cell::new(bad_above_zero(series.failed), count(series.failed)),
        Cell::plain(count(series.interrupted)),
        Cell::plain(rate(series.rate_per_s)),
    ];
    row.extend(times(&series.response_time_ms, Role::Plain));
    row
}

fn service_row(service: &Distribution) -> Vec<Cell> {
    let mut row = vec![Cell::new(Role::Faint, "  service")];
    row.extend((0..4).map(|_| Cell::plain("")));
    row.extend(times(service, Role::Faint));
    row
}

fn transaction_row(transaction: &TransactionSummary, scenarios: Scenarios) -> Vec<Cell> {
    let name = match transaction.kind.as_str() {
        kind if kind == transaction.name => transaction.name.clone(),
        // That one is within another tells what it is, and its name is long enough.
        _ if transaction.name.contains(NESTED) => transaction.name.clone(),
        kind => format!("{} ({kind})", transaction.name),
    };
    let mut row = vec![
        Cell::new(Role::Accent, scenarios.name(&transaction.scenario, &name)),
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

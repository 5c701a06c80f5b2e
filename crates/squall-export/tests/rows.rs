//! What is written is what is read, in both formats.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use squall_export::{CsvRows, ParquetRows, Row, RunSpan};
use squall_metrics::{
    Histogram, Interval, Measure, ScenarioId, ScenarioKey, ScenarioPart, SeriesId, SeriesKey,
    SeriesKind, SeriesPart, SeriesTable, ValuePart,
};

fn names() -> SeriesTable {
    let names = SeriesTable::default();
    for (name, kind) in [
        ("GET /a, \"b\"", SeriesKind::Operation),
        ("basket", SeriesKind::Metric),
    ] {
        names.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: name.into(),
            kind,
            tags: squall_metrics::Tags::default(),
        });
    }
    names.intern_scenario(ScenarioKey {
        stage: "load".into(),
        scenario: "shop".into(),
    });
    names
}

fn second(index: u64) -> Interval {
    let mut interval = Interval::new(index);
    let mut times = Histogram::default();
    (1..=10).for_each(|ms| times.record(ms * 1_000_000));
    let mut part = SeriesPart {
        started: 11,
        ok: 10,
        in_flight: 1,
        bytes_sent: 120,
        ..SeriesPart::default()
    };
    part.statuses.add(204, 10);
    part.times.insert(Measure::OkResponse, times.to_sparse());
    interval.series.insert(SeriesId(0), part);
    let mut values = ValuePart::default();
    values.record(2.5);
    let part = SeriesPart {
        values: Some(Box::new(values)),
        ..SeriesPart::default()
    };
    interval.series.insert(SeriesId(1), part);
    let scenario = ScenarioPart {
        users: 3,
        dropped: 2,
        ..ScenarioPart::default()
    };
    interval.scenarios.insert(ScenarioId(0), scenario);
    interval
}

fn rows(seconds: u64, elapsed_s: f64) -> Vec<Row> {
    let run = RunSpan {
        id: "a-run".to_owned(),
        started_at: Some("2026-01-02T03:04:05.250Z".parse().unwrap()),
        elapsed_s,
    };
    let seconds = 0..seconds;
    seconds
        .flat_map(|index| Row::of_second(&run, &second(index), &names()))
        .collect()
}

fn csv(rows: &[Row]) -> String {
    let mut bytes = Vec::new();
    let mut writer = CsvRows::new(&mut bytes).unwrap();
    writer.write(rows).unwrap();
    writer.finish().unwrap();
    String::from_utf8(bytes).unwrap()
}

fn parquet(rows: Vec<Row>) -> SerializedFileReader<bytes::Bytes> {
    let mut bytes = Vec::new();
    let mut writer = ParquetRows::new(&mut bytes).unwrap();
    writer.write(rows).unwrap();
    writer.finish().unwrap();
    SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap()
}

#[test]
fn a_second_is_a_row_for_each_series() {
    insta::assert_snapshot!(csv(&rows(2, 1.5)));
}

/// A cell of Parquet as CSV writes it.
fn as_text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(count) => count.to_string(),
        Field::Double(number) => number.to_string(),
        Field::TimestampMillis(ms) => {
            let time = jiff::Timestamp::from_millisecond(*ms).unwrap();
            format!("{time:.3}")
        }
        other => panic!("{other:?} has a type that no column has"),
    }
}

#[test]
fn parquet_holds_what_csv_holds() {
    let rows = rows(3, 2.05);
    let mut reader = csv::Reader::from_reader(csv(&rows).into_bytes().leak() as &[u8]);
    let names: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let mut expected = reader.records().map(Result::unwrap);
    let file = parquet(rows);
    for row in file.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let columns: Vec<_> = row.get_column_iter().collect();
        let found: Vec<&String> = columns.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, names.iter().collect::<Vec<_>>());
        let cells: Vec<String> = columns.iter().map(|(_, field)| as_text(field)).collect();
        let expected: Vec<String> = expected.next().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(cells, expected);
    }
    assert!(expected.next().is_none());
}

#[test]
fn many_rows_are_groups_and_no_rows_are_a_file_with_columns() {
    let file = parquet(rows(20_000, 20_000.0));
    assert_eq!(file.metadata().file_metadata().num_rows(), 40_000);
    assert_eq!(file.num_row_groups(), 1, "they came at once");
    let file = parquet(Vec::new());
    assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    let columns = file.metadata().file_metadata().schema_descr_ptr();
    assert_eq!(columns.num_columns(), squall_export::columns::COLUMNS.len());
}

#[test]
fn parquet_columns_have_types() {
    let mut text = Vec::new();
    let file = parquet(Vec::new());
    let schema = Arc::clone(
        &file
            .metadata()
            .file_metadata()
            .schema_descr_ptr()
            .root_schema_ptr(),
    );
    parquet::schema::printer::print_schema(&mut text, &schema);
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

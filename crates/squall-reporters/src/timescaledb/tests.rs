//! `timescaledb` with a real PostgreSQL; where hypertables are asked for, a function of its own notes it.
//!
//! The extension is in no package that tests may install.

use serde_json::Value;
use squall_report::Reporter;
use squall_testkit::servers::{self, PASSWORD, USER};

use super::config;
use crate::BuildContext;
use crate::backend::Backend;
use crate::postgres::tests::{Schema, open, send, shared};
use crate::sql::tests::{counts, everything};

pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Schema::new(shared()?)))
}

fn reporter(settings: &Value) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    config::build(settings.as_object().unwrap(), &context).unwrap()
}

/// What TimescaleDB 2 has, as far as it matters here: the parameters with their names and order.
const FUNCTION: &str = "
    create schema ext;
    create table ext.calls (relation text, time_column text, if_not_exists boolean, migrate_data boolean);
    create function ext.create_hypertable(relation regclass, time_column_name name, partitioning_column name = null,
      number_partitions integer = null, associated_schema_name name = null, associated_table_prefix name = null,
      chunk_time_interval anyelement = null::bigint, create_default_indexes boolean = true, if_not_exists boolean = false,
      partitioning_func regproc = null, migrate_data boolean = false)
    returns table (hypertable_id int, schema_name name, table_name name, created boolean) language plpgsql as $$
    begin
      insert into ext.calls values (relation, time_column_name, if_not_exists, migrate_data);
      -- A hypertable must have its time in every unique index.
      if not exists (select from pg_attribute a join pg_index i on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where a.attrelid = relation and i.indisprimary and a.attname = time_column_name) then
        raise 'cannot create a unique index without the column (used in partitioning)';
      end if;
      return query select 1, 's'::name, relation::text::name, true;
    end $$;";

#[test]
fn tables_of_moments_become_hypertables_where_the_extension_is() {
    let Some(server) = servers::postgres() else {
        return;
    };
    server.query(FUNCTION);
    let settings = serde_json::json!({
        "host": "127.0.0.1", "port": server.port(), "database": USER, "username": USER, "password": PASSWORD,
    });
    let mut reporter = open(reporter(&settings));
    let calls = server.query("select * from ext.calls order by relation");
    insta::assert_snapshot!("calls", calls);
    for _ in 0..2 {
        send(&mut *reporter, &everything(2_345));
        for (table, rows) in counts(2_345) {
            let count = server.query(&format!("select count(*) from {table}"));
            assert_eq!(count, rows.to_string(), "{table}");
        }
    }
    let times = server.query("select min(request_time) = max(request_time) from events");
    assert_eq!(times, "t");
    let place = reporter.close().unwrap().unwrap();
    assert!(!place.contains("plain"), "{place}");
}

#[test]
fn without_the_extension_tables_are_plain_and_the_run_says_so() {
    let Some(server) = shared() else { return };
    let schema = Schema::new(server);
    let mut reporter = open(reporter(&schema.settings()));
    send(&mut *reporter, &everything(3));
    assert_eq!(schema.query("select count(request_time) from events"), "3");
    let place = reporter.close().unwrap().unwrap();
    let end = "in plain tables: the database has no extension `timescaledb`";
    assert!(place.ends_with(end), "{place}");
}

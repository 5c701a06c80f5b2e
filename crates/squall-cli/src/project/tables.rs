//! What can be registered.

/// The tables of names. Those of tests have no name twice: `squall run NAME` asks for no kind.
pub(super) const TABLES: [&str; 7] = [
    "graphs",
    "scenarios",
    "testcases",
    "repeats",
    "users",
    "plans",
    PLUGINS,
];
/// The one whose entries are no tests.
pub(super) const PLUGINS: &str = "plugins";

/// Tells whether a table holds names, and no options of a command.
pub(crate) fn is_register(table: &str) -> bool {
    TABLES.contains(&table)
}

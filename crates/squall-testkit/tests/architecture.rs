//! The arrows between the crates of the workspace are those that `docs/ARCHITECTURE.md` allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

const PAGE: &str = "docs/ARCHITECTURE.md";

/// What one crate may use, or does use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Arrows {
    always: BTreeSet<String>,
    in_tests: BTreeSet<String>,
}

type Graph = BTreeMap<String, Arrows>;

#[test]
fn crates_use_only_what_the_architecture_page_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join(PAGE)).unwrap();
    let found = violations(&used(&root), &allowed(&page));
    assert!(
        found.is_empty(),
        "{PAGE} says otherwise:\n{}",
        found.join("\n")
    );
}

#[test]
fn an_arrow_that_the_table_lacks_is_named() {
    let allowed = allowed(&table(&["| `a` | – | `b` |", "| `b` | – | – |"]));
    let mut used = allowed.clone();
    assert_eq!(violations(&used, &allowed), [""; 0]);
    used.get_mut("a").unwrap().always.insert("b".to_owned());
    assert_eq!(violations(&used, &allowed), ["`a` must not use `b`"]);
    used.get_mut("b").unwrap().in_tests.insert("a".to_owned());
    assert_eq!(
        violations(&used, &allowed),
        [
            "`a` must not use `b`",
            "`b` must not use `a`, not even in tests"
        ]
    );
}

#[test]
fn what_may_be_used_always_may_be_used_in_tests() {
    let allowed = allowed(&table(&["| `a` | `b` | – |", "| `b` | – | – |"]));
    let mut used = allowed.clone();
    used.get_mut("a").unwrap().in_tests.insert("b".to_owned());
    assert_eq!(violations(&used, &allowed), [""; 0]);
}

#[test]
fn crates_that_only_one_side_knows_are_named() {
    let allowed = allowed(&table(&["| `a` | `gone` | – |"]));
    let used = Graph::from([("new".to_owned(), Arrows::default())]);
    assert_eq!(
        violations(&used, &allowed),
        [
            "`new` is not in the table",
            "the table has `a`, which is no crate of the workspace",
            "the table has `gone`, which is no crate of the workspace",
        ]
    );
}

/// Returns the arrows between members of the workspace.
fn used(root: &Path) -> Graph {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("`cargo metadata` describes this workspace");
    let packages = metadata.workspace_packages();
    let names: BTreeSet<String> = packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let arrows = packages.iter().map(|package| {
        let mut arrows = Arrows::default();
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| names.contains(&dependency.name))
        {
            let kind = match dependency.kind {
                DependencyKind::Normal => &mut arrows.always,
                _ => &mut arrows.in_tests,
            };
            kind.insert(dependency.name.clone());
        }
        (package.name.to_string(), arrows)
    });
    arrows.collect()
}

/// Reads the table between the two marks.
fn allowed(page: &str) -> Graph {
    let table = page
        .split_once("<!-- arrows:start -->")
        .and_then(|(_, rest)| rest.split_once("<!-- arrows:end -->"))
        .map_or("", |(table, _)| table);
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let graph: Graph = rows
        .map(|line| {
            let cells: Vec<BTreeSet<String>> = line.split('|').skip(1).map(names).collect();
            let [name, always, in_tests, _] = cells.as_slice() else {
                panic!("not three cells: {line}");
            };
            let name = name.first().expect("the first cell names a crate").clone();
            let (always, in_tests) = (always.clone(), in_tests.clone());
            (name, Arrows { always, in_tests })
        })
        .collect();
    assert!(!graph.is_empty(), "there is no table between the marks");
    graph
}

/// Returns what stands between backticks.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Returns every way in which the workspace and the table do not agree.
fn violations(used: &Graph, allowed: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (name, arrows) in used {
        let Some(allowed) = allowed.get(name) else {
            found.push(format!("`{name}` is not in the table"));
            continue;
        };
        let always = arrows.always.difference(&allowed.always);
        found.extend(always.map(|other| format!("`{name}` must not use `{other}`")));
        let either: BTreeSet<String> = &allowed.always | &allowed.in_tests;
        let in_tests = arrows.in_tests.difference(&either);
        found.extend(
            in_tests.map(|other| format!("`{name}` must not use `{other}`, not even in tests")),
        );
    }
    let listed = allowed.iter().flat_map(|(name, arrows)| {
        std::iter::once(name)
            .chain(&arrows.always)
            .chain(&arrows.in_tests)
    });
    let unknown: BTreeSet<&String> = listed.filter(|name| !used.contains_key(*name)).collect();
    found.extend(
        unknown
            .into_iter()
            .map(|name| format!("the table has `{name}`, which is no crate of the workspace")),
    );
    found
}

fn table(rows: &[&str]) -> String {
    format!(
        "<!-- arrows:start -->\n{}\n<!-- arrows:end -->",
        rows.join("\n")
    )
}

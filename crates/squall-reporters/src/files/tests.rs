//! Files that exist already, files that cannot be written, files of a process that died.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use squall_report::ReporterError;

use super::{AppendFile, Existing, Growing, check_document, number, replace};

const SETTING: &str = "events_filepath";

fn append(path: &Path, existing: Existing, header: &str, records: &str) {
    let mut file = AppendFile::open(path, SETTING, existing, header.as_bytes()).unwrap();
    file.append(records.as_bytes()).unwrap();
    file.sync().unwrap();
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn folders_are_created_and_the_header_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/events.csv");
    append(&path, Existing::Keep, "x,y\r\n", "1,2\r\n");
    append(&path, Existing::Keep, "x,y\r\n", "3,4\r\n");
    assert_eq!(read(&path), "x,y\r\n1,2\r\n3,4\r\n");
    append(&path, Existing::Replace, "x,y\r\n", "5,6\r\n");
    assert_eq!(read(&path), "x,y\r\n5,6\r\n");
}

#[test]
fn a_table_with_other_columns_is_left_alone() {
    for content in ["x,z\r\n1,2\r\n", "x,y,z\r\n1,2,3\r\n", "x\r\n", "x"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        fs::write(&path, content).unwrap();
        let error = AppendFile::open(&path, SETTING, Existing::Keep, b"x,y\r\n").unwrap_err();
        assert!(
            error.to_string().contains("its columns are others"),
            "{error}"
        );
        assert_eq!(read(&path), content);
    }
}

#[test]
fn a_record_that_a_dead_process_left_unfinished_does_not_swallow_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.json");
    fs::write(&path, "{\"id\":1}\n{\"id\"").unwrap();
    append(&path, Existing::Keep, "", "{\"id\":3}\n");
    assert_eq!(read(&path), "{\"id\":1}\n{\"id\"\n{\"id\":3}\n");
}

#[test]
fn a_path_that_cannot_be_written_is_a_permanent_error_with_path_and_setting() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let below_a_file = folder.path().join("file/events.json");
    let errors = [
        AppendFile::open(&below_a_file, SETTING, Existing::Keep, b"").unwrap_err(),
        AppendFile::open(folder.path(), SETTING, Existing::Keep, b"").unwrap_err(),
        check_document(&below_a_file, SETTING).unwrap_err(),
        check_document(folder.path(), SETTING).unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("see setting `events_filepath`"),
            "{error}"
        );
        assert!(
            error.describe().len() > error.to_string().len(),
            "{error:?}"
        );
    }
}

#[test]
fn a_full_disk_is_a_permanent_error() {
    let Ok(mut file) = AppendFile::open(Path::new("/dev/full"), SETTING, Existing::Keep, b"")
    else {
        return;
    };
    let error = file.append(b"{}\n").unwrap_err();
    assert!(
        matches!(error, ReporterError::Permanent { .. }),
        "{error:?}"
    );
}

#[test]
fn a_document_is_checked_without_being_touched_and_then_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.json");
    fs::write(&path, "old").unwrap();
    check_document(&path, SETTING).unwrap();
    assert_eq!(read(&path), "old");
    replace(&path, SETTING, b"new").unwrap();
    assert_eq!(read(&path), "new");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing temporary is left: {names:?}");
}

#[test]
fn a_new_document_can_be_read_by_whom_the_umask_allows() {
    let folder = tempfile::tempdir().unwrap();
    let (document, plain) = (folder.path().join("a"), folder.path().join("b"));
    replace(&document, SETTING, b"").unwrap();
    fs::write(&plain, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&document), mode(&plain));
}

#[test]
fn a_document_that_keeps_the_others_takes_the_next_free_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.json");
    for (content, name) in [
        ("1", "metrics.json"),
        ("2", "metrics-2.json"),
        ("3", "metrics-3.json"),
    ] {
        let written = number(&path, SETTING, content.as_bytes()).unwrap();
        assert_eq!(written, folder.path().join(name));
        assert_eq!(read(&written), content);
    }
}

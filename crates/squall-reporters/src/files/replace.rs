//! Documents that are there completely or not at all.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use squall_report::ReporterError;
use tempfile::NamedTempFile;

use super::settings::cannot_write;

/// What any program asks for; the user's umask takes away what it should.
const NEW_FILE_MODE: u32 = 0o666;

/// Creates the folders above a file.
pub(crate) fn create_parents(path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder(path))
}

/// Makes sure, before the load, that a document can be written to this path later.
pub(crate) fn check_document(path: &Path, setting: &'static str) -> Result<(), ReporterError> {
    let check = || {
        create_parents(path)?;
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(io::Error::other("it exists and is not a regular file"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        temporary(path).map(drop)
    };
    check().map_err(|error| cannot_write(path, setting, error))
}

/// Writes a document under its name, in place of what was there.
pub(crate) fn replace(
    path: &Path,
    setting: &'static str,
    content: &[u8],
) -> Result<(), ReporterError> {
    filled(path, content)
        .and_then(|file| file.persist(path).map_err(|error| error.error))
        .map(drop)
        .map_err(|error| cannot_write(path, setting, error))
}

/// Writes a document under its name, or the first free of `name-2`, `name-3`, …, and returns the path.
pub(crate) fn number(
    path: &Path,
    setting: &'static str,
    content: &[u8],
) -> Result<PathBuf, ReporterError> {
    let failed = |error| cannot_write(path, setting, error);
    let mut file = filled(path, content).map_err(failed)?;
    for n in 1_u64.. {
        let candidate = numbered(path, n);
        match file.persist_noclobber(&candidate) {
            Ok(_) => return Ok(candidate),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(failed(error.error)),
        }
    }
    Err(failed(io::Error::other("every number is taken")))
}

fn numbered(path: &Path, n: u64) -> PathBuf {
    if n == 1 {
        return path.to_owned();
    }
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push(format!("-{n}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".squall-")
        .permissions(Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(folder(path))
}

/// Writes the content next to its place, and waits for the disk: a rename must not overtake it.
fn filled(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = temporary(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

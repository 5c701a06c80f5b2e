//! Where the programs of servers are.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::process::Unavailable;

/// Finds a program: installed by `scripts/test_servers.sh`, in `PATH`, or where Debian has what only root calls.
pub(super) fn program(name: &str) -> Result<PathBuf, Unavailable> {
    let path = env::var_os("PATH").unwrap_or_default();
    cache()
        .into_iter()
        .map(|cache| cache.join("bin"))
        .chain(env::split_paths(&path))
        .chain(["/usr/local/sbin".into(), "/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|place| place.is_file())
        .ok_or_else(|| Unavailable::Missing(name.to_owned()))
}

/// Finds a program of PostgreSQL, which Debian keeps in a folder per version: the newest.
pub(super) fn postgres_program(name: &str) -> Result<PathBuf, Unavailable> {
    let version = |folder: &Path| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let newest = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("bin").join(name).is_file())
        .max_by_key(|folder| version(folder));
    newest.map_or_else(|| program(name), |folder| Ok(folder.join("bin").join(name)))
}

/// Returns the folder that `scripts/test_servers.sh` fills with what is no package of the system.
pub(super) fn cache() -> Option<PathBuf> {
    let caches = env::var_os("XDG_CACHE_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cache")))?;
    Some(caches.join("squall-servers"))
}

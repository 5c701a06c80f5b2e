//! Takes the pages that npm made of `web/`; without them the crate is built with empty ones, and says so when asked.

use std::path::Path;
use std::{env, fs, io};

const PAGES: [&str; 2] = ["report.html", "compare.html"];

fn main() -> io::Result<()> {
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../web/dist");
    // The folder is always there, so that a page that is made later is noticed.
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    let made = env::var("OUT_DIR").unwrap_or_default();
    PAGES
        .iter()
        .try_for_each(|name| take(&folder.join(name), &Path::new(&made).join(name)))
}

fn take(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read(from) {
        Ok(page) => fs::write(to, page),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(to, ""),
        Err(error) => Err(error),
    }
}

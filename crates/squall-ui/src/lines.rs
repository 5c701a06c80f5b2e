//! A file that grows, line by line.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// A file that somebody appends lines to; it need not be there yet.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    file: Option<BufReader<File>>,
    /// The beginning of a line whose end is not written yet.
    line: Vec<u8>,
}

impl Lines {
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: None,
            line: Vec::new(),
        }
    }

    /// Hands over the next line; false where there is none yet.
    pub(crate) fn next(&mut self, take: impl FnOnce(&[u8])) -> io::Result<bool> {
        let file = match &mut self.file {
            Some(file) => file,
            None => match File::open(&self.path) {
                Ok(file) => self.file.insert(BufReader::with_capacity(1 << 16, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            },
        };
        file.read_until(b'\n', &mut self.line)?;
        let Some((b'\n', line)) = self.line.split_last() else {
            return Ok(false);
        };
        take(line);
        self.line.clear();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_line_comes_once_it_has_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut lines = Lines::of(&path);
        let mut next = || {
            let mut got = None;
            lines
                .next(|line| got = Some(String::from_utf8(line.to_vec()).unwrap()))
                .unwrap();
            got
        };
        assert_eq!(next(), None);
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(b"one\ntw").unwrap();
        assert_eq!(next().as_deref(), Some("one"));
        assert_eq!(next(), None);
        file.write_all(b"o\n").unwrap();
        assert_eq!(next().as_deref(), Some("two"));
        assert_eq!(next(), None);
    }
}

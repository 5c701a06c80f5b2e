//! The data within the page: JSON, gzip, base64.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the page holds where the data goes; `web/report.html` has it once.
const MARK: &str = "@@SQUALL-DATA@@";

/// Puts the data into the page.
///
/// Base64 has no character that ends a script, and gzip makes a fifth of the text.
pub(crate) fn embed(template: &str, json: &[u8]) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(json)?;
    let packed = STANDARD.encode(encoder.finish()?);
    let (before, after) = template.split_once(MARK).unwrap_or((template, ""));
    Ok([before, &packed, after].concat())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let page = embed("<p>@@SQUALL-DATA@@</p>", b"{\"a\":1}").unwrap();
        let packed = page
            .strip_prefix("<p>")
            .unwrap()
            .strip_suffix("</p>")
            .unwrap();
        let packed = STANDARD.decode(packed).unwrap();
        let mut json = String::new();
        GzDecoder::new(&packed[..])
            .read_to_string(&mut json)
            .unwrap();
        assert_eq!(json, "{\"a\":1}");
    }
}

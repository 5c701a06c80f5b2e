//! Why there is no report.

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The program was built without the page.
    #[error(
        "this `squall` was built without the HTML report, as `npm` was not there\n  hint: install Node.js 20 or newer and build again with `make build`"
    )]
    NotBuilt,
    /// The stored intervals cannot be read.
    #[error("cannot read the stored intervals: {0}")]
    Read(#[from] std::io::Error),
    /// What was collected cannot be written as JSON.
    #[error("cannot write the data of the report: {0}")]
    Encode(#[from] serde_json::Error),
}

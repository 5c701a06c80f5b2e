//! The ids under which an operation is found in a tracing backend (W3C Trace Context, <https://www.w3.org/TR/trace-context/>).

/// One operation's place in the trace of its iteration. No id is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceIds {
    /// The iteration's trace.
    pub trace_id: u128,
    /// The operation's own span.
    pub span_id: u64,
    /// The span that it is part of; 0 for the iteration itself.
    pub parent_id: u64,
}

impl TraceIds {
    /// Writes the header line that tells the target of the trace: version 00, sampled.
    pub fn header_line(&self) -> String {
        format!(
            "traceparent: 00-{:032x}-{:016x}-01\r\n",
            self.trace_id, self.span_id
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_as_the_standard_writes_it() {
        let ids = TraceIds {
            trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span_id: 0xb7ad_6b71_6920_3331,
            parent_id: 0,
        };
        let line = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
        assert_eq!(ids.header_line(), line);
    }
}

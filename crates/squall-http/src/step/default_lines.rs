//! The header lines that requests made by code inherit, compiled once.

use squall_plan::OneOrMany;
use squall_protocol::template::{CompileError, Compiled, Encoding, Source};
use squall_protocol::values::Scope;

use super::target::each;

/// Header lines of the settings, and `User-Agent` where they have none.
#[derive(Debug, Default)]
pub(crate) struct DefaultLines {
    lines: Vec<(String, Compiled)>,
    /// All lines, where nothing in them varies.
    block: Option<Vec<u8>>,
}

impl DefaultLines {
    pub(super) fn compile(
        headers: &[(String, OneOrMany)],
        scope: &mut Scope,
    ) -> Result<Self, CompileError> {
        let mut lines = Vec::new();
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("user-agent"))
        {
            let agent = concat!("User-Agent: squall/", env!("CARGO_PKG_VERSION"), "\r\n");
            let mut line = Compiled::new();
            line.push_bytes(agent.as_bytes());
            lines.push(("user-agent".to_owned(), line));
        }
        for (name, values) in headers {
            let mut line = Compiled::new();
            for value in each(values) {
                line.push_bytes(name.as_bytes());
                line.push_bytes(b": ");
                line.push_template(value, Encoding::Header, scope)?;
                line.push_bytes(b"\r\n");
            }
            lines.push((name.to_ascii_lowercase(), line));
        }
        let block = lines.iter().map(|(_, line)| line.as_constant());
        let block: Option<Vec<&[u8]>> = block.collect();
        Ok(Self {
            block: block.map(|lines| lines.concat()),
            lines,
        })
    }

    /// Tells whether the lines need no variable, counter or data row of a scenario.
    pub(super) fn stand_alone(&self) -> bool {
        let needs_scope = |source: &Source| {
            matches!(
                source,
                Source::Variable(_) | Source::Counter(_) | Source::Field { .. }
            )
        };
        !self
            .lines
            .iter()
            .flat_map(|(_, line)| line.sources())
            .any(needs_scope)
    }

    /// Tells whether nothing in the lines varies.
    pub(super) fn is_constant(&self) -> bool {
        self.block.is_some()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.lines
            .iter()
            .any(|(line, _)| line.eq_ignore_ascii_case(name))
    }

    /// Writes the lines of constant defaults, apart from those that a request has itself.
    pub(super) fn write(&self, is_own: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
        match &self.block {
            Some(block) if !self.lines.iter().any(|(name, _)| is_own(name)) => {
                out.extend_from_slice(block);
            }
            _ => {
                let lines = self.lines.iter().filter(|(name, _)| !is_own(name));
                for (_, line) in lines {
                    out.extend_from_slice(line.as_constant().unwrap_or_default());
                }
            }
        }
    }

    /// Adds the lines, apart from those that a request has itself.
    pub(super) fn push(&self, is_own: impl Fn(&str) -> bool, out: &mut Compiled) {
        for (_, line) in self.lines.iter().filter(|(name, _)| !is_own(name)) {
            out.push(line.clone());
        }
    }
}

//! Series whose names vary from operation to operation.

use std::collections::HashMap;

use squall_metrics::series::{DEFAULT_MAX_SERIES, without_suffix};
use squall_metrics::{SeriesId, SeriesKey, SeriesTable};
use squall_protocol::template::Compiled;
use squall_protocol::values::Bindings;

/// The names that one I/O thread has seen, so that the shared table and its lock are asked once for each.
#[derive(Debug)]
pub(crate) struct DynamicNames {
    table: SeriesTable,
    /// By the series of the name as written.
    known: HashMap<SeriesId, HashMap<Vec<u8>, SeriesId>>,
    remembered: usize,
    rendered: Vec<u8>,
}

impl DynamicNames {
    pub(crate) fn new(table: SeriesTable) -> Self {
        Self {
            table,
            known: HashMap::new(),
            remembered: 0,
            rendered: Vec::new(),
        }
    }

    /// Returns the series of a filled-in name; `written` is that of the name as the plan has it.
    ///
    /// Memory is bounded: the table keeps so many names and counts the rest together, and no more than that are remembered here.
    pub(crate) fn series(
        &mut self,
        name: &Compiled,
        written: SeriesId,
        bindings: &mut Bindings,
        now: u64,
    ) -> SeriesId {
        self.rendered.clear();
        if name.render(bindings, now, &mut self.rendered).is_err() {
            return written;
        }
        let known = self.known.entry(written).or_default();
        if let Some(id) = known.get(&self.rendered) {
            return *id;
        }
        let Some(key) = self.table.key(written) else {
            return written;
        };
        let name = String::from_utf8_lossy(&self.rendered);
        // Its own tags stand behind the name as written, and stand behind this one too.
        let tags = if key.tags.is_empty() {
            ""
        } else {
            &key.name[without_suffix(&key.name).len()..]
        };
        let id = self.table.intern(SeriesKey {
            name: format!("{name}{tags}").into(),
            ..key.clone()
        });
        if self.remembered < DEFAULT_MAX_SERIES {
            self.remembered += 1;
            known.insert(self.rendered.clone(), id);
        }
        id
    }
}

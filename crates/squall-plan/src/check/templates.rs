use serde_json::Value;

use super::DataUse;
use super::checker::Checker;
use crate::model::OneOrMany;
use crate::nearest;
use crate::place::Place;
use crate::template::{Expression, FUNCTIONS, ParsedTemplate, Part, Template};

impl Checker<'_> {
    /// Parses a template and looks up what its placeholders name.
    pub(super) fn template(
        &mut self,
        template: &Template,
        place: &Place<'_>,
    ) -> Option<ParsedTemplate> {
        match template.parse() {
            Err(error) => {
                self.findings
                    .add_with_hint(place, error.message, error.hint);
                None
            }
            Ok(parsed) => {
                for placeholder in parsed.placeholders() {
                    self.expression(&placeholder.expression, place);
                }
                Some(parsed)
            }
        }
    }

    pub(super) fn one_or_many(
        &mut self,
        values: &OneOrMany,
        place: &Place<'_>,
    ) -> Vec<ParsedTemplate> {
        match values {
            OneOrMany::One(template) => self.template(template, place).into_iter().collect(),
            OneOrMany::Many(templates) => {
                let each = templates.iter().enumerate();
                each.filter_map(|(index, template)| self.template(template, &place.index(index)))
                    .collect()
            }
        }
    }

    /// Checks the strings in a JSON value; keys are never templates.
    pub(super) fn json(&mut self, value: &Value, place: &Place<'_>) {
        match value {
            Value::String(text) => {
                self.template(&Template::from(text.as_str()), place);
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.json(item, &place.index(index));
                }
            }
            Value::Object(map) => {
                for (key, item) in map {
                    self.json(item, &place.key(key));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn expression(&mut self, expression: &Expression, place: &Place<'_>) {
        match expression {
            Expression::Variable(name) => self.variable(name, place),
            Expression::Data { pool, field } => self.data(pool, Some(field), place),
            Expression::RandomInt { .. }
            | Expression::RandomChoice(_)
            | Expression::Uuid4
            | Expression::Counter { .. }
            | Expression::Timestamp(_)
            | Expression::UserId
            | Expression::Iteration => {}
        }
    }

    fn variable(&mut self, name: &str, place: &Place<'_>) {
        let Some(current) = &self.scenario else {
            let hint = "use it in the requests that come after its extraction";
            let message = format!("`${{{name}}}` is an extracted value, which settings cannot use");
            return self.findings.add_with_hint(place, message, hint);
        };
        if current.extracted.contains(name) {
            return;
        }
        let known = current.extracted.iter().copied();
        let hint = if let Some((_, example)) =
            FUNCTIONS.iter().find(|(function, _)| *function == name)
        {
            format!("a function is called with parentheses: `${{{example}}}`")
        } else if current.anywhere.contains(name) {
            format!("a later step extracts `{name}`; move that step in front of this one")
        } else if let Some(hint) = nearest::hint(name, known, "values extracted before") {
            hint
        } else {
            format!(
                "extract it in an earlier request: `\"extract\": {{\"{name}\": {{\"json\": \"$.{name}\"}}}}`"
            )
        };
        self.findings
            .add_with_hint(place, format!("no earlier step extracts `{name}`"), hint);
    }

    /// Remembers the use of a pool: of one field, or of whole rows where there is no `field`.
    pub(super) fn data(&mut self, pool: &str, field: Option<&str>, place: &Place<'_>) {
        if !self.pools.contains_key(pool) {
            let known = self.pools.keys().map(String::as_str);
            let hint = nearest::hint(pool, known, "data pools").unwrap_or_else(|| {
                format!("declare it: `\"data\": {{\"{pool}\": {{\"csv\": \"{pool}.csv\"}}}}`")
            });
            return self.findings.add_with_hint(
                place,
                format!("there is no data pool `{pool}`"),
                hint,
            );
        }
        self.data_uses.push(DataUse {
            pool: pool.to_owned(),
            field: field.map(str::to_owned),
            path: place.path().to_owned(),
            source: place.source().cloned(),
            scenario: self
                .scenario
                .as_ref()
                .map(|at| (at.stage.to_owned(), at.scenario.to_owned())),
        });
    }
}

/// The fixed pieces of a template.
pub(super) fn texts(template: &ParsedTemplate) -> impl Iterator<Item = &str> {
    template.parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        Part::Placeholder(_) => None,
    })
}

//! Messages of scripts as lines of JSON.

use std::sync::mpsc::{Receiver, Sender, channel};

use serde_json::json;
use squall_engine::script::ScriptMessage;

use crate::args::ALL_MESSAGES;

/// Takes messages of the types that were asked for.
#[derive(Debug)]
pub(crate) struct MessageFeed {
    /// Types that are taken; none takes all.
    kinds: Vec<String>,
    sender: Option<Sender<ScriptMessage>>,
    messages: Receiver<ScriptMessage>,
}

impl MessageFeed {
    /// Reads what `--messages` says.
    pub(crate) fn new(asked: &str) -> Self {
        let (sender, messages) = channel();
        let kinds = asked.split(',').map(str::trim);
        let kinds: Vec<String> = kinds
            .filter(|kind| !kind.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            kinds: if kinds.iter().any(|kind| kind == ALL_MESSAGES) {
                Vec::new()
            } else {
                kinds
            },
            sender: Some(sender),
            messages,
        }
    }

    /// Returns where messages go; the second time there is nothing to return.
    pub(crate) fn take_sender(&mut self) -> Option<Sender<ScriptMessage>> {
        self.sender.take()
    }

    /// Returns as lines what has come since the last time.
    pub(crate) fn take(&self) -> String {
        let mut text = String::new();
        for message in self.messages.try_iter() {
            if self.kinds.is_empty() || self.kinds.contains(&message.kind) {
                text.push_str(&line(&message));
                text.push('\n');
            }
        }
        text
    }
}

fn line(message: &ScriptMessage) -> String {
    json!({
        "type": message.kind,
        "at_s": message.at_ns as f64 / 1e9,
        "stage": message.stage,
        "scenario": message.scenario,
        "user": message.user,
        "iteration": message.iteration,
        "transaction": message.transaction,
        "fields": message.fields,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str) -> ScriptMessage {
        ScriptMessage {
            at_ns: 1_500_000_000,
            kind: kind.to_owned(),
            stage: "journeys".to_owned(),
            scenario: "shop:browse".to_owned(),
            user: 3,
            iteration: 7,
            transaction: Some("login :: token".to_owned()),
            fields: json!({"id": 5}).as_object().cloned().unwrap(),
        }
    }

    #[test]
    fn a_message_is_one_line_of_json() {
        assert_eq!(
            line(&message("order")),
            r#"{"type":"order","at_s":1.5,"stage":"journeys","scenario":"shop:browse","user":3,"iteration":7,"transaction":"login :: token","fields":{"id":5}}"#
        );
    }

    #[test]
    fn types_are_a_list_or_all() {
        assert_eq!(MessageFeed::new("*").kinds, [""; 0]);
        assert_eq!(MessageFeed::new("order, txn").kinds, ["order", "txn"]);
    }
}

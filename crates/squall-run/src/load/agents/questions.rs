//! What the scripts of agents ask the scripts of this process: one thread for each agent, so that a slow answer holds up nobody else.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};

use squall_cluster::ToAgent;
use squall_engine::script::ScriptHost;

use super::cluster::Cluster;

/// A question of an agent.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) number: u64,
    pub(super) topic: String,
    pub(super) payload: Vec<u8>,
}

/// Starts the thread that answers an agent; it ends with the cluster.
pub(super) fn answer_for(
    agent: u32,
    cluster: Weak<Cluster>,
    host: Arc<dyn ScriptHost>,
) -> std::io::Result<Sender<Question>> {
    let (sender, questions) = channel::<Question>();
    std::thread::Builder::new()
        .name(format!("squall-serve-{agent}"))
        .spawn(move || {
            for question in questions {
                let answer = host.serve(&question.topic, &question.payload);
                let Some(cluster) = cluster.upgrade() else {
                    return;
                };
                let message = ToAgent::Answered {
                    question: question.number,
                    answer: answer.map(serde_bytes::ByteBuf::from),
                };
                cluster.tell(agent, &message);
            }
        })?;
    Ok(sender)
}

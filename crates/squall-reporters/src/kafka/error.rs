//! What an answer of Kafka means for the driver.

use rdkafka::error::RDKafkaErrorCode as Code;
use squall_report::ReporterError;

/// What became of a message that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A later attempt may pass.
    Temporary,
    /// No message of this producer will pass; how to fix it.
    Permanent(&'static str),
    /// This message will never pass, others may.
    Refused,
}

pub(super) fn meaning(code: Code) -> Meaning {
    match code {
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => {
            Meaning::Permanent(
                "create the topic with as many partitions as `*_partition` needs, or let brokers create topics (`auto.create.topics.enable`)",
            )
        }
        Code::TopicAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed => Meaning::Permanent(
            "give the user the right to write to the topic, and IdempotentWrite on the cluster (or set `idempotent` to `false`)",
        ),
        Code::SaslAuthenticationFailed | Code::Authentication => {
            Meaning::Permanent("check `username`, `password` and `sasl_mechanism`")
        }
        Code::UnsupportedSASLMechanism | Code::IllegalSASLState => Meaning::Permanent(
            "the broker does not log users in this way: check `sasl_mechanism` and `secure`",
        ),
        Code::UnsupportedCompressionType | Code::UnsupportedFeature => Meaning::Permanent(
            "the broker is too old for this: change `compression_type` or `idempotent`",
        ),
        Code::SSL => Meaning::Permanent("check `secure` and `ca`"),
        Code::InvalidTopic => Meaning::Permanent("choose another name for the topic"),
        Code::Fatal => Meaning::Permanent("the producer cannot go on"),
        Code::MessageSizeTooLarge
        | Code::InvalidMessage
        | Code::InvalidMessageSize
        | Code::InvalidRecord
        | Code::PolicyViolation => Meaning::Refused,
        _ => Meaning::Temporary,
    }
}

/// Makes the error of a whole batch; `what` says where and what happened, without secrets.
pub(super) fn error(code: Code, what: &str) -> ReporterError {
    match meaning(code) {
        Meaning::Permanent(hint) => ReporterError::permanent(format!("{what}: {code}: {hint}")),
        Meaning::Temporary | Meaning::Refused => {
            ReporterError::temporary(format!("{what}: {code}"))
        }
    }
}

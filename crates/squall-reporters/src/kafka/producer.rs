//! What the client tells of messages and of itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;

/// What is known of the batch that is under way.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// For each message of the batch whether a broker has it.
    pub(super) taken: Vec<bool>,
    /// Messages that nothing was told of yet.
    pub(super) open: usize,
    /// Messages that did not arrive, and why.
    pub(super) failed: Vec<(usize, Code)>,
    /// What the client said last of itself, such as that it cannot log in.
    pub(super) trouble: Option<(Code, String)>,
}

/// Receives what the client tells, on the thread that polls it.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Account>);

impl Reports {
    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Reports {
    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code().unwrap_or(Code::Fail);
        let mut account = self.account();
        // Why nobody can log in says more than that all brokers are gone, which follows.
        let keeps = matches!(account.trouble, Some((code, _)) if says_why(code));
        if !keeps || says_why(code) {
            account.trouble = Some((code, reason.to_owned()));
        }
    }
}

fn says_why(code: Code) -> bool {
    matches!(
        code,
        Code::Authentication | Code::SaslAuthenticationFailed | Code::SSL | Code::Fatal
    )
}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, index: usize) {
        let mut account = self.account();
        account.open = account.open.saturating_sub(1);
        match result {
            Ok(_) => {
                if let Some(taken) = account.taken.get_mut(index) {
                    *taken = true;
                }
            }
            Err((error, _)) => {
                let code = error.rdkafka_error_code().unwrap_or(Code::Fail);
                account.failed.push((index, code));
            }
        }
    }
}

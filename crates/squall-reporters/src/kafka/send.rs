//! Sends messages to Kafka.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};
use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError};

use super::config::KafkaSettings;
use super::error::{Meaning, error, meaning};
use super::producer::Reports;
use super::{encode, options};
use crate::address::shown;
use crate::payload::{self, Kind, Payloads};

/// The client hands out what it knows only where it is asked, and an ask takes all of this time.
const POLL: Duration = Duration::from_millis(2);
/// So many asks take longer than the client tries to deliver a message.
const POLLS: u32 = options::DELIVERY_MS / 2 + 1_500;
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);
/// Answers that are looked at while a topic is being created.
const METADATA_ANSWERS: usize = 10;
/// Times without an answer; the driver opens the reporter again.
const METADATA_SILENCES: usize = 2;

pub(super) struct KafkaReporter {
    settings: KafkaSettings,
    producer: Option<BaseProducer<Reports>>,
    /// The last batch that only some brokers took: its digest, and which of its messages they have.
    partial: Option<(u64, Vec<bool>)>,
}

impl std::fmt::Debug for KafkaReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaReporter")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl KafkaReporter {
    pub(super) fn new(settings: KafkaSettings) -> Self {
        Self {
            settings,
            producer: None,
            partial: None,
        }
    }

    fn place(&self) -> String {
        let hosts = self.settings.hosts.iter();
        let hosts: Vec<_> = hosts.map(|(host, port)| shown(host, *port)).collect();
        format!("kafka at `{}`", hosts.join(","))
    }

    /// Returns the kinds whose records will come.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let (events, intervals) = (self.settings.events, self.settings.intervals);
        Kind::ALL.into_iter().filter(move |kind| match kind {
            Kind::Event => events,
            Kind::Interval => intervals,
            _ => true,
        })
    }

    fn create(&self) -> Result<BaseProducer<Reports>, ReporterError> {
        let config = options::client(&self.settings);
        config
            .create_with_context(Reports::default())
            .map_err(|error| {
                let why = match error {
                    // Never with the value, which may be the password.
                    KafkaError::ClientConfig(_, why, name, _) => format!("`{name}`: {why}"),
                    KafkaError::ClientCreation(why) => why,
                    other => other.to_string(),
                };
                let place = self.place();
                ReporterError::permanent(format!("no client for {place} can be made: {why}"))
            })
    }

    /// Looks whether all topics and partitions are there. Asking for a topic creates it, where brokers do that.
    fn check_topics(&self, producer: &BaseProducer<Reports>) -> Result<(), ReporterError> {
        let mut wanted: BTreeMap<&str, i32> = BTreeMap::new();
        for kind in self.kinds() {
            let (topic, partition) = &self.settings.topics[kind as usize];
            let highest = wanted.entry(topic).or_insert(0);
            *highest = partition.unwrap_or(0).max(*highest);
        }
        let mut problems = Vec::new();
        let mut worst = Code::UnknownTopicOrPartition;
        for (topic, partition) in wanted {
            let (code, partitions) = self.topic(producer, topic)?;
            if let Some(code) = code {
                problems.push(format!("`{topic}` ({code})"));
                worst = code;
            } else if partitions <= partition {
                problems.push(format!(
                    "partition {partition} of `{topic}`, which has {partitions}"
                ));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        let (place, topics) = (self.place(), problems.join(", "));
        Err(error(worst, &format!("{place} does not have {topics}")))
    }

    /// Asks for a topic: what is wrong with it, and how many partitions it has.
    fn topic(
        &self,
        producer: &BaseProducer<Reports>,
        topic: &str,
    ) -> Result<(Option<Code>, i32), ReporterError> {
        let mut last = Code::Fail;
        let (mut answers, mut silences) = (0, 0);
        while answers < METADATA_ANSWERS && silences < METADATA_SILENCES {
            let answer = producer
                .client()
                .fetch_metadata(Some(topic), METADATA_TIMEOUT);
            producer.poll(Duration::ZERO);
            match answer {
                Ok(metadata) => {
                    answers += 1;
                    let found = metadata.topics().iter().find(|one| one.name() == topic);
                    let code = found.and_then(|found| found.error().map(Code::from));
                    // A topic that is being created has no leader yet, or is not known everywhere.
                    match code {
                        Some(code @ (Code::LeaderNotAvailable | Code::UnknownTopicOrPartition)) => {
                            last = code;
                            producer.poll(Duration::from_millis(200));
                        }
                        code => {
                            let partitions = found.map_or(0, |found| found.partitions().len());
                            return Ok((code, i32::try_from(partitions).unwrap_or(i32::MAX)));
                        }
                    }
                }
                Err(failed) => {
                    silences += 1;
                    last = failed.rdkafka_error_code().unwrap_or(Code::Fail);
                    if let Some((code, why)) = &producer.context().account().trouble
                        && matches!(meaning(*code), Meaning::Permanent(_))
                    {
                        return Err(error(*code, &format!("{} {why}", self.place())));
                    }
                }
            }
        }
        match last {
            Code::UnknownTopicOrPartition => Ok((Some(last), 0)),
            code => {
                let place = self.place();
                let trouble = producer.context().account().trouble.take();
                let why = trouble.map_or(String::new(), |(_, why)| format!(" ({why})"));
                let what = format!("{place} does not say who has topic `{topic}`{why}");
                Err(error(code, &what))
            }
        }
    }

    fn produce(
        &self,
        producer: &BaseProducer<Reports>,
        payloads: &Payloads,
        run: &str,
    ) -> Result<(), ReporterError> {
        let mut headers: [Option<OwnedHeaders>; Kind::ALL.len()] =
            [const { None }; Kind::ALL.len()];
        let mut polls = 0;
        for (index, payload) in payloads.iter().enumerate() {
            if producer.context().account().taken[index] {
                continue;
            }
            let kind = payload.kind;
            let (topic, partition) = &self.settings.topics[kind as usize];
            let headers = headers[kind as usize]
                .get_or_insert_with(|| encode::headers(kind, run))
                .clone();
            let mut record = BaseRecord::with_opaque_to(topic, index)
                .key(payload.key)
                .payload(payload.text)
                .headers(headers);
            record.partition = *partition;
            producer.context().account().open += 1;
            while let Err((failed, back)) = producer.send(record) {
                let code = failed.rdkafka_error_code().unwrap_or(Code::Fail);
                if code == Code::QueueFull && polls < POLLS {
                    polls += 1;
                    producer.poll(POLL);
                    record = back;
                    continue;
                }
                let mut account = producer.context().account();
                account.open -= 1;
                account.failed.push((index, code));
                break;
            }
        }
        self.wait(producer)
    }

    /// Waits until each message of the batch has arrived or failed.
    fn wait(&self, producer: &BaseProducer<Reports>) -> Result<(), ReporterError> {
        for poll in 0..=POLLS {
            if producer.context().account().open == 0 {
                return Ok(());
            }
            if poll == POLLS {
                producer.purge(PurgeConfig::default().queue().inflight());
            }
            producer.poll(POLL);
        }
        let open = producer.context().account().open;
        if open == 0 {
            return Ok(());
        }
        let place = self.place();
        Err(ReporterError::temporary(format!(
            "{place} said nothing of {open} messages in time"
        )))
    }

    /// Says what became of the batch; what arrived is remembered for the next attempt.
    fn settle(&mut self, batch: &Batch, digest: u64) -> Result<Delivered, ReporterError> {
        let Some(producer) = &self.producer else {
            return Ok(Delivered::all(batch));
        };
        let account = std::mem::take(&mut *producer.context().account());
        let place = self.place();
        let of = |wanted: fn(Meaning) -> bool| {
            let mut failed = account.failed.iter();
            failed.find(|(_, code)| wanted(meaning(*code)))
        };
        if let Some((_, code)) = of(|meaning| matches!(meaning, Meaning::Permanent(_))) {
            return Err(error(*code, &format!("{place} does not take messages")));
        }
        if let Some((_, code)) = of(|meaning| meaning == Meaning::Temporary) {
            let (count, total) = (account.failed.len(), account.taken.len());
            let why = account
                .trouble
                .map_or(String::new(), |(_, why)| format!(" ({why})"));
            let what = format!("{place} does not take {count} of {total} messages{why}");
            self.partial = Some((digest, account.taken));
            return Err(error(*code, &what));
        }
        match account.failed.first() {
            None => Ok(Delivered::all(batch)),
            Some((_, code)) => {
                let left = batch.len().saturating_sub(account.failed.len());
                let why = format!(
                    "{place} refused {} messages: {code}: raise `max.message.bytes` of the topic and `message.max.bytes` in `options`, or shorten names",
                    account.failed.len()
                );
                Ok(Delivered::only(left, why))
            }
        }
    }
}

fn digest(payloads: &Payloads) -> u64 {
    let mut hasher = DefaultHasher::new();
    for payload in payloads.iter() {
        hasher.write(payload.text);
        // No JSON text has this byte, so that it ends one.
        hasher.write_u8(0);
    }
    hasher.finish()
}

impl Reporter for KafkaReporter {
    fn capabilities(&self) -> Capabilities {
        let (events, intervals) = (self.settings.events, self.settings.intervals);
        let kinds = RecordKind::ALL.into_iter().filter(|kind| match kind {
            RecordKind::Events => events,
            RecordKind::Intervals => intervals,
            _ => true,
        });
        Capabilities {
            kinds: kinds.collect(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        if self.settings.access.password.is_some() && self.settings.access.username.is_none() {
            let place = self.place();
            return Err(ReporterError::permanent(format!(
                "no user for {place}: set `username`, to whom `password` belongs"
            )));
        }
        let producer = self.create()?;
        self.check_topics(&producer)?;
        self.producer = Some(producer);
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let payloads = payload::encode(batch).map_err(|error| {
            ReporterError::permanent("cannot write a record as JSON").with_source(error)
        })?;
        if payloads.is_empty() {
            return Ok(Delivered::all(batch));
        }
        let producer = match self.producer.take() {
            Some(producer) => producer,
            None => self.create()?,
        };
        let digest = digest(&payloads);
        {
            let mut account = producer.context().account();
            let trouble = account.trouble.take();
            *account = super::producer::Account {
                taken: vec![false; payloads.len()],
                trouble,
                ..Default::default()
            };
            if let Some((of, taken)) = self.partial.take_if(|(of, _)| *of == digest) {
                debug_assert_eq!(of, digest);
                account.taken = taken;
            }
        }
        // A producer that has messages of an earlier batch under way is not used again.
        self.produce(&producer, &payloads, &batch.run().id)?;
        let is_fatal = producer.client().fatal_error().is_some();
        self.producer = Some(producer);
        let settled = self.settle(batch, digest);
        if is_fatal {
            self.producer = None;
        }
        settled
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        // Each batch waited for its messages: nothing is left in the client.
        self.producer = None;
        let topic = &self.settings.topics[Kind::Metric as usize].0;
        Ok(Some(format!("{}, topic `{topic}`", self.place())))
    }
}

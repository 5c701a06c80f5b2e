//! Batches as documents.

use bson::DateTime;
use bson::raw::{RawArrayBuf, RawDocumentBuf, cstr};
use mongodb::bson;
use serde::Serialize;
use serde_json::{Map, Value};
use squall_report::{
    Batch, EventBatch, FinalBatch, HistogramRecord, LifecycleBatch, MessageBatch, RunRecord, Tags,
    WallTime,
};

use crate::payload::{Kind, merged};

/// Why a record cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    #[error(transparent)]
    Bson(#[from] bson::error::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Documents, by the kind of their record.
#[derive(Debug, Default)]
pub(super) struct Documents([Vec<RawDocumentBuf>; Kind::ALL.len()]);

impl Documents {
    /// Returns the kinds that there are, with their documents.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Kind, &[RawDocumentBuf])> {
        let kinds = Kind::ALL.into_iter().zip(&self.0);
        kinds
            .filter(|(_, documents)| !documents.is_empty())
            .map(|(kind, documents)| (kind, documents.as_slice()))
    }

    fn push(&mut self, kind: Kind, document: Document) {
        self.0[kind as usize].push(document.0);
    }
}

#[derive(Serialize)]
struct Sum {
    count: u64,
    sum_ns: u64,
}

#[derive(Serialize)]
struct Bucket {
    ns: u64,
    count: u64,
}

/// A document that is being written. Its id comes first: it is made of what names the record among all, so that a record that comes
/// twice is the same document.
struct Document(RawDocumentBuf);

impl Document {
    fn new(id: &impl Serialize) -> Result<Self, EncodeError> {
        let mut document = RawDocumentBuf::new();
        document.append(cstr!("_id"), serde_json::to_string(id)?);
        Ok(Self(document))
    }

    fn text(mut self, name: &bson::raw::CStr, value: &str) -> Self {
        self.0.append(name, value);
        self
    }

    /// Adds a moment, to the millisecond, as dates of BSON are.
    fn time(mut self, name: &bson::raw::CStr, time: WallTime) -> Self {
        let millis = time.unix_ns().div_euclid(1_000_000);
        self.0.append(name, DateTime::from_millis(millis));
        self
    }

    /// Adds the fields of a record, but for those that have another form here.
    fn fields(mut self, record: &impl Serialize, but: &[&str]) -> Result<Self, EncodeError> {
        let fields = bson::serialize_to_raw_document_buf(record)?;
        for field in &fields {
            let (name, value) = field?;
            if !but.contains(&name.as_str()) {
                self.0.append(name, value);
            }
        }
        Ok(self)
    }

    /// Adds a distribution as a list of documents: lists in lists are not taken by every server.
    fn distribution(mut self, distribution: &HistogramRecord) -> Result<Self, EncodeError> {
        let mut values = RawArrayBuf::new();
        for (nanos, count) in &distribution.values {
            values.push(bson::serialize_to_raw_document_buf(&Bucket {
                ns: *nanos,
                count: *count,
            })?);
        }
        let mut document = bson::serialize_to_raw_document_buf(&Sum {
            count: distribution.count,
            sum_ns: distribution.sum_ns,
        })?;
        document.append(cstr!("values"), values);
        self.0.append(cstr!("response_times"), document);
        Ok(self)
    }

    /// Adds tags as a list of names and values: their names may have dots, and queries of all tags need no names.
    fn tags(mut self, tags: &RawArrayBuf) -> Self {
        self.0.append(cstr!("tags"), tags.clone());
        self
    }
}

fn list(tags: &Tags) -> RawArrayBuf {
    let mut list = RawArrayBuf::new();
    for (name, value) in tags {
        let mut tag = RawDocumentBuf::new();
        tag.append(cstr!("name"), name.as_str());
        tag.append(cstr!("value"), value.as_str());
        list.push(tag);
    }
    list
}

/// Writes every record of a batch.
pub(super) fn documents(batch: &Batch) -> Result<Documents, EncodeError> {
    let mut documents = Documents::default();
    match batch {
        Batch::Events(batch) => events(&mut documents, batch)?,
        Batch::Messages(batch) => messages(&mut documents, batch)?,
        Batch::Intervals(batch) => {
            for one in batch.intervals() {
                let id = (
                    &one.run,
                    &one.stage,
                    &one.scenario,
                    one.kind,
                    &one.name,
                    &one.tags,
                    one.at_s,
                );
                let document = Document::new(&id)?
                    .time(cstr!("time"), one.time)
                    .fields(one, &["time", "tags", "response_times"])?
                    .distribution(&one.response_times)?
                    .tags(&list(&merged(&batch.run().tags, &one.tags)));
                documents.push(Kind::Interval, document);
            }
        }
        Batch::Lifecycle(batch) => lifecycle(&mut documents, batch)?,
        Batch::Final(batch) => last(&mut documents, batch)?,
    }
    Ok(documents)
}

fn events(documents: &mut Documents, batch: &EventBatch) -> Result<(), EncodeError> {
    let place = &mut documents.0[Kind::Event as usize];
    place.reserve(batch.len());
    let mut known: Option<(Tags, RawArrayBuf)> = None;
    for event in batch.iter() {
        let tags = match &known {
            Some((of, tags)) if *of == *event.tags => tags,
            _ => {
                let tags = list(&merged(&batch.run().tags, &event.tags));
                &known.insert((event.tags.clone().into_owned(), tags)).1
            }
        };
        let id = (&event.run, event.id, event.kind, &event.check);
        let document = Document::new(&id)?
            .time(cstr!("time"), event.time)
            .fields(&event, &["time", "tags"])?
            .tags(tags);
        place.push(document.0);
    }
    Ok(())
}

fn messages(documents: &mut Documents, batch: &MessageBatch) -> Result<(), EncodeError> {
    let tags = list(&batch.run().tags);
    for one in batch.messages() {
        let id = (
            &one.run,
            &one.stage,
            &one.scenario,
            one.user,
            one.iteration,
            one.at_s,
            &one.message_type,
            &one.fields,
        );
        let mut record = one.clone();
        record.fields = legal_names(record.fields);
        let document = Document::new(&id)?
            .time(cstr!("time"), one.time)
            .fields(&record, &["time"])?
            .tags(&tags);
        documents.push(Kind::Message, document);
    }
    Ok(())
}

fn lifecycle(documents: &mut Documents, batch: &LifecycleBatch) -> Result<(), EncodeError> {
    let run = batch.run();
    let tags = list(&run.tags);
    for one in batch.records() {
        let mut record = one.clone();
        let plan = record.plan.take();
        let mut document = Document::new(&(&one.run, one.what, &one.stage))?
            .time(cstr!("time"), one.time)
            .fields(&record, &["time"])?
            .text(cstr!("name"), &run.name)
            .text(cstr!("version"), &run.version)
            .text(cstr!("seed"), &run.seed.to_string());
        if let Some(plan) = plan {
            // As text: its names are the user's, and it may be nested deeper than documents are.
            document = document.text(cstr!("plan"), &plan.to_string());
        }
        documents.push(Kind::Lifecycle, document.tags(&tags));
    }
    Ok(())
}

fn run_document(run: &RunRecord, tags: &RawArrayBuf) -> Result<Document, EncodeError> {
    let what = Kind::Run.as_str();
    Ok(Document::new(&(&run.id, what))?
        .text(cstr!("run"), &run.id)
        .text(cstr!("what"), what)
        .time(cstr!("started_at"), run.started_at)
        // A seed may be larger than the numbers of documents.
        .text(cstr!("seed"), &run.seed.to_string())
        .fields(
            &RunFields {
                name: &run.name,
                version: &run.version,
                verdict: run.verdict,
                reasons: &run.reasons,
            },
            &[],
        )?
        .tags(tags))
}

#[derive(Serialize)]
struct RunFields<'a> {
    name: &'a str,
    version: &'a str,
    verdict: Option<squall_report::RunVerdict>,
    reasons: &'a [String],
}

fn last(documents: &mut Documents, batch: &FinalBatch) -> Result<(), EncodeError> {
    let run = batch.run();
    let tags = list(&run.tags);
    documents.push(Kind::Run, run_document(run, &tags)?);
    for one in batch.metrics() {
        let id = (
            &run.id,
            &one.stage,
            &one.scenario,
            one.kind,
            &one.name,
            &one.tags,
            one.group,
        );
        let document = final_document(run, &id, one)?;
        let tags = list(&merged(&run.tags, &one.tags));
        documents.push(Kind::Metric, document.tags(&tags));
    }
    for one in batch.common() {
        let id = (
            &run.id,
            &one.stage,
            &one.scenario,
            one.kind,
            &one.name,
            &one.tags,
        );
        let document = final_document(run, &id, one)?;
        let tags = list(&merged(&run.tags, &one.tags));
        documents.push(Kind::Common, document.tags(&tags));
    }
    for one in batch.custom() {
        let id = (&run.id, &one.stage, &one.name, &one.group, &one.metric);
        documents.push(Kind::Custom, final_document(run, &id, one)?.tags(&tags));
    }
    for one in batch.errors() {
        let id = (
            &run.id,
            &one.stage,
            &one.scenario,
            &one.name,
            &one.error_class,
            &one.error_message,
        );
        documents.push(Kind::Error, final_document(run, &id, one)?.tags(&tags));
    }
    for one in batch.system() {
        let kind = match one.stage.as_str() {
            "" => Kind::SessionSystem,
            _ => Kind::StageSystem,
        };
        let id = (&run.id, &one.stage, &one.group);
        documents.push(kind, final_document(run, &id, one)?.tags(&tags));
    }
    for one in batch.thresholds() {
        let id = (&run.id, &one.rule);
        documents.push(Kind::Threshold, final_document(run, &id, one)?.tags(&tags));
    }
    Ok(())
}

fn final_document(
    run: &RunRecord,
    id: &impl Serialize,
    record: &impl Serialize,
) -> Result<Document, EncodeError> {
    Document::new(id)?
        .text(cstr!("run"), &run.id)
        .fields(record, &["tags"])
}

/// Writes the names of a script's own fields so that every server takes them: `%`, `.`, `$` and NUL as their code in hexadecimal
/// digits behind `%`.
fn legal_names(fields: Map<String, Value>) -> Map<String, Value> {
    let legal = fields
        .into_iter()
        .map(|(name, value)| (legal_name(&name), legal_value(value)));
    legal.collect()
}

fn legal_name(name: &str) -> String {
    let mut legal = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '%' => legal.push_str("%25"),
            '.' => legal.push_str("%2E"),
            '$' => legal.push_str("%24"),
            '\0' => legal.push_str("%00"),
            other => legal.push(other),
        }
    }
    legal
}

fn legal_value(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(legal_names(fields)),
        Value::Array(values) => values.into_iter().map(legal_value).collect(),
        other => other,
    }
}

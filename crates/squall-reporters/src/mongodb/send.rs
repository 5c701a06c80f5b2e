//! Sends documents to MongoDB.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::doc;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, Credential, ServerAddress, Tls, TlsOptions};
use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError};
use tempfile::NamedTempFile;
use tokio::runtime::{Builder, Runtime};

use super::config::MongoSettings;
use super::encode::{self, Documents};
use super::error::{sorted, written};
use super::roots;
use crate::address::shown;
use crate::payload::Kind;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct MongoReporter {
    settings: MongoSettings,
    connected: Option<Connected>,
}

struct Connected {
    /// Dropped before the runtime that its tasks are on.
    client: Client,
    runtime: Runtime,
    /// The certificates that the client read.
    _roots: Option<NamedTempFile>,
}

impl std::fmt::Debug for MongoReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MongoReporter")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl MongoReporter {
    pub(super) fn new(settings: MongoSettings) -> Self {
        Self {
            settings,
            connected: None,
        }
    }

    fn place(&self) -> String {
        let hosts = self.settings.hosts.iter();
        let hosts: Vec<_> = hosts.map(|(host, port)| shown(host, *port)).collect();
        let database = &self.settings.database;
        format!("mongodb at `{}`, database `{database}`", hosts.join(","))
    }

    fn options(&self, roots: Option<&NamedTempFile>) -> ClientOptions {
        let settings = &self.settings;
        let hosts = settings
            .hosts
            .iter()
            .map(|(host, port)| ServerAddress::Tcp {
                host: host.clone(),
                port: Some(*port),
            });
        let mut options = ClientOptions::default();
        options.hosts = hosts.collect();
        options.app_name = Some("squall".to_owned());
        options.connect_timeout = Some(CONNECT_TIMEOUT);
        options.server_selection_timeout = Some(CONNECT_TIMEOUT);
        // Who delivers batches tries again, and ids keep a document from being written twice.
        options.retry_writes = Some(false);
        options.repl_set_name.clone_from(&settings.replica_set);
        // One server is asked as it is, unless it should tell who else there is.
        options.direct_connection =
            Some(settings.hosts.len() == 1 && settings.replica_set.is_none());
        if let (Some(username), Some(password)) =
            (&settings.access.username, &settings.access.password)
        {
            let source = settings.auth_source.as_ref().unwrap_or(&settings.database);
            let mut credential = Credential::default();
            credential.username = Some(username.clone());
            credential.password = Some(password.reveal().to_owned());
            credential.source = Some(source.clone());
            options.credential = Some(credential);
        }
        if settings.access.secure {
            let mut tls = TlsOptions::default();
            let system = roots.map(|roots| roots.path().to_owned());
            tls.ca_file_path = settings.access.ca.clone().or(system);
            options.tls = Some(Tls::Enabled(tls));
        }
        options
    }

    fn connect(&self) -> Result<Connected, ReporterError> {
        let failed = |error: std::io::Error| {
            ReporterError::permanent("no client of mongodb can be made").with_source(error)
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let needs_roots = self.settings.access.secure && self.settings.access.ca.is_none();
        let roots = needs_roots
            .then(roots::system)
            .transpose()
            .map_err(failed)?;
        let options = self.options(roots.as_ref());
        // The client starts its tasks where it is made.
        let client = runtime.block_on(async { Client::with_options(options) });
        let client = client.map_err(|error| sorted(error, &self.place()))?;
        Ok(Connected {
            client,
            runtime,
            _roots: roots,
        })
    }

    fn insert(
        &self,
        connected: &Connected,
        kind: Kind,
        documents: &[RawDocumentBuf],
    ) -> Result<Option<(usize, String)>, ReporterError> {
        let database = connected.client.database(&self.settings.database);
        let name = &self.settings.collections[kind as usize];
        let collection = database.collection::<RawDocumentBuf>(name);
        let answer = connected.runtime.block_on(async {
            let insert = collection.insert_many(documents).ordered(false);
            tokio::time::timeout(ANSWER_TIMEOUT, insert).await
        });
        let place = || format!("{}, collection `{name}`", self.place());
        let error = match answer {
            Ok(Ok(_)) => return Ok(None),
            Ok(Err(error)) => error,
            Err(_) => {
                let (place, seconds) = (place(), ANSWER_TIMEOUT.as_secs());
                let message = format!("{place} does not answer within {seconds} s");
                return Err(ReporterError::temporary(message));
            }
        };
        if let ErrorKind::InsertMany(errors) = &*error.kind
            && let Some(written) = written(errors)
        {
            let why = written.why;
            let refused = (written.refused > 0)
                .then(|| (written.refused, format!("{} refused {why}", place())));
            return Ok(refused);
        }
        Err(sorted(error, &place()))
    }

    fn insert_all(
        &self,
        connected: &Connected,
        documents: &Documents,
    ) -> Result<Option<(usize, String)>, ReporterError> {
        let mut refused: Option<(usize, String)> = None;
        for (kind, documents) in documents.iter() {
            if let Some((count, why)) = self.insert(connected, kind, documents)? {
                let (before, first) = refused.unwrap_or((0, why));
                refused = Some((before + count, first));
            }
        }
        Ok(refused)
    }
}

impl Reporter for MongoReporter {
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
        let connected = self.connect()?;
        let database = connected.client.database(&self.settings.database);
        let answer = connected.runtime.block_on(async {
            // Unlike `ping`, this is answered only to who has logged in.
            let ask = database.run_command(
                doc! {"listCollections": 1, "nameOnly": true, "authorizedCollections": true},
            );
            tokio::time::timeout(ANSWER_TIMEOUT, ask).await
        });
        match answer {
            Ok(Ok(_)) => {
                self.connected = Some(connected);
                Ok(())
            }
            Ok(Err(error)) => Err(sorted(error, &self.place())),
            Err(_) => {
                let place = self.place();
                Err(ReporterError::temporary(format!("{place} does not answer")))
            }
        }
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let documents = encode::documents(batch).map_err(|error| {
            ReporterError::permanent("cannot write a record as a document").with_source(error)
        })?;
        let connected = match self.connected.take() {
            Some(connected) => connected,
            None => self.connect()?,
        };
        let refused = self.insert_all(&connected, &documents);
        // The client opens its connections anew by itself.
        self.connected = Some(connected);
        Ok(match refused? {
            None => Delivered::all(batch),
            Some((count, why)) => Delivered::only(batch.len().saturating_sub(count), why),
        })
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        if let Some(connected) = self.connected.take() {
            let shutdown = connected.client.shutdown();
            connected
                .runtime
                .block_on(async { tokio::time::timeout(CONNECT_TIMEOUT, shutdown).await })
                // Connections that do not end in time end with the process.
                .ok();
        }
        Ok(Some(self.place()))
    }
}

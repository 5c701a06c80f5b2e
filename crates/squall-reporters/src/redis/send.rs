//! Sends commands to Redis.

use std::time::Duration;

use redis::{
    Client, Connection, ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisConnectionInfo,
    RedisError, ServerErrorKind, TlsCertificates,
};
use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError};

use super::config::{RedisSettings, SHARED, Way};
use super::encode;
use crate::address::shown;
use crate::payload::{self, Payloads};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct RedisReporter {
    settings: RedisSettings,
    connection: Option<Connection>,
    /// Marks of batches whose answers came.
    answered: Vec<String>,
}

impl std::fmt::Debug for RedisReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisReporter")
            .field("settings", &self.settings)
            .field("answered", &self.answered)
            .finish_non_exhaustive()
    }
}

impl RedisReporter {
    pub(super) fn new(settings: RedisSettings) -> Self {
        Self {
            settings,
            connection: None,
            answered: Vec::new(),
        }
    }

    fn address(&self) -> String {
        shown(&self.settings.host, self.settings.port)
    }

    fn client(&self) -> Result<Client, ReporterError> {
        let settings = &self.settings;
        let (host, port) = (settings.host.clone(), settings.port);
        let address = if settings.access.secure {
            ConnectionAddr::TcpTls {
                host,
                port,
                insecure: false,
                tls_params: None,
            }
        } else {
            ConnectionAddr::Tcp(host, port)
        };
        let mut login = RedisConnectionInfo::default().set_db(settings.database);
        if let Some(username) = &settings.access.username {
            login = login.set_username(username);
        }
        if let Some(password) = &settings.access.password {
            login = login.set_password(password.reveal());
        }
        let info = address
            .into_connection_info()
            .map_err(|error| self.sorted(error))?
            .set_redis_settings(login);
        if !settings.access.secure {
            return Client::open(info).map_err(|error| self.sorted(error));
        }
        // Fails where another part of the program chose its provider first, which does as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let root_cert = match &settings.access.ca {
            Some(path) => Some(std::fs::read(path).map_err(|error| {
                let path = path.display();
                ReporterError::permanent(format!("cannot read `ca` from `{path}`"))
                    .with_source(error)
            })?),
            None => None,
        };
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert,
        };
        Client::build_with_tls(info, certificates).map_err(|error| self.sorted(error))
    }

    fn connect(&self) -> Result<Connection, ReporterError> {
        let connected = self
            .client()?
            .get_connection_with_timeout(CONNECT_TIMEOUT)
            .and_then(|connection| {
                connection.set_read_timeout(Some(ANSWER_TIMEOUT))?;
                connection.set_write_timeout(Some(ANSWER_TIMEOUT))?;
                Ok(connection)
            });
        connected.map_err(|error| self.sorted(error))
    }

    /// Runs something on the connection, opened anew where it broke.
    fn with<T>(
        &mut self,
        call: impl FnOnce(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T, ReporterError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        match call(&mut connection) {
            Ok(answer) => {
                self.connection = Some(connection);
                Ok(answer)
            }
            Err(error) => {
                // After an answer that says no the connection goes on; after none, nobody knows what it will say next.
                if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) {
                    self.connection = Some(connection);
                }
                Err(self.sorted(error))
            }
        }
    }

    /// Refuses names under which something else is kept: the load would be over before it is found out.
    fn check_names(&mut self) -> Result<(), ReporterError> {
        let wanted = match self.settings.way {
            Way::Set => "set",
            Way::Stream => "stream",
            Way::Channel => return Ok(()),
        };
        for name in self.settings.places.all(SHARED) {
            let found: String =
                self.with(|connection| redis::cmd("TYPE").arg(&name).query(connection))?;
            if found != wanted && found != "none" {
                let (address, database) = (self.address(), self.settings.database);
                return Err(ReporterError::permanent(format!(
                    "redis at `{address}`, database {database}, has a {found} named `{name}`, not a {wanted}: choose other names with `events_channel` and its like, another `database`, or another `channel_type`"
                )));
            }
        }
        Ok(())
    }

    fn send_once(&mut self, payloads: &Payloads, run: &str) -> Result<(), ReporterError> {
        let mark = encode::mark(payloads, &self.settings, run);
        let is_taken: bool =
            self.with(|connection| redis::cmd("EXISTS").arg(&mark).query(connection))?;
        if !is_taken {
            let pipeline =
                encode::transaction(payloads, &self.settings, run, &mark, &self.answered);
            self.with(|connection| pipeline.exec(connection))?;
            self.answered.clear();
        }
        self.answered.push(mark);
        Ok(())
    }

    /// Says what an error means for the driver.
    fn sorted(&self, error: RedisError) -> ReporterError {
        let address = self.address();
        let code = error.code().unwrap_or_default().to_owned();
        let hint = match (error.kind(), code.as_str()) {
            (ErrorKind::AuthenticationFailed, _) | (_, "WRONGPASS" | "NOAUTH") => {
                "refuses the login: check `username` and `password`"
            }
            (ErrorKind::Server(ServerErrorKind::NoPerm), _) | (_, "NOPERM") => {
                "does not let the user do this: give it the commands SADD, XADD, PUBLISH, TYPE, EXISTS, SET, DEL and the keys of the channels' names"
            }
            (_, "WRONGTYPE") => {
                "keeps something else under one of the names: choose other names with `events_channel` and its like, or another `database`"
            }
            (
                ErrorKind::Server(
                    ServerErrorKind::Moved | ServerErrorKind::Ask | ServerErrorKind::CrossSlot,
                ),
                _,
            ) => {
                "is a node of a cluster that has not all keys: give all names the same hash tag, such as `{squall}events`, and the node that has it"
            }
            (ErrorKind::InvalidClientConfig, _) => {
                "cannot be connected to with these settings: check `host`, `secure` and `ca`"
            }
            (ErrorKind::Server(ServerErrorKind::ResponseError), _)
                if error.to_string().contains("DB index") =>
            {
                "has no such database: check `database`"
            }
            (ErrorKind::Io, _) if error.is_timeout() => {
                return self.temporary("does not answer in time", error);
            }
            (ErrorKind::Io, _) if is_certificate(&error) => {
                "has a certificate that is not trusted: name the file of its authority in `ca`"
            }
            (_, "OOM") => return self.temporary("has no memory left (`maxmemory`)", error),
            _ => return self.temporary("does not take the records", error),
        };
        ReporterError::permanent(format!("redis at `{address}` {hint}")).with_source(error)
    }

    fn temporary(&self, what: &str, error: RedisError) -> ReporterError {
        let address = self.address();
        ReporterError::temporary(format!("redis at `{address}` {what}")).with_source(error)
    }
}

fn is_certificate(error: &RedisError) -> bool {
    error.to_string().contains("invalid peer certificate")
}

impl Reporter for RedisReporter {
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
        self.with(|connection| redis::cmd("PING").exec(connection))?;
        self.check_names()
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let payloads = payload::encode(batch).map_err(|error| {
            ReporterError::permanent("cannot write a record as JSON").with_source(error)
        })?;
        if !payloads.is_empty() {
            match self.settings.way {
                Way::Set => {
                    let pipeline = encode::sets(&payloads, &self.settings);
                    self.with(|connection| pipeline.exec(connection))?;
                }
                Way::Stream | Way::Channel => self.send_once(&payloads, &batch.run().id)?,
            }
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        let answered = std::mem::take(&mut self.answered);
        if !answered.is_empty() {
            self.with(|connection| redis::cmd("DEL").arg(&answered).exec(connection))?;
        }
        self.connection = None;
        let scheme = if self.settings.access.secure {
            "rediss"
        } else {
            "redis"
        };
        let (address, database) = (self.address(), self.settings.database);
        Ok(Some(format!("{scheme}://{address}/{database}")))
    }
}

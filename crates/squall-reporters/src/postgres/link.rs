//! One connection to the server, asked from code that is not asynchronous.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use futures_util::SinkExt;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::config::Settings;
use super::failure::Failure;
use super::tls;
use crate::sql::TableKind;
use crate::sql::Tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The connection, and the runtime that it lives in.
pub(super) struct Link {
    runtime: Runtime,
    client: Client,
    copies: HashMap<TableKind, Statement>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn open(settings: &Settings) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("no runtime can be made: {error}")))?;
        let tls = MakeRustlsConnect::new(tls::client(&settings.tls).map_err(Failure::Refused)?);
        let config = config(settings);
        let (client, connection) = runtime.block_on(async {
            timeout(CONNECT_TIMEOUT, config.connect(tls))
                .await
                .map_err(|_| Failure::Timeout(CONNECT_TIMEOUT.as_secs()))?
                .map_err(Failure::from)
        })?;
        // What ends the connection is told by the call that meets it.
        runtime.spawn(async move { connection.await.ok() });
        Ok(Self {
            runtime,
            client,
            copies: HashMap::new(),
        })
    }

    /// Runs statements without parameters.
    pub(super) fn run(&self, statements: &str) -> Result<(), Failure> {
        self.wait(self.client.batch_execute(statements))
    }

    /// Asks for rows.
    pub(super) fn rows(
        &self,
        query: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Failure> {
        self.wait(self.client.query(query, values))
    }

    /// Copies rows with a statement, which stays prepared; `copy` writes it.
    pub(super) fn copy(
        &mut self,
        kind: TableKind,
        copy: impl Fn() -> String,
        bytes: Vec<u8>,
    ) -> Result<(), Failure> {
        let statement = if let Some(statement) = self.copies.get(&kind) {
            statement.clone()
        } else {
            let statement = self.wait(self.client.prepare(&copy()))?;
            self.copies.insert(kind, statement.clone());
            statement
        };
        self.wait(async {
            let sink = self.client.copy_in(&statement).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(std::io::Cursor::new(bytes)).await?;
            sink.as_mut().finish().await
        })
        .map(drop)
    }

    fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        let answered = self
            .runtime
            .block_on(async { timeout(ANSWER_TIMEOUT, answer).await });
        let answered = answered.map_err(|_| Failure::Timeout(ANSWER_TIMEOUT.as_secs()))?;
        Ok(answered?)
    }
}

fn config(settings: &Settings) -> Config {
    let mut config = Config::new();
    config
        .host(&settings.login.host)
        .port(settings.login.port)
        .dbname(&settings.login.database)
        .user(&settings.login.username)
        .password(settings.login.password.reveal())
        .application_name("squall")
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_user_timeout(ANSWER_TIMEOUT)
        // Tables that are there already are told as notices otherwise.
        .options("-c client_min_messages=warning")
        .ssl_mode(match settings.tls {
            Tls::Disabled => SslMode::Disable,
            Tls::Preferred => SslMode::Prefer,
            Tls::Required | Tls::Verified(_) => SslMode::Require,
        });
    config
}

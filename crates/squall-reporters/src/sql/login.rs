//! Where a server is, who writes, and what is believed of it.

use std::path::PathBuf;

use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::{SettingInfo, SettingKind};

/// Names the database.
pub(crate) const DATABASE: SettingInfo = SettingInfo::new(
    "database",
    SettingKind::Text,
    "database that the tables are in",
)
.required();
/// Names the user.
pub(crate) const USERNAME: SettingInfo =
    SettingInfo::new("username", SettingKind::Text, "user who writes").required();
/// Is the user's password.
pub(crate) const PASSWORD: SettingInfo =
    SettingInfo::new("password", SettingKind::Secret, "password of that user").required();

/// A server, a database of it, and a user.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) username: String,
    pub(crate) password: Secret,
}

impl Login {
    /// Reads `host`, `port`, `database`, `username` and `password`.
    pub(crate) fn read(reader: &mut SettingsReader<'_>) -> Self {
        Self {
            host: reader.needed_text("host"),
            database: reader.needed_text("database"),
            username: reader.needed_text("username"),
            password: reader.needed_secret("password"),
            port: reader.port("port"),
        }
    }

    /// Says where it is, without the password.
    pub(crate) fn place(&self) -> String {
        let Self {
            host,
            port,
            database,
            ..
        } = self;
        format!("`{host}:{port}`, database `{database}`")
    }
}

/// What is believed of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tls {
    /// No TLS.
    Disabled,
    /// TLS where the server has it.
    Preferred,
    /// TLS, with anybody.
    Required,
    /// TLS with a server whose certificate names it and is signed by an authority: a known one, or one of the file.
    Verified(Option<PathBuf>),
}

impl Tls {
    /// Reads `tls` and `ca`; `names` are those of the four ways, in the order of their strictness.
    pub(crate) fn read(reader: &mut SettingsReader<'_>, names: &[&str; 4]) -> Self {
        let [disabled, _, required, verified] = names;
        let choice = reader.choice("tls");
        let ca = reader.path("ca");
        if ca.is_some() && choice != *verified && reader.is_clean() {
            let problem = format!("is looked at with `tls = \"{verified}\"` alone");
            reader.invalid("ca", problem);
        }
        match choice.as_str() {
            name if name == *disabled => Self::Disabled,
            name if name == *required => Self::Required,
            name if name == *verified => Self::Verified(ca),
            _ => Self::Preferred,
        }
    }
}

//! `[admin_tls]`: the files with which the admin API speaks TLS.
//!
//! Must never: read the files. Who serves reads them, again and again, for certificates are renewed.

use std::path::PathBuf;

use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::layer::{Located, Origin, Setting};
use super::outside::Environment;
use super::section::Section;
use super::shown::at;

/// The files with which the admin API speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminTls {
    /// The node's certificate, then those that lead to its authority; PEM.
    pub cert_file: PathBuf,
    /// The private key of the first certificate; PEM.
    pub key_file: PathBuf,
    /// The authorities of which clients must show a certificate; `None`: clients need none. PEM.
    pub client_ca_file: Option<PathBuf>,
}

/// As far as one source sets it.
#[derive(Debug, Clone, Default)]
pub(super) struct AdminTlsSettings {
    cert_file: Setting<PathBuf>,
    key_file: Setting<PathBuf>,
    client_ca_file: Setting<PathBuf>,
    /// Where the table is, if there is one.
    table: Option<Origin>,
}

impl AdminTlsSettings {
    /// The `[admin_tls]` table.
    pub(super) fn from_section(mut section: Section<'_>, table: Option<Origin>) -> Result<Self, ConfigError> {
        let settings = Self {
            cert_file: path(section.text("cert_file")?),
            key_file: path(section.text("key_file")?),
            client_ca_file: path(section.text("client_ca_file")?),
            table,
        };
        section.finish()?;
        Ok(settings)
    }

    pub(super) fn from_environment(environment: &Environment) -> Self {
        let set = |name| path(environment.setting(name));
        Self {
            cert_file: set("CHRONIK_ADMIN_TLS_CERT_FILE"),
            key_file: set("CHRONIK_ADMIN_TLS_KEY_FILE"),
            client_ca_file: set("CHRONIK_ADMIN_TLS_CLIENT_CA_FILE"),
            table: None,
        }
    }

    /// These, with `lower` showing through where they say nothing.
    pub(super) fn over(self, lower: Self) -> Self {
        Self {
            cert_file: self.cert_file.or(lower.cert_file),
            key_file: self.key_file.or(lower.key_file),
            client_ca_file: self.client_ca_file.or(lower.client_ca_file),
            table: self.table.or(lower.table),
        }
    }

    /// Who made each setting, by its name in the file.
    pub(super) fn origins(&self) -> [(&'static str, Option<&Origin>); 3] {
        [
            ("admin_tls.cert_file", at(&self.cert_file)),
            ("admin_tls.key_file", at(&self.key_file)),
            ("admin_tls.client_ca_file", at(&self.client_ca_file)),
        ]
    }

    /// All of it, or nothing: a part alone is a mistake, and so is an empty table.
    pub(super) fn resolve(self) -> Result<Option<AdminTls>, ConfigError> {
        let missing = |set: &Origin, what, key: &str| {
            let remedy = format!("set admin_tls.{key} too, or remove this");
            ConfigError::new(Kind::Missing, set, format!("the admin API has no {what} for TLS"), remedy)
        };
        match (self.cert_file, self.key_file, self.client_ca_file) {
            (None, None, None) => match &self.table {
                Some(table) => Err(missing(table, "certificate", "cert_file")),
                None => Ok(None),
            },
            (Some(cert), Some(key), client_ca) => Ok(Some(AdminTls {
                cert_file: cert.value,
                key_file: key.value,
                client_ca_file: client_ca.map(|file| file.value),
            })),
            (Some(cert), None, _) => Err(missing(&cert.origin, "private key", "key_file")),
            (None, Some(other), _) | (None, None, Some(other)) => {
                Err(missing(&other.origin, "certificate", "cert_file"))
            }
        }
    }
}

fn path(text: Setting<String>) -> Setting<PathBuf> {
    text.map(|text| Located::new(PathBuf::from(text.value), text.origin))
}

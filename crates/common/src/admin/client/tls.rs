//! Whom a client of nodes that speak TLS trusts, and what it shows of itself.

use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder, Identity};

use crate::pem;

/// Files for nodes that speak TLS. Plain HTTP needs none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientTls {
    /// The authorities that sign the nodes' certificates, and no other is trusted; `None`: those of the system.
    pub ca_file: Option<PathBuf>,
    /// The certificate to show to nodes that ask for one.
    pub cert_file: Option<PathBuf>,
    /// The private key of that certificate.
    pub key_file: Option<PathBuf>,
}

/// The files' content, checked.
pub(super) struct Trust {
    roots: Option<Vec<Certificate>>,
    identity: Option<Identity>,
}

impl ClientTls {
    /// Reads the files. Without an https address the system's authorities are not looked for: a machine that has none
    /// can still speak plain HTTP.
    pub(super) fn read(&self, https: bool) -> Result<Trust, String> {
        let roots = match &self.ca_file {
            Some(path) => Some(roots(path)?),
            None if https => None,
            None => Some(Vec::new()),
        };
        let identity = match (&self.cert_file, &self.key_file) {
            (Some(cert), Some(key)) => Some(identity(cert, key)?),
            (None, None) => None,
            (Some(cert), None) => {
                return Err(format!("{} has no private key; name it with --key-file", cert.display()));
            }
            (None, Some(key)) => {
                return Err(format!("{} has no certificate; name it with --cert-file", key.display()));
            }
        };
        Ok(Trust { roots, identity })
    }
}

impl Trust {
    pub(super) fn apply(&self, mut builder: ClientBuilder) -> ClientBuilder {
        if let Some(roots) = &self.roots {
            builder = builder.tls_certs_only(roots.clone());
        }
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }
}

fn roots(path: &Path) -> Result<Vec<Certificate>, String> {
    let found = pem::certificates(path).map_err(|error| error.to_string())?;
    let unusable =
        |error: reqwest::Error| format!("{}: {}", path.display(), super::exchange::innermost(&error));
    found.iter().map(|der| Certificate::from_der(der).map_err(unusable)).collect()
}

fn identity(cert: &Path, key: &Path) -> Result<Identity, String> {
    pem::pair(cert, key).map_err(|error| error.to_string())?;
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let text = [read(cert)?, read(key)?].join(&b'\n');
    Identity::from_pem(&text).map_err(|error| format!("{}: {error}", cert.display()))
}

//! TLS of the admin API's listeners, with certificates that may be renewed while the node runs.
//!
//! Must never: fall back to plain HTTP, or to clients without a certificate where one is required.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chronik_common::config::AdminTls;
use chronik_common::pem::{self, PemError};
use parking_lot::{Mutex, MutexGuard};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use x509_parser::error::X509Error;
use x509_parser::nom;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The files are looked at no more often than this.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Why TLS is not possible with the files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file gives no certificate or key, or they do not fit.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The authorities of clients cannot be used.
    #[error("{path} cannot be used to check clients: {cause}; it must hold certificates of authorities")]
    ClientCa {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
    /// The certificate cannot be used.
    #[error("{path} cannot be used: {cause}; it must hold a certificate for a server")]
    Certificate {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
}

/// TLS for the connections of listeners.
pub struct Tls {
    files: AdminTls,
    look_interval: Duration,
    held: Mutex<Held>,
}

struct Held {
    acceptor: TlsAcceptor,
    expires_ms: i64,
    stamps: Stamps,
    looked_at: Instant,
}

/// When the files were changed last, and their sizes; `None` for one that is not there.
type Stamps = Vec<Option<(SystemTime, u64)>>;

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// A file is missing or holds something else, or the key does not fit.
    pub fn open(files: AdminTls) -> Result<Self, TlsError> {
        Self::looking_every(LOOK_INTERVAL, files)
    }

    fn looking_every(look_interval: Duration, files: AdminTls) -> Result<Self, TlsError> {
        let stamps = stamps(&files);
        let (acceptor, expires_ms) = read(&files)?;
        let held = Held { acceptor, expires_ms, stamps, looked_at: Instant::now() };
        Ok(Self { files, look_interval, held: Mutex::new(held) })
    }

    /// Agrees on TLS with a client. The caller limits the time.
    pub(super) async fn accept(self: Arc<Self>, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let newest = tokio::task::spawn_blocking(move || self.look().acceptor.clone());
        let acceptor = newest.await.map_err(io::Error::other)?;
        acceptor.accept(stream).await
    }

    /// When the first certificate of the chain runs out, in milliseconds since 1970. Reads the files if they have changed.
    pub fn expires_ms(&self) -> i64 {
        self.look().expires_ms
    }

    /// What the files hold now. While they cannot be used, what they held before.
    fn look(&self) -> MutexGuard<'_, Held> {
        let mut held = self.held.lock();
        if held.looked_at.elapsed() < self.look_interval {
            return held;
        }
        held.looked_at = Instant::now();
        // Looked at before they are read: a change in between is seen next time.
        let stamps = stamps(&self.files);
        if stamps != held.stamps {
            held.stamps = stamps;
            match read(&self.files) {
                Ok((acceptor, expires_ms)) => {
                    (held.acceptor, held.expires_ms) = (acceptor, expires_ms);
                    tracing::info!("the admin API has read its certificates again");
                }
                Err(error) => tracing::error!(%error, "the admin API goes on with its old certificates"),
            }
        }
        held
    }
}

fn stamps(files: &AdminTls) -> Stamps {
    let stamp = |path: &Path| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    let AdminTls { cert_file, key_file, client_ca_file } = files;
    [Some(cert_file), Some(key_file), client_ca_file.as_ref()]
        .into_iter()
        .flatten()
        .map(|p| stamp(p))
        .collect()
}

/// TLS with what the files hold, and when the first certificate of the chain runs out.
fn read(files: &AdminTls) -> Result<(TlsAcceptor, i64), TlsError> {
    let (chain, key) = pem::pair(&files.cert_file, &files.key_file)?;
    let expires_ms = first_to_expire(&chain).map_err(|cause| unusable(files, &cause))?;
    Ok((acceptor(files, chain, key)?, expires_ms))
}

fn first_to_expire(chain: &[CertificateDer<'_>]) -> Result<i64, X509Error> {
    let expires = |certificate: &CertificateDer<'_>| -> Result<i64, X509Error> {
        let (_, certificate) = X509Certificate::from_der(certificate).map_err(|error| match error {
            nom::Err::Error(error) | nom::Err::Failure(error) => error,
            nom::Err::Incomplete(_) => X509Error::InvalidCertificate,
        })?;
        Ok(certificate.validity().not_after.timestamp().saturating_mul(1000))
    };
    chain.iter().map(expires).try_fold(i64::MAX, |first, at| Ok(first.min(at?)))
}

fn unusable(files: &AdminTls, cause: &dyn std::error::Error) -> TlsError {
    TlsError::Certificate { path: files.cert_file.display().to_string(), cause: cause.to_string() }
}

fn acceptor(
    files: &AdminTls,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, TlsError> {
    let unusable = |cause: rustls::Error| unusable(files, &cause);
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = match &files.client_ca_file {
        Some(path) => builder.with_client_cert_verifier(verifier(path)?),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Demands a certificate of one of the file's authorities.
fn verifier(path: &Path) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsError> {
    let unusable = |cause: String| TlsError::ClientCa { path: path.display().to_string(), cause };
    let mut roots = RootCertStore::empty();
    for certificate in pem::certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
        .build()
        .map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests;

//! Certificates and private keys in PEM files, as both ends of the admin API read them.
//!
//! Must never: put what a file holds into an error.

use std::path::{Path, PathBuf};

use rustls::crypto::ring::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{Error, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Largest file that is read, in bytes: all authorities of the world fit many times over.
const LARGEST_FILE: u64 = 16 << 20;

/// Why a file gives no certificate or no key.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// It cannot be read.
    #[error("{} cannot be read: {cause}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// It is no PEM file, or a broken one.
    #[error("{} is not a PEM file; it must hold a {wanted} between BEGIN and END lines", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// It holds something else.
    #[error("there is no {wanted} in {}; check that it is the right file", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// They cannot be used together.
    #[error(
        "the private key in {} does not go with the certificate in {}: {cause}; the node's or client's own certificate \
         must come first in its file, and the key must be the one that it was made for",
        key.display(), cert.display()
    )]
    Unfit {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why.
        cause: String,
    },
}

/// A certificate with those that lead to its authority, and its private key.
pub type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// A certificate and its key, which fit together.
///
/// # Errors
/// A file gives none, or they do not fit.
pub fn pair(cert: &Path, key: &Path) -> Result<Pair, PemError> {
    let (chain, secret) = (certificates(cert)?, private_key(key)?);
    CertifiedKey::from_der(chain.clone(), secret.clone_key(), &default_provider()).map_err(|error| {
        PemError::Unfit { cert: cert.to_owned(), key: key.to_owned(), cause: error.to_string() }
    })?;
    Ok((chain, secret))
}

/// All certificates of a file, in order; at least one.
///
/// # Errors
/// The file cannot be read, is broken, or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let wanted = "certificate";
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| described(&error, path, wanted))?;
    if found.is_empty() {
        return Err(PemError::Missing { path: path.to_owned(), wanted });
    }
    Ok(found)
}

/// The first private key of a file.
///
/// # Errors
/// The file cannot be read, is broken, or holds none.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| described(&error, path, "private key"))
}

fn read(path: &Path) -> Result<Vec<u8>, PemError> {
    let unreadable = |cause: String| PemError::Unreadable { path: path.to_owned(), cause };
    let about = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !about.is_file() || about.len() > LARGEST_FILE {
        return Err(unreadable(format!("it is not a file of at most {LARGEST_FILE} bytes")));
    }
    std::fs::read(path).map_err(|error| unreadable(error.to_string()))
}

fn described(error: &Error, path: &Path, wanted: &'static str) -> PemError {
    let path = path.to_owned();
    match error {
        Error::NoItemsFound => PemError::Missing { path, wanted },
        _ => PemError::Malformed { path, wanted },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "";
    const BROKEN: &str = "-----BEGIN CERTIFICATE-----\nsecret!\n-----END CERTIFICATE-----\n";
    const UNENDED: &str = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n";

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_file_that_holds_nothing_of_use_is_named_and_not_quoted() {
        let told = |text: &str| {
            let file = file(text);
            let errors = [certificates(file.path()).unwrap_err(), private_key(file.path()).unwrap_err()];
            errors.map(|error| error.to_string().replace(&file.path().display().to_string(), "FILE"))
        };
        assert_eq!(
            told(EMPTY),
            [
                "there is no certificate in FILE; check that it is the right file",
                "there is no private key in FILE; check that it is the right file",
            ]
        );
        for text in [BROKEN, UNENDED] {
            let told = told(text).join("\n");
            assert!(told.contains("is not a PEM file"), "{told}");
            assert!(!told.contains("secret") && !told.contains("c2Vj"), "{told}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_or_a_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            certificates(Path::new("/nowhere/ca.pem")).unwrap_err().to_string(),
            "/nowhere/ca.pem cannot be read: No such file or directory (os error 2); \
             check the path and its permissions"
        );
        assert!(matches!(private_key(folder.path()), Err(PemError::Unreadable { .. })));
    }
}

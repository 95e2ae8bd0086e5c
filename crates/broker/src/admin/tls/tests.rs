//! TLS over loopback, as `chronikctl` sees it, with certificates of authorities made for the test.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::routing::get;
use axum::{Json, Router};
use chronik_common::admin::{AdminClient, AdminError, AdminUrl, ClientTls, Health};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::server::{Limits, serve_within};
use super::*;

/// More than any test takes.
const PATIENCE: Duration = Duration::from_mins(1);

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate and its key.
    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".into(), "localhost".into()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }
}

/// Files of one node and its client.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The node's files with a certificate of this authority.
    fn node(&self, authority: &Authority) -> AdminTls {
        let (cert, key) = authority.issue();
        AdminTls {
            cert_file: self.write("node.pem", &cert),
            key_file: self.write("node.key", &key),
            client_ca_file: None,
        }
    }

    /// The files of a client that trusts this authority.
    fn client(&self, trusted: &Authority) -> ClientTls {
        ClientTls { ca_file: Some(self.write("ca.pem", &trusted.pem())), ..ClientTls::default() }
    }
}

struct Served {
    address: SocketAddr,
    _stop_at_the_end: DropGuard,
}

/// A listener that looks at its files for every connection.
async fn served(files: AdminTls, limits: Limits) -> Served {
    let tls = Tls::looking_every(Duration::ZERO, files).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let health = || async { Json(Health { healthy: true, node_id: 7, reasons: vec![] }) };
    let router = Router::new().route("/admin/health", get(health));
    tokio::spawn(serve_within(limits, listener, Some(Arc::new(tls)), router, stop.clone()));
    Served { address, _stop_at_the_end: stop.drop_guard() }
}

fn patient() -> Limits {
    Limits { connections: 8, head: PATIENCE, connection: PATIENCE }
}

impl Served {
    /// What a client with these files is told.
    async fn ask(&self, scheme: &str, tls: &ClientTls) -> Result<Health, AdminError> {
        let url: AdminUrl = format!("{scheme}://{}", self.address).parse().unwrap();
        AdminClient::with_tls(vec![url], None, tls).unwrap().health().await
    }
}

fn refusal(files: AdminTls) -> String {
    Tls::open(files).err().unwrap().to_string()
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_answered_and_no_other() {
    let (ours, strange, folder) = (Authority::new(), Authority::new(), Folder::new());
    let node = served(folder.node(&ours), patient()).await;
    assert_eq!(node.ask("https", &folder.client(&ours)).await.unwrap().node_id, 7);
    let error = node.ask("https", &folder.client(&strange)).await.unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
}

#[tokio::test]
async fn plain_http_is_not_spoken() {
    let (ours, folder) = (Authority::new(), Folder::new());
    let node = served(folder.node(&ours), patient()).await;
    assert_eq!(node.ask("http", &ClientTls::default()).await.unwrap_err().exit_code(), 3);
}

#[tokio::test]
async fn clients_without_a_certificate_of_the_authority_are_refused_where_one_is_required() {
    let (nodes, people, strange) = (Authority::new(), Authority::new(), Authority::new());
    let folder = Folder::new();
    let client_ca_file = Some(folder.write("people.pem", &people.pem()));
    let node = served(AdminTls { client_ca_file, ..folder.node(&nodes) }, patient()).await;
    let with_certificate_of = |authority: &Authority| {
        let (cert, key) = authority.issue();
        let (cert_file, key_file) = (folder.write("me.pem", &cert), folder.write("me.key", &key));
        ClientTls { cert_file: Some(cert_file), key_file: Some(key_file), ..folder.client(&nodes) }
    };
    assert_eq!(node.ask("https", &with_certificate_of(&people)).await.unwrap().node_id, 7);
    assert_eq!(node.ask("https", &with_certificate_of(&strange)).await.unwrap_err().exit_code(), 3);
    assert_eq!(node.ask("https", &folder.client(&nodes)).await.unwrap_err().exit_code(), 3);
}

#[tokio::test]
async fn a_renewed_certificate_is_used_and_a_broken_one_is_not() {
    let (old, new, folder) = (Authority::new(), Authority::new(), Folder::new());
    let node = served(folder.node(&old), patient()).await;
    let broken = folder.write("node.pem", "renewal failed");
    assert_eq!(node.ask("https", &folder.client(&old)).await.unwrap().node_id, 7);
    assert_eq!(folder.node(&new).cert_file, broken);
    assert_eq!(node.ask("https", &folder.client(&new)).await.unwrap().node_id, 7);
    assert_eq!(node.ask("https", &folder.client(&old)).await.unwrap_err().exit_code(), 3);
}

#[tokio::test]
async fn who_does_not_agree_on_tls_in_time_is_cut_off() {
    let (ours, folder) = (Authority::new(), Folder::new());
    let limits = Limits { connections: 1, head: Duration::from_millis(50), connection: PATIENCE };
    let node = served(folder.node(&ours), limits).await;
    let mut silent = tokio::net::TcpStream::connect(node.address).await.unwrap();
    silent.write_all(&[0x16]).await.unwrap();
    let mut bytes = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, silent.read_to_end(&mut bytes)).await;
    assert!(ended.is_ok(), "the connection is still open");
}

#[test]
fn files_that_cannot_be_used_are_told_at_the_start() {
    let (ours, folder) = (Authority::new(), Folder::new());
    let files = folder.node(&ours);
    let told = |files: AdminTls| refusal(files).replace(&folder.0.path().display().to_string(), "DIR");
    let missing = folder.0.path().join("missing.pem");
    assert_eq!(
        told(AdminTls { cert_file: missing, ..files.clone() }),
        "DIR/missing.pem cannot be read: No such file or directory (os error 2); \
         check the path and its permissions"
    );
    assert_eq!(
        told(AdminTls { cert_file: files.key_file.clone(), ..files.clone() }),
        "there is no certificate in DIR/node.key; check that it is the right file"
    );
    let other = folder.write("other.key", &ours.issue().1);
    let unfit = told(AdminTls { key_file: other, ..files.clone() });
    assert!(
        unfit
            .starts_with("the private key in DIR/other.key does not go with the certificate in DIR/node.pem"),
        "{unfit}"
    );
    let empty = folder.write("empty.pem", "");
    assert_eq!(
        told(AdminTls { client_ca_file: Some(empty), ..files }),
        "there is no certificate in DIR/empty.pem; check that it is the right file"
    );
}

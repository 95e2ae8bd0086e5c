//! Counters of a node's WAL, from its `/metrics`.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;
use crate::node::Node;

/// What the WAL of a node has written since it started.
#[derive(Clone, Copy)]
pub struct WalCounters {
    pub flushes: u64,
    pub frames: u64,
    pub bytes: u64,
}

impl WalCounters {
    pub async fn of(node: &Node) -> Result<Self> {
        let text = get(&node.admin_address(), "/metrics").await?;
        let counter = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|value| value.parse().ok()).ok_or_else(|| format!("/metrics has no {name}"))
        };
        Ok(Self {
            flushes: counter("chronik_wal_flushes_total")?,
            frames: counter("chronik_wal_frames_total")?,
            bytes: counter("chronik_wal_written_bytes_total")?,
        })
    }

    /// What was written since an earlier reading.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            flushes: self.flushes - earlier.flushes,
            frames: self.frames - earlier.frames,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

/// The body of a small answer whose end is the end of the connection.
async fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("an HTTP answer has a head")?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(format!("GET {path} at {address}: {}", head.lines().next().unwrap_or_default()).into()),
    }
}

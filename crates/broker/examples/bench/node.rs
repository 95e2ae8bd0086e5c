//! One `chronik-server` process with its configuration, data and log.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chronik_common::admin::{AdminClient, Status, StorageReport};
use chronik_common::config::ApiKey;

use crate::Result;
use crate::client::Connection;

/// Below Linux's range for ports of outgoing connections: else one of those could sit on the port of a node that is
/// being restarted.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const LOG_TAIL: usize = 20;
/// Replicas of a partition, in a cluster that has more nodes than that.
const MOST_REPLICAS: usize = 3;

/// Where a node listens.
#[derive(Clone, Copy)]
pub struct Ports {
    kafka: u16,
    wal: u16,
    raft: u16,
    admin: u16,
}

impl Ports {
    /// Ports for so many nodes that nothing listens on, all different.
    pub fn free(nodes: usize) -> Result<Vec<Self>> {
        let mut held = Vec::new();
        while held.len() < 4 * nodes {
            let port = rand::random_range(PORTS);
            // Held until all are found, so that none is found twice.
            held.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
        }
        let ports = held.iter().map(|l| Ok(l.local_addr()?.port())).collect::<Result<Vec<_>>>()?;
        let (of_nodes, _) = ports.as_chunks();
        Ok(of_nodes.iter().map(|&[kafka, wal, raft, admin]| Self { kafka, wal, raft, admin }).collect())
    }
}

/// What a benchmark configures beside the defaults; `None`: the default.
#[derive(Clone, Copy, Default)]
pub struct Settings {
    /// Bytes a second that a node may send to replicas that catch up.
    pub replica_move_rate: Option<u64>,
    /// How often a leader looks for records to delete.
    pub retention_check_interval_ms: Option<u64>,
    /// Size of a WAL file in bytes.
    pub wal_segment_size: Option<u64>,
}

impl Settings {
    /// As the top of a configuration file, and as its tables.
    fn to_toml(self) -> (String, String) {
        let line = |key: &str, value: Option<u64>| value.map(|value| format!("{key} = {value}\n"));
        let top = [
            line("replica_move_rate", self.replica_move_rate),
            line("retention_check_interval_ms", self.retention_check_interval_ms),
        ];
        let storage = line("wal_segment_size", self.wal_segment_size);
        let tables = storage.map(|line| format!("\n[cluster.storage]\n{line}"));
        (top.into_iter().flatten().collect(), tables.unwrap_or_default())
    }
}

pub struct Node {
    pub id: i32,
    ports: Ports,
    directory: PathBuf,
    key: ApiKey,
    admin: AdminClient,
    process: Option<Child>,
}

impl Node {
    /// A node that does not run yet, with its files in `directory`.
    pub fn new(id: i32, ports: Ports, directory: PathBuf, key: ApiKey) -> Result<Self> {
        fs::create_dir(&directory)?;
        let url = format!("http://127.0.0.1:{}", ports.admin).parse()?;
        let client = AdminClient::new(vec![url], Some(key.clone()))?;
        Ok(Self { id, ports, directory, key, admin: client, process: None })
    }

    /// Writes the configuration of a node that knows all `peers`, itself among them.
    pub fn configure(&self, peers: &[Self], settings: Settings) -> Result<()> {
        let replicas = peers.len().min(MOST_REPLICAS);
        let (top, tables) = settings.to_toml();
        let mut text = format!(
            "enabled = true\nnode_id = {}\ndata_dir = \"{}\"\nreplication_factor = {replicas}\nmin_insync_replicas = {}\n",
            self.id,
            self.data_dir().display(),
            replicas.min(2)
        );
        text.push_str(&top);
        writeln!(text, "\n[bind]\nadmin = \"127.0.0.1:{}\"", self.ports.admin)?;
        for Self { id, ports: Ports { kafka, wal, raft, .. }, .. } in peers {
            writeln!(text, "\n[[peers]]\nid = {id}\nkafka = \"127.0.0.1:{kafka}\"")?;
            writeln!(text, "wal = \"127.0.0.1:{wal}\"\nraft = \"127.0.0.1:{raft}\"")?;
        }
        text.push_str(&tables);
        Ok(fs::write(self.config_file(), text)?)
    }

    pub fn start(&mut self, server: &Path) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.log_file())?;
        let mut command = Command::new(server);
        command.arg("start").arg("--config").arg(self.config_file()).current_dir(&self.directory);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHRONIK_"))
        {
            command.env_remove(name);
        }
        command.env("CHRONIK_ADMIN_API_KEY", self.key.reveal());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let started = command.spawn().map_err(|e| format!("cannot start {}: {e}", server.display()))?;
        self.process = Some(started);
        Ok(())
    }

    /// kill -9. The process may still be ending when this returns.
    pub fn kill(&mut self) -> Result<()> {
        Ok(self.process.as_mut().ok_or("the node does not run")?.kill()?)
    }

    /// SIGSTOP: the process does nothing any more, but its connections stay open, as those of a machine that is gone.
    pub fn pause(&mut self) -> Result<()> {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid()?)?).ok_or("a process has an id")?;
        Ok(rustix::process::kill_process(pid, rustix::process::Signal::STOP)?)
    }

    /// Waits for a killed process to be gone.
    pub fn wait(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.wait()?;
        }
        Ok(())
    }

    /// The process, or an error if it has ended by itself.
    pub fn pid(&mut self) -> Result<u32> {
        let process = self.process.as_mut().ok_or("the node does not run")?;
        match process.try_wait()? {
            None => Ok(process.id()),
            Some(status) => Err(format!("node {} has ended: {status}", self.id).into()),
        }
    }

    /// Whether the node says that it may be used.
    pub async fn is_healthy(&self) -> bool {
        self.admin.health().await.is_ok_and(|health| health.healthy)
    }

    pub async fn status(&self) -> Result<Status> {
        Ok(self.admin.status().await?)
    }

    /// What its WAL holds on disk, and why.
    pub async fn storage(&self) -> Result<StorageReport> {
        Ok(self.admin.storage().await?)
    }

    /// Where everything is that it keeps on disk.
    pub fn data_dir(&self) -> PathBuf {
        self.directory.join("data")
    }

    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(&format!("127.0.0.1:{}", self.ports.kafka)).await
    }

    pub fn admin_address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.admin)
    }

    pub fn log_tail(&self) -> String {
        let log = fs::read(self.log_file()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n")
    }

    fn config_file(&self) -> PathBuf {
        self.directory.join("node.toml")
    }

    fn log_file(&self) -> PathBuf {
        self.directory.join("node.log")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        drop(self.kill());
        drop(self.wait());
    }
}

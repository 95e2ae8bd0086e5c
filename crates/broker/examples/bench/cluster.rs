//! A cluster of real nodes. Every wait is for a condition, with a limit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chronik_common::admin::PartitionStatus;
use tempfile::TempDir;

use crate::client::Connection;
use crate::node::{Node, Ports, Settings};
use crate::{Result, topics};

const LIMIT: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(50);

/// What is measured and where.
pub struct Setup {
    pub server: PathBuf,
    pub data_dir: PathBuf,
}

impl Setup {
    pub fn new(server: Option<&Path>, data_dir: &Path) -> Result<Self> {
        let server = server.map_or_else(release_build, Path::to_path_buf);
        let server = server.canonicalize().map_err(|e| {
            format!(
                "{}: {e}; build it with `cargo build --release` or name it with --server",
                server.display()
            )
        })?;
        Ok(Self { server, data_dir: data_dir.canonicalize()? })
    }

    /// A directory that is removed when it is dropped.
    pub fn directory(&self) -> Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("chronik-bench-").tempdir_in(&self.data_dir)?)
    }
}

fn release_build() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
    target.join("release/chronik-server")
}

/// Dropping it kills the nodes, then removes their data.
pub struct Cluster {
    pub nodes: Vec<Node>,
    server: PathBuf,
    _directory: TempDir,
}

impl Cluster {
    /// Starts so many nodes and waits until they are ready.
    pub async fn start(setup: &Setup, nodes: usize) -> Result<Self> {
        Self::start_with(setup, nodes, Settings::default()).await
    }

    /// The same with nodes that are configured in another way.
    pub async fn start_with(setup: &Setup, nodes: usize, settings: Settings) -> Result<Self> {
        let directory = setup.directory()?;
        let key: chronik_common::config::ApiKey = uuid::Uuid::new_v4().simple().to_string().parse()?;
        let node =
            |(id, ports)| Node::new(id, ports, directory.path().join(format!("node{id}")), key.clone());
        let nodes = (1..).zip(Ports::free(nodes)?).map(node).collect::<Result<Vec<_>>>()?;
        let mut cluster = Self { nodes, server: setup.server.clone(), _directory: directory };
        for node in &cluster.nodes {
            node.configure(&cluster.nodes, settings)?;
        }
        for node in &mut cluster.nodes {
            node.start(&cluster.server)?;
        }
        cluster.wait_until("all nodes are healthy", async |cluster| cluster.is_healthy().await).await?;
        Ok(cluster)
    }

    pub fn node_mut(&mut self, id: i32) -> Result<&mut Node> {
        Ok(self
            .nodes
            .iter_mut()
            .find(|node| node.id == id)
            .ok_or_else(|| format!("there is no node {id}"))?)
    }

    /// A connection to each node, by its id.
    pub async fn connect(&self) -> Result<BTreeMap<i32, Connection>> {
        let mut connections = BTreeMap::new();
        for node in &self.nodes {
            connections.insert(node.id, node.connect().await?);
        }
        Ok(connections)
    }

    /// Starts a node again that was killed.
    pub fn restart(&mut self, id: i32) -> Result<()> {
        let server = self.server.clone();
        self.node_mut(id)?.start(&server)
    }

    /// Creates topics of at most 100 partitions each, and waits until all replicas are in sync.
    pub async fn create_topics(&mut self, topics: &[(String, i32)]) -> Result<()> {
        let connection = self.nodes.first().ok_or("there is no node")?.connect().await?;
        for (name, partitions) in topics {
            topics::create(&connection, name, *partitions, &[]).await?;
        }
        let partitions = topics.iter().map(|(_, partitions)| *partitions as usize).sum();
        self.wait_in_sync(partitions).await
    }

    /// Waits until every node is healthy, knows at least so many partitions, and sees all their replicas in sync
    /// under the same leader as the others.
    pub async fn wait_in_sync(&mut self, partitions: usize) -> Result<()> {
        let what = format!("all replicas of {partitions} partitions are in sync");
        self.wait_until(&what, async |cluster| {
            cluster.is_healthy().await && cluster.is_in_sync(partitions).await
        })
        .await
    }

    async fn is_healthy(&self) -> bool {
        for node in &self.nodes {
            if !node.is_healthy().await {
                return false;
            }
        }
        true
    }

    async fn is_in_sync(&self, partitions: usize) -> bool {
        let mut views = Vec::new();
        for node in &self.nodes {
            let Ok(status) = node.status().await else { return false };
            let full = |p: &PartitionStatus| p.leader.is_some() && p.isr.len() == p.replicas.len();
            if status.partitions.len() < partitions || !status.partitions.iter().all(full) {
                return false;
            }
            views.push(status.partitions.into_iter().map(|p| p.leader).collect::<Vec<_>>());
        }
        views.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Waits for a condition; fails if it does not come, or if a node ends by itself.
    pub async fn wait_until(&mut self, what: &str, condition: impl AsyncFn(&Self) -> bool) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while !condition(self).await {
            self.check_running()?;
            if Instant::now() > deadline {
                let limit = LIMIT.as_secs();
                return Err(format!("not within {limit} s: {what}\n{}", self.log_tails()).into());
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Fails if a node has ended by itself.
    pub fn check_running(&mut self) -> Result<()> {
        let ended = self.nodes.iter_mut().find_map(|node| node.pid().err());
        ended.map_or(Ok(()), |e| Err(format!("{e}\n{}", self.log_tails()).into()))
    }

    fn log_tails(&self) -> String {
        let tails =
            self.nodes.iter().map(|node| format!("--- log of node {}\n{}\n", node.id, node.log_tail()));
        tails.collect()
    }
}

//! `debug bundle`: what every node knows of itself, in one archive for whoever
//! helps. The nodes leave secrets out before they answer.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::v1::NodeView;
use chronik_common::admin::{AdminClient, NodeBundle};
use clap::{Args, Subcommand};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::call::{Call, answer, help_end};
use crate::table::line;
use crate::time;

/// What helps those who help.
#[derive(Debug, Clone, Subcommand)]
pub enum DebugCommand {
    /// Ask every node for what it knows of itself, and pack it into one archive
    Bundle(BundleArgs),
}

/// The arguments of `debug bundle`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["debug bundle", "debug bundle --file incident-7.tar.gz"]))]
pub struct BundleArgs {
    /// Where to write the archive [default: chronik-debug-TIME.tar.gz]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What was packed.
#[derive(Debug, Serialize)]
struct Packed {
    file: PathBuf,
    nodes: Vec<i32>,
    /// Nodes that gave nothing, and why.
    missing: Vec<Missing>,
}

#[derive(Debug, Serialize)]
struct Missing {
    node_id: i32,
    reason: String,
}

/// A file of the archive.
struct Entry {
    name: String,
    content: Vec<u8>,
}

impl DebugCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let Self::Bundle(args) = self;
        args.run(call).await
    }
}

impl BundleArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let nodes = client.nodes().await?;
        call.warn_if_stale(&client);
        let mut entries = vec![entry("nodes.json", &nodes)?];
        if let Ok(health) = client.health_report().await {
            entries.push(entry("health.json", &health)?);
        }
        let (mut packed, mut missing) = (Vec::new(), Vec::new());
        for node in &nodes.nodes {
            match ask(node, &client).await {
                Ok(bundle) => {
                    entries.push(entry(&format!("node-{}.json", node.node_id), &bundle)?);
                    packed.push(node.node_id);
                }
                Err(reason) => missing.push(Missing { node_id: node.node_id, reason }),
            }
        }
        entries.push(entry("missing.json", &missing)?);
        let stamp = time::moment(chronik_common::now_ms()).replace([' ', ':'], "-");
        let file = self.file.unwrap_or_else(|| format!("chronik-debug-{stamp}.tar.gz").into());
        pack(&file, &entries)
            .map_err(|error| CommandError::Usage(format!("{} cannot be written: {error}", file.display())))?;
        let packed = Packed { file, nodes: packed, missing };
        let exit_code = u8::from(packed.nodes.is_empty());
        let names = || vec![packed.file.display().to_string()];
        Ok(Report { exit_code, ..answer(&self.common, "DebugBundle", &packed, |_| render(&packed), names)? })
    }
}

/// A node tells only of itself, so each is asked by its own address.
async fn ask(node: &NodeView, client: &AdminClient) -> Result<NodeBundle, String> {
    let Some(admin) = &node.admin else { return Err("where its admin API is, is not known".into()) };
    client.at(admin)?.debug_bundle().await.map_err(|error| error.to_string())
}

fn entry(name: &str, content: &impl Serialize) -> Result<Entry, CommandError> {
    let content =
        serde_json::to_vec_pretty(content).map_err(|error| CommandError::Internal(error.to_string()))?;
    Ok(Entry { name: name.to_owned(), content })
}

/// Readable by its owner alone: it tells how a cluster is built.
fn pack(path: &Path, entries: &[Entry]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    for Entry { name, content } in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
        header.set_mode(0o600);
        archive.append_data(&mut header, format!("chronik-debug/{name}"), content.as_slice())?;
    }
    archive.into_inner()?.finish()?.sync_all()
}

fn render(packed: &Packed) -> String {
    let mut out = format!("{}: {} nodes are in it.\n", packed.file.display(), packed.nodes.len());
    for Missing { node_id, reason } in &packed.missing {
        line(&mut out, format_args!("  missing: node {node_id}: {reason}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn an_archive_holds_what_was_packed_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.tar.gz");
        let entries = [entry("node-1.json", &serde_json::json!({ "node_id": 1 })).unwrap()];
        pack(&path, &entries).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(&path).unwrap()));
        let mut file = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(file.path().unwrap().to_str(), Some("chronik-debug/node-1.json"));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "{\n  \"node_id\": 1\n}");
        assert_eq!(pack(&path, &entries).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn what_is_missing_is_told() {
        let missing = vec![Missing { node_id: 3, reason: "no node answers".into() }];
        let packed = Packed { file: "b.tar.gz".into(), nodes: vec![1, 2], missing };
        insta::assert_snapshot!("bundle", render(&packed));
    }
}

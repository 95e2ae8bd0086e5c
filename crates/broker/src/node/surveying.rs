//! What this node tells of itself and of the groups that it leads, and how it looks at the whole cluster: it asks all nodes
//! that are alive, at most once a second, however many ask it.
//!
//! Must never: cost anything while nobody asks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use prost::Message;

use super::Node;
use crate::cluster::calls::Method;
use crate::cluster::now_ms;
use crate::effort;
use crate::metadata::BrokerId;
use crate::raft::{Group, METADATA_GROUP};
use crate::survey::{FollowerSurvey, GroupSurvey, NodeSurvey, Picture, Rates, Surveys};
use crate::wal::{FSYNC_BUCKETS_US, Stats};

/// What nodes told is good enough if it is no older.
const FRESH: Duration = Duration::from_millis(900);
/// What is older says nothing about what flows now.
const STALE: Duration = Duration::from_secs(30);
/// Between the two surveys that are needed to know what flows.
const APART: Duration = Duration::from_millis(300);
/// For a node that does not answer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The cluster as it was last looked at.
pub(super) struct Observatory {
    started: Instant,
    /// Held while nodes are asked: who comes meanwhile waits and gets the same answers.
    last: tokio::sync::Mutex<Option<Asked>>,
}

/// What the nodes told, when, and the processor time that it took here to ask them.
struct Asked {
    at: Instant,
    surveys: Surveys,
    rates: Arc<Rates>,
    effort: Duration,
}

impl Default for Observatory {
    fn default() -> Self {
        Self { started: Instant::now(), last: tokio::sync::Mutex::default() }
    }
}

impl Node {
    /// The whole cluster: the metadata and who leads as this node knows them now, so that whoever has changed something here
    /// sees it, and what nodes told not more than a second ago.
    pub(super) async fn picture(&self) -> Arc<Picture> {
        let mut last = self.inner.observatory.last.lock().await;
        if let Some(asked) = last.as_ref().filter(|asked| asked.at.elapsed() < FRESH) {
            return Arc::new(self.compose(asked));
        }
        let before = match &*last {
            Some(asked) if asked.at.elapsed() < STALE => asked.surveys.clone(),
            _ => {
                let (before, _) = self.gather().await;
                tokio::time::sleep(APART).await;
                before
            }
        };
        let (surveys, asking) = self.gather().await;
        let after = surveys.clone();
        let (rates, comparing) =
            effort::spend(move || Rates::between(&before, &after)).await.unwrap_or_default();
        let asked = Asked { at: Instant::now(), surveys, rates: Arc::new(rates), effort: asking + comparing };
        Arc::new(self.compose(last.insert(asked)))
    }

    /// The cluster as this node knows it without asking anybody.
    pub(super) fn own_picture(&self) -> Picture {
        let (surveys, rates, effort) = (Surveys::new(), Arc::default(), Duration::ZERO);
        self.compose(&Asked { at: Instant::now(), surveys, rates, effort })
    }

    fn compose(&self, asked: &Asked) -> Picture {
        let image = self.inner.metadata.image();
        let metadata = self.inner.groups.get(METADATA_GROUP).map(|g| g.members()).unwrap_or_default();
        Picture {
            taken_at_ms: now_ms(),
            me: self.id(),
            leader: self.inner.metadata.leader(),
            metadata_voters: metadata.voters().iter().map(|v| v.broker()).collect(),
            defaults: self.topic_defaults(),
            limits: self.inner.config.health,
            alive: self.inner.liveness.alive().into_iter().collect(),
            leaderships: self.inner.liveness.leaderships(),
            missing: image.brokers().keys().copied().filter(|b| !asked.surveys.contains_key(b)).collect(),
            surveys: asked.surveys.clone(),
            rates: asked.rates.clone(),
            effort: asked.effort,
            image,
        }
    }

    /// Asks all nodes that are alive, this one among them. Who does not answer in time is left out.
    async fn gather(&self) -> (Surveys, Duration) {
        let image = self.inner.metadata.image();
        let me = self.id();
        let others = image.brokers().keys().copied().filter(|b| *b != me && self.inner.liveness.is_alive(*b));
        let asked = others.map(|node| async move { (node, self.ask(node).await) });
        let ((own, looking), answers) = tokio::join!(self.local_survey(), join_all(asked));
        let read = move || {
            let answers = answers.into_iter().filter_map(|(node, answer)| Some((node, read(answer?)?)));
            answers.chain([(me, (Arc::new(own), 0))]).collect()
        };
        let (surveys, reading) = effort::spend(read).await.unwrap_or_default();
        (surveys, looking + reading)
    }

    /// What the node tells, and what this one's clock showed half way.
    async fn ask(&self, node: BrokerId) -> Option<(Bytes, i64)> {
        let asked = now_ms();
        let call = self.inner.caller.call(node, Method::Survey, Bytes::new(), Vec::new());
        let answer = tokio::time::timeout(TIMEOUT, call).await.ok()?.ok()?;
        Some((answer, i64::midpoint(asked, now_ms())))
    }

    pub(super) async fn serve_survey(&self) -> Bytes {
        let node = self.clone();
        let told = effort::spend(move || node.survey_now().encode_to_vec()).await;
        told.map(|(survey, _)| survey.into()).unwrap_or_default()
    }

    /// What this node tells, and the processor time that it took: it looks at every group.
    async fn local_survey(&self) -> (NodeSurvey, Duration) {
        let node = self.clone();
        effort::spend(move || node.survey_now()).await.unwrap_or_default()
    }

    fn survey_now(&self) -> NodeSurvey {
        let wal = self.inner.groups.wal().stats();
        let disk = rustix::fs::statvfs(&self.inner.config.wal_dir).ok();
        let usage = usage();
        let partitions = self.inner.partitions.all();
        NodeSurvey {
            node: self.id(),
            now_ms: now_ms(),
            uptime_ms: self.inner.observatory.started.elapsed().as_millis() as u64,
            memory: usage.map(|u| u.memory),
            cpu_us: usage.map(|u| u.cpu_us),
            wal_bytes: wal.disk_bytes,
            disk_free: disk.as_ref().map(|d| d.f_bavail.saturating_mul(d.f_frsize)),
            disk_total: disk.as_ref().map(|d| d.f_blocks.saturating_mul(d.f_frsize)),
            fsync_p99_us: p99(&wal),
            damaged: self.inner.partitions.damaged() as u64,
            certificate_expires_ms: self.inner.admin_tls.as_ref().map(|tls| tls.expires_ms()),
            log_bytes: partitions.iter().map(|p| p.log_bytes()).sum(),
            groups: self.inner.groups.all().iter().filter_map(|group| self.survey_group(group)).collect(),
        }
    }

    /// Of a group that this node leads.
    fn survey_group(&self, group: &Group) -> Option<GroupSurvey> {
        let term = group.leads()?;
        let replication = group.replication()?;
        let log = group.log();
        let state = log.state();
        let (first, next) = (state.first_index(), state.next_index());
        let partition = self.inner.partitions.get(group.id());
        let (log_start, high_watermark) = partition.as_ref().map(|p| p.bounds()).unwrap_or_default();
        let last = next.saturating_sub(1);
        let followers = replication.followers.iter().map(|follower| {
            let from = follower.matched.map_or(first, |m| (m + 1).max(first));
            let node = follower.node.broker();
            let behind = || self.inner.liveness.behind_for(group.id(), node).map(|d| d.as_millis() as u64);
            FollowerSurvey {
                node,
                votes: follower.votes,
                matched: follower.matched,
                lacks_bytes: if from < next { log.bytes(from..next) } else { 0 },
                acked_ms: follower.acked.map(|ago| ago.as_millis() as u64),
                behind_ms: if follower.matched == Some(last) { Some(0) } else { behind() },
            }
        });
        Some(GroupSurvey {
            group: group.id(),
            term,
            first,
            last,
            committed: replication.committed,
            applied: replication.applied.unwrap_or(0),
            high_watermark,
            log_start,
            bytes: partition.map_or(0, |p| p.log_bytes()),
            snapshot_age_ms: group.snapshot_age_ms(),
            followers: followers.collect(),
        })
    }
}

/// What a node told, and its clock minus this one's.
fn read((answer, here_ms): (Bytes, i64)) -> Option<(Arc<NodeSurvey>, i64)> {
    let survey = NodeSurvey::decode(answer).ok()?;
    let offset = survey.now_ms - here_ms;
    Some((Arc::new(survey), offset))
}

/// The upper limit of the bucket that the 99th of a hundred flushes is in; twice the last limit for those beyond it.
fn p99(wal: &Stats) -> Option<u64> {
    let total: u64 = wal.fsync_buckets.iter().sum();
    let mut seen = 0;
    let bucket = wal.fsync_buckets.iter().position(|count| {
        seen += count;
        total > 0 && seen * 100 >= total * 99
    })?;
    Some(FSYNC_BUCKETS_US.get(bucket).copied().unwrap_or(FSYNC_BUCKETS_US[FSYNC_BUCKETS_US.len() - 1] * 2))
}

/// What this process takes of the machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// In RAM, in bytes.
    pub(super) memory: u64,
    /// Since the process started.
    pub(super) cpu_us: u64,
}

/// From `/proc`; `None` where there is none.
pub(super) fn usage() -> Option<Usage> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let cpu_us = (cpu.tv_sec as u64).saturating_mul(1_000_000) + cpu.tv_nsec as u64 / 1000;
    Some(Usage { memory: pages * rustix::param::page_size() as u64, cpu_us })
}

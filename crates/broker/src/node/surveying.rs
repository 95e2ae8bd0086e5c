//! What this node tells of itself and of the groups that it leads, and how it looks at the whole cluster: it asks all nodes
//! that are alive, at most once a second, however many ask it.
//!
//! Must never: look at anything while nobody asks; groups that change set their marks all the same (`raft/stirred`).

use std::collections::HashMap;
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
use crate::survey::{
    FollowerSurvey, GroupSurvey, Known, Ledger, NodeSurvey, Picture, Rates, Seen, SurveyRequest, Surveys,
};
use crate::wal::{FSYNC_BUCKETS_US, Stats};

/// What nodes told is good enough if it is no older.
const FRESH: Duration = Duration::from_millis(900);
/// What is older says nothing about what flows now.
const STALE: Duration = Duration::from_secs(30);
/// Between the two surveys that are needed to know what flows.
const APART: Duration = Duration::from_millis(300);
/// For a node that does not answer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The groups of this node, and the cluster, as they were last looked at.
pub(super) struct Observatory {
    started: Instant,
    own: parking_lot::Mutex<Own>,
    /// Held while nodes are asked: who comes meanwhile waits and gets the same answers.
    last: tokio::sync::Mutex<Option<Asked>>,
}

/// What this node tells.
struct Own {
    ledger: Ledger,
    /// How often which peers had come and gone when all groups were looked at; `None` before the first look.
    passages: Option<HashMap<i32, u64>>,
    /// Bytes of the logs on this node.
    log_bytes: u64,
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
        // 0 is nobody's life.
        let own = Own { ledger: Ledger::new(rand::random::<u64>() | 1), passages: None, log_bytes: 0 };
        Self {
            started: Instant::now(),
            own: parking_lot::Mutex::new(own),
            last: tokio::sync::Mutex::default(),
        }
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
                let (before, _) = self.gather(&Surveys::new()).await;
                tokio::time::sleep(APART).await;
                before
            }
        };
        let (surveys, asking) = self.gather(&before).await;
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

    /// Asks all nodes that are alive, this one among them, for what is new since `before`. Who does not answer in time is left
    /// out.
    async fn gather(&self, before: &Surveys) -> (Surveys, Duration) {
        let image = self.inner.metadata.image();
        let me = self.id();
        let known = |node: BrokerId| before.get(&node).cloned();
        let others = image.brokers().keys().copied().filter(|b| *b != me && self.inner.liveness.is_alive(*b));
        let asked = others.map(|node| async move {
            let known = known(node);
            let (told, here_ms) = self.ask(node, Known::request(known.as_deref())).await?;
            Some((node, known, told, here_ms))
        });
        let own = known(me);
        let request = Known::request(own.as_deref());
        let ((told, looking), answers) = tokio::join!(self.local_survey(request), join_all(asked));
        let read = move || {
            let others = answers.into_iter().flatten().filter_map(|(node, known, told, here_ms)| {
                let told = NodeSurvey::decode(told).ok()?;
                Some((node, Known::after(known.as_deref(), told, here_ms)?))
            });
            let here_ms = told.now_ms;
            let own = Known::after(own.as_deref(), told, here_ms).map(|known| (me, known));
            others.chain(own).map(|(node, known)| (node, Arc::new(known))).collect()
        };
        let (surveys, reading) = effort::spend(read).await.unwrap_or_default();
        (surveys, looking + reading)
    }

    /// What the node tells, and what this one's clock showed half way.
    async fn ask(&self, node: BrokerId, request: SurveyRequest) -> Option<(Bytes, i64)> {
        let asked = now_ms();
        let call = self.inner.caller.call(node, Method::Survey, request.encode_to_vec().into(), Vec::new());
        let answer = tokio::time::timeout(TIMEOUT, call).await.ok()?.ok()?;
        Some((answer, i64::midpoint(asked, now_ms())))
    }

    /// Tells another node. A question that is not understood is answered with everything.
    pub(super) async fn serve_survey(&self, asked: Bytes) -> Bytes {
        let asked = SurveyRequest::decode(asked).unwrap_or_default();
        let node = self.clone();
        let told = effort::spend(move || node.survey_now(&asked).encode_to_vec()).await;
        told.map(|(survey, _)| survey.into()).unwrap_or_default()
    }

    /// What this node tells, and the processor time that it took.
    async fn local_survey(&self, asked: SurveyRequest) -> (NodeSurvey, Duration) {
        let node = self.clone();
        effort::spend(move || node.survey_now(&asked)).await.unwrap_or_default()
    }

    fn survey_now(&self, asked: &SurveyRequest) -> NodeSurvey {
        let wal = self.inner.groups.wal().stats();
        let disk = rustix::fs::statvfs(&self.inner.config.wal_dir).ok();
        let usage = usage();
        let mut own = self.inner.observatory.own.lock();
        self.look_at_groups(&mut own);
        let mut answer = NodeSurvey {
            node: self.id(),
            now_ms: now_ms(),
            uptime_ms: self.uptime_ms(Instant::now()),
            memory: usage.map(|u| u.memory),
            cpu_us: usage.map(|u| u.cpu_us),
            wal_bytes: wal.disk_bytes,
            disk_free: disk.as_ref().map(|d| d.f_bavail.saturating_mul(d.f_frsize)),
            disk_total: disk.as_ref().map(|d| d.f_blocks.saturating_mul(d.f_frsize)),
            fsync_p99_us: p99(&wal),
            damaged: self.inner.partitions.damaged() as u64,
            certificate_expires_ms: self.inner.admin_tls.as_ref().map(|tls| tls.expires_ms()),
            log_bytes: own.log_bytes,
            ..NodeSurvey::default()
        };
        own.ledger.tell(asked, &mut answer);
        answer
    }

    /// How long this node had been up then, in milliseconds.
    fn uptime_ms(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.inner.observatory.started).as_millis() as u64
    }

    /// Looks at the groups in which something may have changed: at all of them at first, and when a peer has come or gone, for
    /// which nobody waits in groups at rest.
    fn look_at_groups(&self, own: &mut Own) {
        let stirred = self.inner.groups.stirred();
        let passages = self.inner.liveness.passages();
        let all = stirred.is_none() || own.passages.as_ref() != Some(&passages);
        let stirred = stirred.unwrap_or_default();
        if all || !stirred.is_empty() {
            own.log_bytes = self.inner.partitions.all().iter().map(|p| p.log_bytes()).sum();
        }
        let mut due = own.ledger.due(stirred);
        if all {
            due.extend(own.ledger.groups());
            due.extend(self.inner.groups.all().iter().map(|group| group.id()));
            own.passages = Some(passages);
        }
        for id in due {
            let led = self.inner.groups.get(id).and_then(|group| Some((group.leads()?, group)));
            match led.map(|(term, group)| self.look_at(&group, term)) {
                Some(Some(seen)) => own.ledger.note(id, Some(seen)),
                // It leads since a moment, and Raft has not said yet how its followers are.
                Some(None) => own.ledger.look_again(id),
                None => own.ledger.note(id, None),
            }
        }
    }

    /// What is seen of a group that this node leads in that term.
    fn look_at(&self, group: &Group, term: u64) -> Option<Seen> {
        let replication = group.replication()?;
        let log = group.log();
        let state = log.state();
        let (first, next) = (state.first_index(), state.next_index());
        let partition = self.inner.partitions.get(group.id());
        let (log_start, high_watermark) = partition.as_ref().map(|p| p.bounds()).unwrap_or_default();
        let last = next.saturating_sub(1);
        let mut is_at_rest = replication.committed == Some(last) && replication.applied == Some(last);
        let followers = replication.followers.iter().map(|follower| {
            let from = follower.matched.map_or(first, |m| (m + 1).max(first));
            let node = follower.node.broker();
            let has_all = follower.matched == Some(last);
            // It may come nearer, and nothing happens here when it does.
            is_at_rest &= has_all || !self.inner.liveness.is_alive(node);
            let caught_up = || self.inner.liveness.caught_up(group.id(), node).map(|at| self.uptime_ms(at));
            FollowerSurvey {
                node,
                votes: follower.votes,
                matched: follower.matched,
                lacks_bytes: if from < next { log.bytes(from..next) } else { 0 },
                acked_at_ms: follower.acked.map(|at| self.uptime_ms(at)),
                caught_up_at_ms: if has_all { None } else { caught_up() },
            }
        });
        let told = GroupSurvey {
            group: group.id(),
            term,
            first,
            last,
            committed: replication.committed,
            applied: replication.applied.unwrap_or(0),
            high_watermark,
            log_start,
            bytes: partition.map_or(0, |p| p.log_bytes()),
            snapshot_at_ms: group.snapshot_at_ms(),
            followers: followers.collect(),
        };
        Some(Seen { told, is_at_rest })
    }
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

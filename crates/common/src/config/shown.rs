//! The configuration as operators may see it: every setting under its name in the file, its value, and who set it.
//!
//! Must never: show a secret.

use std::collections::BTreeMap;
use std::time::Duration;

use super::layer::{Layer, Setting};
use super::{AdminTls, Formation, NodeConfig, Origin};
use crate::admin::v1::{ConfigEntry, ConfigView};

/// Who set what, by the setting's name in the file. What is not in it has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<&'static str, Origin>);

impl Origins {
    pub(super) fn of(layer: &Layer) -> Self {
        let Layer { bind, advertise, broker, .. } = layer;
        let host = at(&bind.host);
        let node = at(&layer.node_addr);
        let public = at(&layer.advertised_node_addr).or(node);
        let seeds = layer.seed_nodes.first().map(|seed| &seed.origin);
        let settings = [
            ("node_id", at(&layer.node_id)),
            ("data_dir", at(&layer.data_dir)),
            ("cluster.storage.wal_dir", at(&layer.wal_dir)),
            ("cluster.storage.wal_segment_size", at(&layer.wal_file_size)),
            ("replication_factor", at(&layer.replication_factor)),
            ("min_insync_replicas", at(&layer.min_insync_replicas)),
            ("bind.kafka", at(&bind.kafka).or(host).or(node)),
            ("bind.wal", at(&bind.wal).or(host).or(node)),
            ("bind.raft", at(&bind.raft).or(host).or(node)),
            ("bind.admin", at(&bind.admin).or(host).or(node)),
            ("advertise.kafka", at(&advertise.kafka).or(at(&advertise.host)).or(public)),
            ("advertise.wal", at(&advertise.wal).or(public)),
            ("advertise.raft", at(&advertise.raft).or(public)),
            ("advertise.admin", at(&advertise.admin).or(public)),
            ("peers", at(&layer.peers)),
            ("cluster.seed_nodes", seeds),
            ("cluster.raft.election_timeout_ms", at(&layer.election_timeout_ms)),
            ("cluster.raft.heartbeat_interval_ms", at(&layer.heartbeat_interval_ms)),
            ("admin_api_key", at(&layer.admin_api_key)),
            ("log_format", at(&layer.log_format)),
            ("broker.rack", at(&broker.rack)),
            ("broker.num_partitions", at(&broker.num_partitions)),
            ("broker.auto_create_topics_enable", at(&broker.auto_create_topics)),
            ("broker.message_max_bytes", at(&broker.message_max_bytes)),
            ("broker.replica_lag_time_max_ms", at(&broker.replica_lag_time_max_ms)),
            ("broker.offsets_topic_num_partitions", at(&broker.offsets_topic_partitions)),
            ("broker.group_initial_rebalance_delay_ms", at(&broker.group_initial_rebalance_delay_ms)),
        ];
        let settings = settings
            .into_iter()
            .chain(layer.upkeep.origins())
            .chain(layer.health.origins())
            .chain(layer.admin_tls.origins());
        Self(settings.filter_map(|(name, origin)| Some((name, origin?.clone()))).collect())
    }
}

/// Who made a setting, if anybody.
#[expect(clippy::ref_option, reason = "it is called with fields of a layer that is still needed")]
pub(super) fn at<T>(setting: &Setting<T>) -> Option<&Origin> {
    setting.as_ref().map(|set| &set.origin)
}

impl NodeConfig {
    /// Every setting, secrets without their value.
    pub fn view(&self) -> ConfigView {
        let mut entries: Vec<ConfigEntry> =
            self.values().into_iter().map(|(name, value)| self.entry(name, value)).collect();
        entries.push(ConfigEntry { secret: true, ..self.entry("admin_api_key", None) });
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        ConfigView { node_id: self.node_id, entries }
    }

    fn entry(&self, name: &str, value: Option<String>) -> ConfigEntry {
        let origin = self.origins.0.get(name).map_or_else(|| "default".to_owned(), told);
        ConfigEntry { name: name.to_owned(), value, origin, secret: false }
    }

    fn values(&self) -> Vec<(&'static str, Option<String>)> {
        let Self { bind, advertise, upkeep, .. } = self;
        let set = |value: &dyn ToString| Some(value.to_string());
        let ms = |duration: Duration| Some(duration.as_millis().to_string());
        // As it is written in the file: -1 and 0 stand for no limit.
        let limit = |limit: Option<u64>| Some(limit.map_or("-1".to_owned(), |limit| limit.to_string()));
        let mut values = vec![
            ("node_id", set(&self.node_id)),
            ("data_dir", set(&self.data_dir.display())),
            ("cluster.storage.wal_dir", set(&self.wal_dir.display())),
            ("cluster.storage.wal_segment_size", set(&self.wal_file_size)),
            ("replication_factor", set(&self.replication_factor)),
            ("min_insync_replicas", set(&self.min_insync_replicas)),
            ("bind.kafka", set(&bind.kafka)),
            ("bind.wal", set(&bind.wal)),
            ("bind.raft", set(&bind.raft)),
            ("bind.admin", Some(listed(&bind.admin))),
            ("advertise.kafka", set(&advertise.kafka)),
            ("advertise.wal", set(&advertise.wal)),
            ("advertise.raft", set(&advertise.raft)),
            ("advertise.admin", set(&advertise.admin)),
            ("cluster.raft.election_timeout_ms", ms(self.election_timeout)),
            ("cluster.raft.heartbeat_interval_ms", ms(self.heartbeat_interval)),
            ("broker.rack", self.rack.clone()),
            ("broker.num_partitions", set(&self.num_partitions)),
            ("broker.auto_create_topics_enable", set(&self.auto_create_topics)),
            ("broker.message_max_bytes", set(&self.message_max_bytes)),
            ("broker.replica_lag_time_max_ms", ms(self.replica_lag_time_max)),
            ("broker.offsets_topic_num_partitions", set(&self.offsets_topic_partitions)),
            ("broker.group_initial_rebalance_delay_ms", ms(self.group_initial_rebalance_delay)),
            ("log_format", set(&self.log_format)),
            ("health.disk_low_percent", set(&self.health.disk_low_percent)),
            ("health.disk_full_percent", set(&self.health.disk_full_percent)),
            ("log_retention_ms", limit(upkeep.log_retention_ms)),
            ("log_retention_bytes", limit(upkeep.log_retention_bytes)),
            ("retention_check_interval_ms", ms(upkeep.retention_check_interval)),
            ("replica_move_rate", set(&upkeep.replica_move_rate.unwrap_or(0))),
            ("auto_rebalance", set(&upkeep.auto_rebalance)),
            ("auto_leader_rebalance", set(&upkeep.auto_leader_rebalance)),
            ("leader_rebalance_after_ms", ms(upkeep.leader_rebalance_after)),
            ("leader_load_check_interval_ms", ms(upkeep.leader_load_check_interval.unwrap_or_default())),
        ];
        if let Some(AdminTls { cert_file, key_file, client_ca_file }) = &self.admin_tls {
            values.push(("admin_tls.cert_file", set(&cert_file.display())));
            values.push(("admin_tls.key_file", set(&key_file.display())));
            values
                .extend(client_ca_file.iter().map(|file| ("admin_tls.client_ca_file", set(&file.display()))));
        }
        match &self.formation {
            Formation::Standalone => {}
            Formation::Peers(peers) => {
                let peer = |peer: &super::Peer| format!("{}@{}", peer.id, peer.raft);
                values.push(("peers", Some(peers.iter().map(peer).collect::<Vec<_>>().join(", "))));
            }
            Formation::Seeds(seeds) => values.push(("cluster.seed_nodes", Some(listed(seeds)))),
        }
        values
    }
}

fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// An origin as the API tells it.
fn told(origin: &Origin) -> String {
    match origin {
        Origin::File { file, line, .. } => format!("file {file}, line {line}"),
        Origin::Variable(name) => (*name).to_owned(),
        Origin::Flag(name) => format!("flag {name}"),
        Origin::Nowhere => "default".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::section::SourceFile;
    use super::super::{Environment, Flags, file, outside, resolve};
    use super::*;

    const FILE: &str =
        "node_id = 1\ndata_dir = \"/var/lib/chronik\"\nauto_rebalance = false\n[broker]\nrack = \"a\"\n";

    fn view(variables: &[(&str, &str)], flags: &Flags) -> ConfigView {
        let file = file::parse_file(&SourceFile { name: "node.toml".into(), text: FILE.into() }).unwrap();
        let environment: Environment = variables.iter().copied().collect();
        let outside = outside::from_environment(&environment).unwrap();
        let layer = outside::from_flags(flags).unwrap().over(outside).over(file);
        resolve::resolve(layer).unwrap().view()
    }

    fn find<'a>(view: &'a ConfigView, name: &str) -> (Option<&'a str>, &'a str) {
        let entry = view.entries.iter().find(|entry| entry.name == name).unwrap();
        (entry.value.as_deref(), entry.origin.as_str())
    }

    #[test]
    fn every_value_is_told_with_who_set_it() {
        let flags = Flags { node_id: Some(3), bind: Some("10.0.0.3".into()), ..Flags::default() };
        let view = view(&[("CHRONIK_DATA_DIR", "/data"), ("CHRONIK_REPLICA_MOVE_RATE", "0")], &flags);
        assert_eq!(view.node_id, 3);
        assert_eq!(find(&view, "node_id"), (Some("3"), "flag --node-id"));
        assert_eq!(find(&view, "data_dir"), (Some("/data"), "CHRONIK_DATA_DIR"));
        assert_eq!(find(&view, "auto_rebalance"), (Some("false"), "file node.toml, line 3"));
        assert_eq!(find(&view, "broker.rack"), (Some("a"), "file node.toml, line 5"));
        assert_eq!(find(&view, "bind.kafka"), (Some("10.0.0.3:9092"), "flag --bind"));
        assert_eq!(find(&view, "replica_move_rate"), (Some("0"), "CHRONIK_REPLICA_MOVE_RATE"));
        assert_eq!(find(&view, "log_retention_bytes"), (Some("-1"), "default"));
        assert_eq!(find(&view, "advertise.kafka").1, "default");
    }

    #[test]
    fn the_key_is_not_shown_but_that_it_is_set() {
        let view = view(&[("CHRONIK_ADMIN_API_KEY", "correct-horse")], &Flags::default());
        assert_eq!(find(&view, "admin_api_key"), (None, "CHRONIK_ADMIN_API_KEY"));
        assert!(!serde_json::to_string(&view).unwrap().contains("correct-horse"));
        assert!(view.entries.iter().find(|entry| entry.name == "admin_api_key").unwrap().secret);
    }
}

//! Who used the CPU while something was measured: a machine that has none left measures its CPU, whatever else it is
//! meant to measure, and one that others use measures them too.

use std::fmt;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::{Result, process};

/// CPU time up to a moment.
pub struct Usage {
    at: Instant,
    /// Of each node, in order.
    nodes: Vec<Duration>,
    load: Duration,
    machine: process::MachineTime,
}

impl Usage {
    pub fn now(cluster: &mut Cluster) -> Result<Self> {
        let nodes =
            cluster.nodes.iter_mut().map(|node| process::cpu_time(node.pid()?)).collect::<Result<_>>()?;
        let (load, machine) = (process::cpu_time(std::process::id())?, process::machine_time()?);
        Ok(Self { at: Instant::now(), nodes, load, machine })
    }

    pub fn since(&self, earlier: &Self) -> Used {
        let elapsed = (self.at - earlier.at).as_secs_f64();
        let percent =
            |now: Duration, then: Duration| 100.0 * now.saturating_sub(then).as_secs_f64() / elapsed;
        Used {
            nodes: self.nodes.iter().zip(&earlier.nodes).map(|(now, then)| percent(*now, *then)).collect(),
            load: percent(self.load, earlier.load),
            busy: percent(self.machine.busy, earlier.machine.busy),
            idle: percent(self.machine.idle, earlier.machine.idle),
        }
    }
}

/// CPU use between two moments, in percent of a core.
pub struct Used {
    /// Of each node, in order.
    pub nodes: Vec<f64>,
    load: f64,
    busy: f64,
    idle: f64,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: f64 = self.nodes.iter().sum();
        // The clocks tick every 10 ms: the rest may come out slightly below nothing.
        let others = (self.busy - nodes - self.load).max(0.0);
        let Self { load, idle, .. } = self;
        write!(f, "nodes {nodes:.0} %, load {load:.0} %, others {others:.0} %, idle {idle:.0} %")
    }
}

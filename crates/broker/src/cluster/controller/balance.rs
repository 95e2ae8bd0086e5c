//! Spreading leaders by load while nothing else is going on.
//!
//! The preferred leaders change, which is a write to the metadata; the leaderships follow as they do when a preferred
//! leader is back ([`leaders`](crate::cluster::leaders)). [`Rhythm`](super::rhythm::Rhythm) says when, the planner what.
//!
//! Must never: act on what a node has not had the time to measure, or beside an operation.

use std::time::Instant;

use tracing::info;

use super::Controller;
use super::rhythm::A_FEW;
use crate::cluster::ProposalError;
use crate::cluster::view::{load_told, view};
use crate::metadata::{BrokerId, MetadataImage};
use crate::planner::{Move, plan};

impl Controller {
    /// Spreads leaders by load, a few at a time.
    pub(super) async fn even_load(
        &mut self,
        image: &MetadataImage,
        generation: u64,
    ) -> Result<(), ProposalError> {
        if !self.rhythm.is_due(Instant::now()) || !self.is_calm(image) {
            return Ok(());
        }
        self.refresh_reports(image).await;
        let Some((_, reports)) = &self.reports else { return Ok(()) };
        let mut view = view(image, |b| self.liveness.is_alive(b), None, reports);
        self.rhythm.spare(&mut view, Instant::now());
        let moves = plan(&view, A_FEW).moves;
        if moves.is_empty() || self.metadata.generation() != generation {
            return Ok(());
        }
        info!(
            "evening out the load that nodes lead: {} ({})",
            new_leaders(image, &moves),
            load_told(&view, &moves)
        );
        self.rhythm.changed(moves.iter().map(|m| m.group), Instant::now());
        self.start(image, moves).await
    }

    /// Whether nothing moves, and all brokers lead what they should, for long enough to know how busy they are.
    fn is_calm(&self, image: &MetadataImage) -> bool {
        let up_for = |broker: BrokerId| {
            let me = broker == self.caller.me();
            if me { Some(self.started.elapsed()) } else { self.liveness.alive_for(broker) }
        };
        let knows = |id| up_for(id).is_some_and(|up| self.rhythm.knows_its_load(up));
        let mut brokers = image.brokers().values();
        image.moves().next().is_none() && brokers.all(|b| !b.draining && !b.drained && knows(b.id))
    }
}

/// For people: who shall lead what.
fn new_leaders(image: &MetadataImage, moves: &[Move]) -> String {
    let told = moves.iter().filter_map(|m| {
        let (topic, index, _) = image.partition(m.group)?;
        Some(format!("node {} gets {}-{index}", m.to.first()?, topic.name))
    });
    told.collect::<Vec<_>>().join(", ")
}

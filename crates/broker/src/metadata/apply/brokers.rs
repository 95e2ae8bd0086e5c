//! Brokers: inviting, registering and removing them.

use std::sync::Arc;

use super::Applied;
use crate::metadata::broker::{Broker, BrokerId, Endpoints, FIRST_INCARNATION, Standing};
use crate::metadata::command::Outcome;
use crate::metadata::error::MetadataError;
use crate::metadata::image::MetadataImage;

impl MetadataImage {
    pub(super) fn invite_broker(&mut self, id: BrokerId, endpoints: Endpoints) -> Applied {
        if id < 0 {
            return Err(MetadataError::InvalidRequest { reason: format!("node id {id} is negative") });
        }
        let member = self.broker(id).map(|b| &b.endpoints);
        if let Some(known) = member.or(self.invited.get(&id)) {
            return if *known == endpoints {
                Ok(Outcome::BrokerInvited)
            } else {
                Err(MetadataError::BrokerExists { id, invited: member.is_none(), raft: known.raft.clone() })
            };
        }
        let others = self.brokers.values().map(|b| (b.id, &b.endpoints));
        check_addresses(id, &endpoints, others.chain(self.invited.iter().map(|(id, at)| (*id, at))))?;
        Arc::make_mut(&mut self.invited).insert(id, endpoints);
        Ok(Outcome::BrokerInvited)
    }

    pub(super) fn cancel_invitation(&mut self, id: BrokerId) -> Outcome {
        self.consume_invitation(id);
        Outcome::InvitationCancelled
    }

    /// Registers a broker whose incarnation is still to be found.
    pub(super) fn register_broker(&mut self, mut broker: Broker, standing: Standing) -> Applied {
        let id = broker.id;
        self.check_directory(&broker)?;
        let known = self.brokers.get(&id);
        if known.is_none_or(|known| known.endpoints != broker.endpoints) {
            let others = self.brokers.values().filter(|b| b.id != id).map(|b| (b.id, &b.endpoints));
            check_addresses(id, &broker.endpoints, others)?;
        }
        let mut replaced = None;
        broker.incarnation = match known {
            Some(known) => {
                broker.draining = known.draining;
                broker.drained = known.drained;
                if known.directory_id == broker.directory_id {
                    known.incarnation
                } else if standing == Standing::Founder {
                    return Err(MetadataError::BrokerIdTaken {
                        id,
                        registered: known.directory_id,
                        offered: broker.directory_id,
                    });
                } else {
                    replaced = Some(known.directory_id);
                    self.draw_incarnation()?
                }
            }
            None => self.incarnation_of_newcomer(id, standing)?,
        };
        if let Some(directory) = replaced {
            Arc::make_mut(&mut self.retired).insert(directory, id);
        }
        self.consume_invitation(id);
        let incarnation = broker.incarnation;
        Arc::make_mut(&mut self.brokers).insert(id, broker);
        Ok(Outcome::BrokerRegistered { incarnation })
    }

    pub(super) fn remove_broker(&mut self, id: BrokerId) -> Applied {
        let Some(broker) = self.broker(id) else {
            return if self.was_removed(id) {
                Ok(Outcome::BrokerRemoved)
            } else {
                Err(self.unknown_broker(id))
            };
        };
        if !broker.draining {
            return Err(MetadataError::BrokerNotDraining { id });
        }
        let mut groups = self.replicas_on(id);
        if let Some(group) = groups.next() {
            let (partitions, example) = (1 + groups.count() as u64, self.name_of(group));
            return Err(MetadataError::BrokerInUse { id, partitions, example });
        }
        drop(groups);
        self.retire(id);
        Ok(Outcome::BrokerRemoved)
    }

    /// Takes a broker out, whatever it holds. Its directory never serves again.
    pub(super) fn retire(&mut self, id: BrokerId) {
        if let Some(broker) = Arc::make_mut(&mut self.brokers).remove(&id) {
            Arc::make_mut(&mut self.retired).insert(broker.directory_id, id);
        }
    }

    pub(super) fn set_draining(&mut self, id: BrokerId, draining: bool) {
        if let Some(broker) = Arc::make_mut(&mut self.brokers).get_mut(&id) {
            broker.draining = draining;
        }
    }

    pub(super) fn set_drained(&mut self, id: BrokerId, drained: bool) -> Applied {
        let known = self.broker(id).ok_or_else(|| self.unknown_broker(id))?;
        if known.drained != drained
            && let Some(broker) = Arc::make_mut(&mut self.brokers).get_mut(&id)
        {
            broker.drained = drained;
        }
        Ok(Outcome::DrainedSet)
    }

    pub(super) fn unknown_broker(&self, id: BrokerId) -> MetadataError {
        MetadataError::UnknownBroker { id, known: self.brokers.keys().copied().collect() }
    }

    /// The next incarnation: nobody has had it, and nobody else will.
    pub(super) fn draw_incarnation(&mut self) -> Result<u32, MetadataError> {
        let drawn = self.next_incarnation;
        self.next_incarnation = drawn.checked_add(1).ok_or_else(incarnations_exhausted)?;
        Ok(drawn)
    }

    fn check_directory(&self, broker: &Broker) -> Result<(), MetadataError> {
        match self.retired.get(&broker.directory_id) {
            None => Ok(()),
            Some(&owner) => {
                Err(MetadataError::DirectoryRetired { id: broker.id, directory: broker.directory_id, owner })
            }
        }
    }

    /// The incarnation of a broker whose id is not registered.
    fn incarnation_of_newcomer(&mut self, id: BrokerId, standing: Standing) -> Result<u32, MetadataError> {
        match standing {
            // The first incarnation of an id that was removed has had a log.
            Standing::Founder if !self.was_removed(id) => Ok(FIRST_INCARNATION),
            Standing::Founder | Standing::Member if !self.invited.contains_key(&id) => {
                Err(MetadataError::NotInvited { id, members: self.brokers.keys().copied().collect() })
            }
            _ => self.draw_incarnation(),
        }
    }

    fn consume_invitation(&mut self, id: BrokerId) {
        if self.invited.contains_key(&id) {
            Arc::make_mut(&mut self.invited).remove(&id);
        }
    }
}

pub(super) fn incarnations_exhausted() -> MetadataError {
    MetadataError::LimitReached { reason: "all incarnations of Raft node ids have been given out".into() }
}

/// An address is one listener's, so it can be only one broker's.
fn check_addresses<'a>(
    id: BrokerId,
    endpoints: &Endpoints,
    mut others: impl Iterator<Item = (BrokerId, &'a Endpoints)>,
) -> Result<(), MetadataError> {
    match others.find_map(|(owner, at)| Some((owner, endpoints.shared_with(at)?))) {
        None => Ok(()),
        Some((owner, address)) => Err(MetadataError::AddressTaken { id, address: address.clone(), owner }),
    }
}

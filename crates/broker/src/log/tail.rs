//! The producers' batches that the leader has proposed and that are not applied yet.
//!
//! Several batches of one producer are in flight at once, so the next must be judged against those, not only
//! against the applied state. Only the leader of a term has a tail: it must be reset when leadership is lost
//! or won, since what became of the proposals is then for the log to say.

use std::collections::{HashMap, VecDeque};

use super::producers::{Producers, Sequenced, Verdict, check_order};

/// See the module. Its size is that of the proposals in flight, which the proposer bounds.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    /// Per producer, oldest first; never empty.
    producers: HashMap<i64, VecDeque<InFlight>>,
    /// Producer of each batch in flight, by rising offset.
    order: VecDeque<(i64, i64)>,
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    batch: Sequenced,
    base_offset: i64,
}

impl Tail {
    /// Judges a batch against the applied state and everything in flight.
    pub fn check(&self, applied: &Producers, batch: &Sequenced) -> Verdict {
        let Some(in_flight) = self.producers.get(&batch.producer_id) else {
            return applied.check(batch);
        };
        let Some(newest) = in_flight.back() else {
            return applied.check(batch);
        };
        // An older epoch is fenced even if it repeats something that was accepted: as in Kafka.
        if batch.epoch == newest.batch.epoch {
            if let Some(original) = in_flight.iter().find(|known| known.batch == *batch) {
                return Verdict::DuplicateInFlight { base_offset: original.base_offset };
            }
            if let Some(original) = applied.duplicate_of(batch) {
                let (base_offset, timestamp) = (original.base_offset, original.timestamp);
                return Verdict::Duplicate { base_offset, timestamp };
            }
        }
        check_order(batch, newest.batch.epoch, newest.batch.last)
    }

    /// Adds a batch that was accepted and proposed. Offsets must rise from one call to the next.
    pub fn push(&mut self, batch: Sequenced, base_offset: i64) {
        debug_assert!(self.order.back().is_none_or(|(newest, _)| *newest < base_offset), "offsets rise");
        self.producers.entry(batch.producer_id).or_default().push_back(InFlight { batch, base_offset });
        self.order.push_back((base_offset, batch.producer_id));
    }

    /// Removes what has been applied: everything below `end_offset`.
    pub fn applied(&mut self, end_offset: i64) {
        while let Some((_, producer_id)) =
            self.order.pop_front_if(|(base_offset, _)| *base_offset < end_offset)
        {
            if let Some(in_flight) = self.producers.get_mut(&producer_id) {
                in_flight.pop_front();
                if in_flight.is_empty() {
                    self.producers.remove(&producer_id);
                }
            }
        }
    }

    /// Forgets everything: on a change of term.
    pub fn reset(&mut self) {
        self.producers.clear();
        self.order.clear();
    }

    /// Number of batches in flight.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing is in flight.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(epoch: i16, first: i32, last: i32) -> Sequenced {
        Sequenced { producer_id: 1, epoch, first, last }
    }

    #[test]
    fn batches_in_flight_follow_one_another_before_any_is_applied() {
        let (applied, mut tail) = (Producers::default(), Tail::default());
        tail.push(batch(0, 0, 4), 10);
        assert_eq!(tail.check(&applied, &batch(0, 5, 6)), Verdict::Accept);
        assert_eq!(tail.check(&applied, &batch(0, 7, 7)), Verdict::OutOfOrder { expected: 5 });
    }

    #[test]
    fn a_retry_of_a_batch_in_flight_waits_for_it_and_later_gets_its_offset() {
        let (mut applied, mut tail) = (Producers::default(), Tail::default());
        tail.push(batch(0, 0, 4), 10);
        assert_eq!(tail.check(&applied, &batch(0, 0, 4)), Verdict::DuplicateInFlight { base_offset: 10 });
        applied.record(&batch(0, 0, 4), 10, 99);
        tail.applied(15);
        assert!(tail.is_empty());
        let verdict = Verdict::Duplicate { base_offset: 10, timestamp: 99 };
        assert_eq!(tail.check(&applied, &batch(0, 0, 4)), verdict);
    }

    #[test]
    fn what_begins_at_the_end_of_the_applied_entry_is_still_in_flight() {
        let mut tail = Tail::default();
        tail.push(batch(0, 0, 4), 10);
        tail.push(batch(0, 5, 5), 15);
        tail.applied(15);
        assert_eq!(tail.len(), 1);
        let retry = tail.check(&Producers::default(), &batch(0, 5, 5));
        assert_eq!(retry, Verdict::DuplicateInFlight { base_offset: 15 });
    }

    #[test]
    fn an_epoch_in_flight_fences_already() {
        let (mut applied, mut tail) = (Producers::default(), Tail::default());
        applied.record(&batch(0, 0, 4), 10, 99);
        tail.push(batch(1, 0, 0), 15);
        assert_eq!(tail.check(&applied, &batch(0, 5, 5)), Verdict::Fenced { epoch: 1 });
        assert_eq!(tail.check(&applied, &batch(0, 0, 4)), Verdict::Fenced { epoch: 1 });
    }

    #[test]
    fn after_a_reset_only_the_applied_state_counts() {
        let (mut applied, mut tail) = (Producers::default(), Tail::default());
        applied.record(&batch(0, 0, 4), 10, 99);
        tail.push(batch(0, 5, 5), 15);
        tail.reset();
        assert_eq!(tail.check(&applied, &batch(0, 5, 5)), Verdict::Accept);
        assert_eq!(tail.check(&applied, &batch(0, 6, 6)), Verdict::OutOfOrder { expected: 5 });
    }

    /// The model keeps every accepted batch of every producer, and derives each verdict from the whole
    /// history.
    #[derive(Default)]
    struct Model {
        accepted: Vec<(Sequenced, i64)>,
        applied: usize,
    }

    impl Model {
        fn check(&self, batch: &Sequenced) -> Verdict {
            let of_producer = |(known, _): &&(Sequenced, i64)| known.producer_id == batch.producer_id;
            let Some((newest, _)) = self.accepted.iter().rfind(of_producer) else {
                return if batch.first == 0 { Verdict::Accept } else { Verdict::UnknownProducer };
            };
            if batch.epoch < newest.epoch {
                return Verdict::Fenced { epoch: newest.epoch };
            }
            let (applied, in_flight) = self.accepted.split_at(self.applied);
            if let Some((_, base_offset)) = in_flight.iter().find(|(known, _)| known == batch) {
                return Verdict::DuplicateInFlight { base_offset: *base_offset };
            }
            let mut last_five = applied.iter().rev().filter(of_producer).take(5);
            if let Some((_, base_offset)) = last_five.find(|(known, _)| known == batch) {
                return Verdict::Duplicate { base_offset: *base_offset, timestamp: -1 };
            }
            let next = (i64::from(newest.last) + 1) % (i64::from(i32::MAX) + 1);
            let expected = if batch.epoch > newest.epoch { 0 } else { next as i32 };
            if batch.first == expected { Verdict::Accept } else { Verdict::OutOfOrder { expected } }
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// The next batch of a producer, `skew` sequence numbers off.
        Send { producer_id: i64, count: i32, skew: i32 },
        /// A retry of a batch that was accepted, counted from the newest.
        Retry { back: usize },
        /// The producer starts again, with an epoch more or one less.
        Restart { producer_id: i64, by: i16 },
        /// This many of the batches in flight are applied.
        Apply { batches: usize },
        /// The leader steps down: what is in flight is lost.
        Reset,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let producer = 0i64..3;
        prop_oneof![
            8 => (producer.clone(), 1i32..4, prop_oneof![5 => Just(0), 1 => -2i32..3])
                .prop_map(|(producer_id, count, skew)| Step::Send { producer_id, count, skew }),
            4 => (0usize..12).prop_map(|back| Step::Retry { back }),
            1 => (producer, prop_oneof![Just(1i16), Just(-1)])
                .prop_map(|(producer_id, by)| Step::Restart { producer_id, by }),
            4 => (1usize..6).prop_map(|batches| Step::Apply { batches }),
            1 => Just(Step::Reset),
        ]
    }

    proptest! {
        #[test]
        fn verdicts_are_those_of_a_model_that_remembers_everything(
            steps in proptest::collection::vec(any_step(), 1..80),
            start in prop_oneof![Just(0), (i32::MAX - 6)..i32::MAX],
        ) {
            let (mut applied, mut tail, mut model) = (Producers::default(), Tail::default(), Model::default());
            let mut end_offset = 0i64;
            let mut clients = HashMap::from([(0, (0i16, start)), (1, (0, start)), (2, (5, start))]);
            if start > 0 {
                // Whoever goes on at `start` has written all before it.
                for (producer_id, (epoch, _)) in &clients {
                    let batch = Sequenced { producer_id: *producer_id, epoch: *epoch, first: 0, last: start - 1 };
                    applied.record(&batch, end_offset, -1);
                    model.accepted.push((batch, end_offset));
                    (model.applied, end_offset) = (model.applied + 1, end_offset + 10);
                }
            }
            for step in steps {
                let batch = match step {
                    Step::Send { producer_id, count, skew } => {
                        let (epoch, next) = clients[&producer_id];
                        let first = next.saturating_add(skew).max(0);
                        let last = super::super::batch::advance_sequence(first, count - 1);
                        Some(Sequenced { producer_id, epoch, first, last })
                    }
                    Step::Retry { back } => model.accepted.iter().rev().nth(back).map(|(batch, _)| *batch),
                    Step::Restart { producer_id, by } => {
                        let epoch = (clients[&producer_id].0 + by).max(0);
                        clients.insert(producer_id, (epoch, 0));
                        None
                    }
                    Step::Apply { batches } => {
                        for (batch, base_offset) in model.accepted.iter().skip(model.applied).take(batches) {
                            prop_assert!(applied.record(batch, *base_offset, -1));
                            tail.applied(base_offset + 1);
                        }
                        model.applied = model.accepted.len().min(model.applied + batches);
                        None
                    }
                    Step::Reset => {
                        tail.reset();
                        let lost = model.accepted.split_off(model.applied);
                        // The clients send again what is lost.
                        for (batch, _) in lost.iter().rev() {
                            clients.insert(batch.producer_id, (batch.epoch, batch.first));
                        }
                        None
                    }
                };
                let Some(batch) = batch else { continue };
                let verdict = tail.check(&applied, &batch);
                prop_assert_eq!(verdict, model.check(&batch), "{:?}", batch);
                if verdict == Verdict::Accept {
                    tail.push(batch, end_offset);
                    model.accepted.push((batch, end_offset));
                    end_offset += 10;
                    let next = super::super::producers::next_sequence(batch.last);
                    clients.insert(batch.producer_id, (batch.epoch, next));
                }
                prop_assert_eq!(tail.len(), model.accepted.len() - model.applied);
            }
        }
    }
}

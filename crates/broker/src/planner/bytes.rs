//! Evens out the bytes that brokers hold, without making their replica counts less even.
//!
//! Moves a large replica from a fuller to an emptier broker; if that upsets the counts, a small one moves back in
//! exchange. Copying has a price: what gains little for what it copies is not done.

use super::Why;
use super::spread::Spread;

/// The fullest broker may hold this much more than the emptiest one, in percent.
const TOLERANCE_PERCENT: u128 = 20;
/// Differences below this many bytes come and go by themselves.
const NEGLIGIBLE: u128 = 64 << 20;
/// What may be copied to bring two brokers one byte closer to their mean.
const COPIED_PER_GAIN: u128 = 4;
/// A step must gain at least this part of what brokers hold on average. It bounds the number of steps as well.
const LEAST_GAIN: u128 = 1000;
/// How many of the smallest replicas are tried for the way back.
const LOOKED_AT: usize = 32;

/// A replica that moves to the emptier broker, and one that moves back.
struct Exchange {
    there: usize,
    back: Option<usize>,
    gain: u128,
    copied: u128,
}

/// Moves and exchanges replicas until the bytes are even or no step is worth it. Returns whether anything moved.
pub(super) fn even_out(spread: &mut Spread) -> bool {
    let mut changed = false;
    while let Some((full, empty, exchange)) = next_exchange(spread) {
        let mut shifts = vec![(exchange.there, full, empty)];
        shifts.extend(exchange.back.map(|back| (back, empty, full)));
        // The broker that has no more replicas than the other is the first to get one. So, should there be a new plan
        // after half of an exchange, it is the other half that evens out counts and bytes.
        let replicas = |n: usize| spread.cluster.nodes[n].replicas;
        if replicas(full) <= replicas(empty) {
            shifts.reverse();
        }
        for (p, from, to) in shifts {
            spread.shift(p, from, to, Why::Bytes);
        }
        changed = true;
    }
    changed
}

/// An exchange that takes from the fullest broker or gives to the emptiest one.
fn next_exchange(spread: &Spread) -> Option<(usize, usize, Exchange)> {
    let brokers = spread.by_bytes();
    let bytes = |n: usize| spread.cluster.nodes[n].bytes;
    let (&emptiest, &fullest) = (brokers.first()?, brokers.last()?);
    let tolerated = bytes(emptiest) * (100 + TOLERANCE_PERCENT);
    if bytes(fullest) * 100 <= tolerated || bytes(fullest) - bytes(emptiest) < NEGLIGIBLE {
        return None;
    }
    let total: u128 = brokers.iter().map(|n| bytes(*n)).sum();
    let least_gain = total / brokers.len() as u128 / LEAST_GAIN;
    let from_fullest = brokers.iter().map(|n| (fullest, *n));
    let to_emptiest = brokers.iter().rev().map(|n| (*n, emptiest));
    from_fullest.chain(to_emptiest).filter(|&(full, empty)| bytes(full) > bytes(empty)).find_map(
        |(full, empty)| {
            let exchange = best_exchange(spread, full, empty)?;
            (exchange.gain >= least_gain.max(1)).then_some((full, empty, exchange))
        },
    )
}

/// What brings two brokers closest to each other. A move alone is better than an exchange, as it copies less.
fn best_exchange(spread: &Spread, full: usize, empty: usize) -> Option<Exchange> {
    let (from, to) = (&spread.cluster.nodes[full], &spread.cluster.nodes[empty]);
    let gap = from.bytes - to.bytes;
    let size = |p: usize| u128::from(spread.cluster.partitions[p].given.bytes);
    let exchange = |there: usize, back: Option<usize>| {
        let returned = back.map_or(0, size);
        let shifted = size(there).saturating_sub(returned);
        let gain = shifted.min(gap.saturating_sub(shifted));
        let copied = size(there) + returned;
        let worth_it = gain > 0 && copied <= gain * COPIED_PER_GAIN;
        worth_it.then_some(Exchange { there, back, gain, copied })
    };
    let alone = || spread.closest(full, empty, gap / 2).next().and_then(|there| exchange(there, None));
    if from.replicas > to.replicas
        && let Some(found) = alone()
    {
        return Some(found);
    }
    let exchanges = spread.smallest(empty, full).take(LOOKED_AT).filter_map(|back| {
        let there = spread.closest(full, empty, gap / 2 + size(back)).next()?;
        exchange(there, Some(back))
    });
    exchanges.min_by_key(|e| (std::cmp::Reverse(e.gain), e.copied))
}

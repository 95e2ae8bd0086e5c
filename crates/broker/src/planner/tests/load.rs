//! Load by example, and the laws of spreading it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

const LEADERS_ONLY: Goal = Goal::Rebalance { leaders_only: true };
const EVEN_LOAD: Goal = Goal::EvenLoad { exchanges: usize::MAX };
const MIB: u64 = 1 << 20;

/// Partitions with these replicas, and the load of each in MiB per second.
fn loaded(partitions: &[(&[i32], u64)]) -> Vec<Partition> {
    let partition = |(group, (replicas, mib)): (u64, &(&[i32], u64))| Partition {
        load: mib * MIB,
        ..partition(group, replicas)
    };
    (1..).zip(partitions).map(partition).collect()
}

fn view(brokers: Vec<Broker>, partitions: &[(&[i32], u64)]) -> View {
    View { brokers, partitions: loaded(partitions) }
}

/// What each broker leads: how many partitions, and how much load.
fn led(view: &View) -> BTreeMap<i32, (u64, u128)> {
    let mut led: BTreeMap<i32, (u64, u128)> = view.brokers.iter().map(|b| (b.id, (0, 0))).collect();
    for partition in &view.partitions {
        if let Some((count, load)) = ids(partition).first().and_then(|leader| led.get_mut(leader)) {
            *count += 1;
            *load += u128::from(partition.load);
        }
    }
    led
}

/// MiB per second that each broker leads after the plan, in the order of their ids.
fn loads_after(view: &View, plan: &Plan) -> Vec<u128> {
    led(&carried_out(view, plan)).into_values().map(|(_, load)| load / u128::from(MIB)).collect()
}

#[test]
fn busy_partitions_are_exchanged_for_idle_ones() {
    let view = view(
        brokers(3),
        &[
            (&[1, 2, 3], 30),
            (&[1, 2, 3], 30),
            (&[1, 2, 3], 30),
            (&[2, 3, 1], 0),
            (&[2, 3, 1], 0),
            (&[2, 3, 1], 0),
            (&[3, 1, 2], 0),
            (&[3, 1, 2], 0),
            (&[3, 1, 2], 0),
        ],
    );
    for goal in [LEADERS_ONLY, EVEN_LOAD, Goal::Rebalance { leaders_only: false }] {
        let plan = plan(&view, goal);
        assert_eq!(loads_after(&view, &plan), [30, 30, 30]);
        assert_eq!(plan.moves.len(), 4, "two exchanges");
        assert!(plan.moves.iter().all(|m| m.why == Why::Load && m.bytes == 0));
        let counts: Vec<u64> = led(&carried_out(&view, &plan)).into_values().map(|(n, _)| n).collect();
        assert_eq!(counts, [3, 3, 3]);
    }
}

#[test]
fn a_plan_can_be_read_as_what_each_broker_leads_before_and_after() {
    let view = view(brokers(2), &[(&[1, 2], 8), (&[1, 2], 4), (&[2, 1], 0), (&[2, 1], 1)]);
    let plan = plan(&view, EVEN_LOAD);
    let told = super::super::led(&view, &plan.moves)
        .into_iter()
        .map(|(id, led)| (id, led.now / MIB, led.then / MIB));
    assert_eq!(told.collect::<Vec<_>>(), [(1, 12, 8), (2, 1, 5)]);
}

#[test]
fn one_that_leads_more_partitions_gets_nothing_in_return() {
    let view = view(brokers(2), &[(&[1, 2], 10), (&[1, 2], 10), (&[2, 1], 0)]);
    let plan = plan(&view, EVEN_LOAD);
    assert_eq!((plan.moves.len(), loads_after(&view, &plan)), (1, vec![10, 10]));
}

#[test]
fn brokers_that_have_nothing_to_exchange_do_it_over_a_third() {
    let view = view(
        brokers(3),
        &[(&[1, 2], 9), (&[1, 2], 9), (&[2, 3], 0), (&[2, 3], 0), (&[3, 1], 0), (&[3, 1], 0)],
    );
    let plan = plan(&view, EVEN_LOAD);
    assert_eq!((plan.moves.len(), loads_after(&view, &plan)), (3, vec![9, 9, 0]));
}

#[test]
fn what_is_uneven_by_a_little_or_hardly_any_load_is_left_alone() {
    let a_little = view(brokers(2), &[(&[1, 2], 35), (&[1, 2], 24), (&[2, 1], 30), (&[2, 1], 11)]);
    assert_eq!(plan(&a_little, EVEN_LOAD).moves, []);

    let mut hardly_any = view(brokers(2), &[(&[1, 2], 1), (&[1, 2], 1), (&[2, 1], 0), (&[2, 1], 0)]);
    for partition in &mut hardly_any.partitions {
        partition.load /= 4;
    }
    assert_eq!(plan(&hardly_any, EVEN_LOAD).moves, []);
}

#[test]
fn one_partition_that_is_all_the_load_stays_where_it_is() {
    let view = view(brokers(3), &[(&[1, 2, 3], 90), (&[2, 3, 1], 0), (&[3, 1, 2], 0)]);
    assert_eq!(plan(&view, EVEN_LOAD).moves, []);
}

#[test]
fn numbers_come_before_load() {
    let view = view(brokers(2), &[(&[1, 2], 8), (&[2, 1], 2), (&[2, 1], 2), (&[2, 1], 2), (&[2, 1], 2)]);
    let after = led(&carried_out(&view, &plan(&view, LEADERS_ONLY)));
    assert_eq!(after[&1].0 + 1, after[&2].0, "{after:?}");
}

#[test]
fn only_so_many_exchanges_are_planned_and_the_best_is_first() {
    let mut partitions: Vec<(&[i32], u64)> = (1..=20).map(|mib| (&[1, 2, 3][..], mib)).collect();
    partitions.extend((0..20).map(|_| (&[2, 3, 1][..], 0)));
    partitions.extend((0..20).map(|_| (&[3, 1, 2][..], 0)));
    let view = view(brokers(3), &partitions);
    let one = plan(&view, Goal::EvenLoad { exchanges: 1 });
    assert_eq!((one.moves.len(), loads_after(&view, &one)[0]), (2, 190));
    assert_eq!(plan(&view, Goal::EvenLoad { exchanges: 0 }).moves, []);
}

/// Optimised it takes milliseconds. The limit is for a machine that is busy with something else.
#[test]
fn ten_thousand_partitions_on_ten_brokers_are_no_trouble() {
    let partition = |group: u64| {
        let nth = |n: u64| 1 + ((group + n) % 10) as i32;
        let replicas = [nth(0), nth(1 + group / 10 % 4), nth(5 + group / 40 % 5)];
        // A few are very busy, many a little, and those of the last brokers are busier.
        let load = (1 + group % 10) * (10 * MIB / (1 + spread::scatter(group) % 1000));
        Partition { load, ..partition(group, &replicas) }
    };
    let view = View { brokers: brokers(10), partitions: (1..=10_000).map(partition).collect() };
    let before = greatest_first(&view, |(_, load)| load);
    let begin = std::time::Instant::now();
    let plan = plan(&view, LEADERS_ONLY);
    let took = begin.elapsed();
    let after = greatest_first(&carried_out(&view, &plan), |(_, load)| load);
    let mean = after.iter().sum::<u128>() / 10;
    let percent = |loads: &[u128]| loads[0] * 100 / mean;
    println!(
        "{} moves in {took:?}: {} % of the average, not {} %",
        plan.moves.len(),
        percent(&after),
        percent(&before)
    );
    assert!(percent(&before) > 150 && percent(&after) <= 120, "{before:?} {after:?}");
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}

fn any_broker(id: i32) -> impl Strategy<Value = Broker> {
    let flags = (prop::bool::weighted(0.9), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    flags.prop_map(move |(alive, draining, drained)| Broker { id, rack: None, alive, draining, drained })
}

fn any_partition(ids: Vec<i32>) -> impl Strategy<Value = Partition> {
    let most = ids.len().min(3);
    let replicas = subsequence(ids, 1..=most).prop_shuffle();
    let load = prop_oneof![Just(0), 0..100 * MIB, select(vec![1, MIB, 1 << 34, u64::MAX]),];
    (replicas, load, prop::bool::weighted(0.1)).prop_map(|(replicas, load, fixed)| Partition {
        load,
        fixed,
        ..partition(0, &replicas)
    })
}

/// Clusters whose brokers are up or not, drained or leaving, with partitions of any load, some of them moving.
fn views() -> impl Strategy<Value = View> {
    (1i32..8).prop_flat_map(|count| {
        let brokers: Vec<_> = (1..=count).map(any_broker).collect();
        let partition = any_partition((1..=count + 1).collect());
        (brokers, prop::collection::vec(partition, 0..40)).prop_map(|(brokers, mut partitions)| {
            for (group, partition) in (1..).zip(&mut partitions) {
                partition.group = group;
            }
            View { brokers, partitions }
        })
    })
}

fn may_lead(view: &View, id: i32) -> bool {
    view.brokers.iter().any(|b| b.id == id && b.alive && !b.draining && !b.drained)
}

/// What the brokers that take part lead, the most first.
fn greatest_first<T: Ord + Copy>(view: &View, of: impl Fn((u64, u128)) -> T) -> Vec<T> {
    let led = led(view).into_iter().filter(|(id, _)| may_lead(view, *id));
    let mut all: Vec<T> = led.map(|(_, led)| of(led)).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

proptest! {
    #[test]
    fn only_leaders_change_and_only_among_brokers_that_may_lead(view in views(), goal in select(vec![LEADERS_ONLY, EVEN_LOAD])) {
        for m in plan(&view, goal).moves {
            let partition = &view.partitions[m.group as usize - 1];
            let set = |ids: &[i32]| ids.iter().copied().collect::<BTreeSet<_>>();
            prop_assert_eq!(set(&m.from), set(&m.to));
            prop_assert!(!partition.fixed && m.bytes == 0 && m.renew.is_empty());
            prop_assert!(may_lead(&view, m.from[0]) && may_lead(&view, m.to[0]));
        }
    }

    #[test]
    fn the_greatest_load_falls_and_the_numbers_stay_as_even(view in views(), exchanges in select(vec![1, 2, usize::MAX])) {
        let plan = plan(&view, Goal::EvenLoad { exchanges });
        let after = carried_out(&view, &plan);
        let squares = |view| greatest_first(view, |(n, _)| n).iter().map(|n| n * n).sum::<u64>();
        prop_assert!(squares(&after) <= squares(&view));
        let loads = |view| greatest_first(view, |(_, load)| load);
        prop_assert!(loads(&after) < loads(&view) || plan.moves.is_empty());
        prop_assert!(exchanges > 2 || plan.moves.len() <= exchanges * view.brokers.len());
    }

    #[test]
    fn numbers_are_as_even_with_load_as_without(view in views()) {
        let mut idle = view.clone();
        for partition in &mut idle.partitions {
            partition.load = 0;
        }
        let squares = |view: &View| {
            let after = carried_out(view, &plan(view, LEADERS_ONLY));
            greatest_first(&after, |(n, _)| n).iter().map(|n| n * n).sum::<u64>()
        };
        prop_assert_eq!(squares(&view), squares(&idle));
    }

    #[test]
    fn after_a_plan_there_is_nothing_left_to_plan(view in views(), goal in select(vec![LEADERS_ONLY, EVEN_LOAD])) {
        let after = carried_out(&view, &plan(&view, goal));
        prop_assert_eq!(plan(&after, goal).moves, vec![]);
    }

    #[test]
    fn a_few_exchanges_at_a_time_come_to_an_end(mut view in views()) {
        let few = Goal::EvenLoad { exchanges: 2 };
        for _ in 0..200 {
            view = carried_out(&view, &plan(&view, few));
        }
        prop_assert_eq!(plan(&view, few).moves, vec![]);
    }

    #[test]
    fn the_order_in_which_things_are_listed_makes_no_difference(
        (view, shuffled) in views().prop_flat_map(|view| {
            let shuffled = (Just(view.brokers.clone()).prop_shuffle(), Just(view.partitions.clone()).prop_shuffle());
            (Just(view), shuffled.prop_map(|(brokers, partitions)| View { brokers, partitions }))
        }),
    ) {
        prop_assert_eq!(plan(&view, EVEN_LOAD), plan(&shuffled, EVEN_LOAD));
    }

    #[test]
    fn where_everyone_can_lead_everything_nobody_leads_much_more_than_need_be(
        loads in prop::collection::vec(0..20 * MIB, 30..90),
        count in 3i32..6,
    ) {
        let all: Vec<i32> = (1..=count).collect();
        let partitions: Vec<Partition> = (1..).zip(&loads).map(|(group, load)| {
            Partition { load: *load, ..partition(group, &all) }
        }).collect();
        let view = View { brokers: brokers(count), partitions };
        let after = carried_out(&view, &plan(&view, LEADERS_ONLY));
        let loads = greatest_first(&after, |(_, load)| load);
        let mean = loads.iter().sum::<u128>() / loads.len() as u128;
        prop_assert!(loads[0] * 100 <= mean * 120, "{loads:?}");
    }
}

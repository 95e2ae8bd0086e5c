//! When to look through all groups of this node for those that nobody alive leads.
//!
//! A look at thousands of groups costs milliseconds, and nearly always finds none. A group can only lose its leader when a
//! claim, a peer's life or the set of groups changes, and each of these is counted. So it is looked when a count has moved,
//! as long as some group is without a leader (its candidates have their times), and now and then all the same.
//!
//! Must never: let a change go by without a look.

/// At least every so many occasions it is looked, whatever the counts say.
const OCCASIONS: u32 = 20;

/// What the last look was made for.
#[derive(Debug, Default)]
pub(super) struct Sweeps {
    /// The counts before the last look.
    seen: Option<(u64, u64)>,
    passed: u32,
}

impl Sweeps {
    /// Whether it is to be looked now. `counts` move with every change that can leave a group without a leader;
    /// `some_lack_a_leader` says what the last look found.
    pub(super) fn is_due(&mut self, counts: (u64, u64), some_lack_a_leader: bool) -> bool {
        self.passed += 1;
        let due = some_lack_a_leader || self.seen != Some(counts) || self.passed >= OCCASIONS;
        if due {
            *self = Self { seen: Some(counts), passed: 0 };
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_occasion_is_taken() {
        assert!(Sweeps::default().is_due((0, 0), false));
    }

    #[test]
    fn it_is_looked_once_for_each_change_of_either_count() {
        let mut sweeps = Sweeps::default();
        assert!(sweeps.is_due((1, 1), false));
        assert!(!sweeps.is_due((1, 1), false));
        assert!(sweeps.is_due((2, 1), false));
        assert!(!sweeps.is_due((2, 1), false));
        assert!(sweeps.is_due((2, 2), false));
        assert!(!sweeps.is_due((2, 2), false));
    }

    #[test]
    fn it_is_looked_every_time_while_a_group_lacks_a_leader() {
        let mut sweeps = Sweeps::default();
        assert!((0..5).all(|_| sweeps.is_due((1, 1), true)));
        assert!(!sweeps.is_due((1, 1), false));
    }

    #[test]
    fn it_is_looked_now_and_then_although_nothing_changes() {
        let mut sweeps = Sweeps::default();
        let looks = (0..OCCASIONS * 3).filter(|_| sweeps.is_due((1, 1), false)).count();
        assert_eq!(looks, 3);
    }
}

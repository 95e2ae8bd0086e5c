//! How far an operation has come, as one node has told it: it never falls, whatever is found to be left later.

use std::time::Instant;

use chronik_common::admin::OperationView;

/// What was told of one operation.
#[derive(Debug)]
pub(in crate::node) struct Told {
    since: Instant,
    partitions_total: u64,
    partitions_done: u64,
    bytes_total: u64,
    bytes_done: u64,
    percent: u64,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            partitions_total: 0,
            partitions_done: 0,
            bytes_total: 0,
            bytes_done: 0,
            percent: 0,
        }
    }
}

impl Told {
    /// So many partitions and bytes are left, of `total` partitions at the start.
    pub(in crate::node) fn progress(&mut self, partitions_left: u64, total: u64, bytes_left: u64) {
        self.partitions_total = self.partitions_total.max(total).max(partitions_left + self.partitions_done);
        self.partitions_done = self.partitions_done.max(self.partitions_total - partitions_left);
        self.bytes_total = self.bytes_total.max(bytes_left + self.bytes_done);
        self.bytes_done = self.bytes_done.max(self.bytes_total - bytes_left);
        let (done, total) = self.share();
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0).min(99);
        self.percent = self.percent.max(percent);
    }

    /// What is done of what: bytes where there are any to be copied.
    fn share(&self) -> (u64, u64) {
        if self.bytes_total > 0 {
            (self.bytes_done, self.bytes_total)
        } else {
            (self.partitions_done, self.partitions_total)
        }
    }

    /// The view with these numbers.
    pub(in crate::node) fn complete(&self, view: OperationView) -> OperationView {
        let (done, total) = self.share();
        let elapsed = self.since.elapsed().as_millis() as u64;
        let left = total.saturating_sub(done);
        let eta =
            elapsed.saturating_mul(left).checked_div(done).filter(|_| left > 0).map(|ms| ms.div_ceil(1000));
        OperationView {
            percent: self.percent as u8,
            partitions_total: self.partitions_total,
            partitions_done: self.partitions_done,
            bytes_total: self.bytes_total,
            bytes_done: self.bytes_done,
            eta_seconds: eta,
            ..view
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_falls_when_more_is_found_to_do() {
        let mut told = Told::default();
        told.progress(10, 10, 1000);
        told.progress(5, 10, 400);
        assert_eq!((told.partitions_done, told.bytes_done), (5, 600));
        told.progress(8, 10, 900);
        assert_eq!((told.partitions_done, told.partitions_total), (5, 13));
        assert_eq!((told.bytes_done, told.bytes_total), (600, 1500));
        assert_eq!(told.percent, 60);
    }
}

//! Long computations, on threads that serve nobody else, and the processor time that they take.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What `work` gives, and the processor time that it took. `None` if it was not carried out: the process is ending.
pub async fn spend<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<(T, Duration)> {
    let counted = move || {
        let before = used();
        let done = work();
        (done, used().saturating_sub(before))
    };
    tokio::task::spawn_blocking(counted).await.ok()
}

/// By this thread so far.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_work_is_counted_and_not_waiting() {
        let (begun, wait) = (std::time::Instant::now(), Duration::from_millis(50));
        let (done, took) = spend(move || std::thread::sleep(wait)).await.unwrap();
        assert_eq!(done, ());
        assert!(took < wait && begun.elapsed() >= wait, "{took:?}");
        let busy = || (0..5_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        let (_, took) = spend(busy).await.unwrap();
        assert!(took > Duration::ZERO);
    }
}

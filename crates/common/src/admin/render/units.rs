//! Bytes and durations as people read them.

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// `1.5 GiB`.
pub fn bytes(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // In tenths, so that everything stays exact; the largest unit may pass 1024.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10_240
        && let Some(next) = units.next()
    {
        tenths /= 1024;
        unit = Some(next);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, unit.unwrap_or(&"KiB"))
}

/// `45 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`.
pub fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if days > 0 => two((days, "d"), (hours % 24, "h")),
        () if hours > 0 => two((hours, "h"), (minutes % 60, "min")),
        () if minutes > 0 => two((minutes, "min"), (seconds % 60, "s")),
        () => format!("{seconds} s"),
    }
}

fn two((large, unit): (u64, &str), (small, subunit): (u64, &str)) -> String {
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {subunit}") }
}

/// The seconds between two moments in milliseconds; 0 if they are in the
/// wrong order, as clocks of two machines may have it.
pub fn seconds_between(from_ms: i64, to_ms: i64) -> u64 {
    u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_decimal_and_the_largest_unit_that_fits() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023.9 KiB"),
            (1_048_576, "1.0 MiB"),
            (3 << 29, "1.5 GiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations_have_at_most_two_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (125, "2 min 5 s"),
            (3_600, "1 h"),
            (11_400, "3 h 10 min"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn time_never_runs_backwards() {
        assert_eq!(seconds_between(1_000, 3_999), 2);
        assert_eq!(seconds_between(3_000, 1_000), 0);
        assert_eq!(seconds_between(i64::MIN, i64::MAX), i64::MAX as u64 / 1000);
    }
}

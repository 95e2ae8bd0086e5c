//! Times as people write and read them. Pure: the clock is handed in.

use chronik_common::now_ms;
use jiff::{SignedDuration, Timestamp};

/// `2026-11-28 08:00:01`, in UTC.
pub fn moment(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(timestamp) => timestamp.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => ms.to_string(),
    }
}

/// `2026-11-28T08:00:01Z`, or how long ago: `10m`, `2h`. In milliseconds
/// since 1970.
pub fn parse(text: &str, now_ms: i64) -> Result<i64, String> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.as_millisecond());
    }
    let ago: SignedDuration = text.parse().map_err(|_| {
        format!(
            "\"{text}\" is neither a time, such as 2026-11-28T08:00:00Z, nor how long ago, such as 10m or 2h"
        )
    })?;
    let ms = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
    Ok(now_ms.saturating_sub(ms))
}

/// The same for the command line, seen from now.
pub fn since(text: &str) -> Result<i64, String> {
    parse(text, now_ms())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(parse("1970-01-01T00:00:01Z", 5), Ok(1_000));
        assert_eq!(parse("10m", 1_000_000), Ok(400_000));
        assert_eq!(parse("1h 30m", 10_000_000), Ok(4_600_000));
        assert!(parse("yesterday", 0).unwrap_err().contains("10m or 2h"));
    }

    #[test]
    fn moments_are_in_utc() {
        assert_eq!(moment(1_000), "1970-01-01 00:00:01");
    }
}

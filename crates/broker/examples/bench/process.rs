//! What a process has used, from Linux's /proc.

use std::fs;
use std::time::Duration;

use crate::Result;

/// Clock ticks per second in /proc: `USER_HZ`, which is 100 on every architecture that Chronik runs on.
const TICKS: u64 = 100;

/// CPU time of all threads since the process started, to 10 ms.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in parentheses, and may itself hold spaces and parentheses.
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/PID/stat has no name")?;
    let field = |n: usize| fields.split_whitespace().nth(n - 3).and_then(|text| text.parse::<u64>().ok());
    // proc(5): field 14 is utime, 15 is stime.
    let ticks = field(14).zip(field(15)).map(|(user, system)| user + system);
    Ok(Duration::from_millis(ticks.ok_or("/proc/PID/stat has no times")? * (1000 / TICKS)))
}

/// CPU time of the whole machine since it started, all cores together.
pub struct MachineTime {
    pub busy: Duration,
    /// Waiting for the disk included.
    pub idle: Duration,
}

pub fn machine_time() -> Result<MachineTime> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line =
        stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).ok_or("/proc/stat has no cpu line")?;
    // proc(5): user nice system idle iowait irq softirq steal; guest time is in user.
    let ticks: Vec<u64> = line.split_whitespace().take(8).filter_map(|text| text.parse().ok()).collect();
    let [user, nice, system, idle, iowait, irq, softirq, steal] = ticks[..] else {
        return Err("/proc/stat has too few times".into());
    };
    let time = |ticks: u64| Duration::from_millis(ticks * (1000 / TICKS));
    Ok(MachineTime { busy: time(user + nice + system + irq + softirq + steal), idle: time(idle + iowait) })
}

/// Memory of the process that is in RAM now, in bytes.
pub fn resident_bytes(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
    Ok(kib.ok_or("/proc/PID/status has no VmRSS")? * 1024)
}

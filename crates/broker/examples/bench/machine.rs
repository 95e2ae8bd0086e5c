//! What the numbers were measured on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::cluster::Setup;
use crate::report::title;

pub fn print(setup: &Setup) -> Result<()> {
    let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        line.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism()?.to_string();
    let version = output(Command::new(&setup.server).arg("version"))?;
    title("Chronik benchmark: all nodes, the load and the disk of one machine");
    let facts = [
        ("date", output(Command::new("date").args(["-u", "+%F %H:%M UTC"]))?),
        ("server", format!("{version} ({})", setup.server.display())),
        ("CPU", format!("{}, {cores} cores", field(&read("/proc/cpuinfo"), "model name"))),
        ("memory", field(&read("/proc/meminfo"), "MemTotal")),
        ("kernel", read("/proc/sys/kernel/osrelease")),
        ("disk", disk(&setup.data_dir)),
        ("load before", read("/proc/loadavg")),
    ];
    for (name, value) in facts {
        println!("  {name:<12} {value}");
    }
    Ok(())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Device, file system and mount options of the mount that holds a directory.
fn disk(directory: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let holding =
        mounts.filter(|mount| mount.get(1).is_some_and(|point| directory.starts_with(PathBuf::from(point))));
    match holding.max_by_key(|mount| mount.get(1).map(String::len)).as_deref() {
        Some([device, point, filesystem, options, ..]) => {
            format!("{device}, {filesystem} at {point} ({options})")
        }
        _ => "unknown".into(),
    }
}

//! Man pages, completions and the reference are generated from the command tree and checked
//! in. This test tells when they are out of date; `UPDATE=1 cargo test -p
//! chronik-ctl --test generated` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use chronik_ctl::Cli;
use clap::{Command, CommandFactory};
use clap_complete::{Generator, shells};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares a file of the repository with what it should be, or writes it.
fn check(path: &Path, expected: &[u8]) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
    }
    let found = fs::read(path).unwrap_or_default();
    assert!(found == expected, "{} is out of date; run with UPDATE=1", path.display());
}

/// Names of the files in a folder, so that none is left over from a command
/// that was removed.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A command and all below it, but for the generated `help` commands.
fn with_subcommands(command: Command) -> Vec<Command> {
    let below: Vec<_> = command
        .get_subcommands()
        .filter(|c| c.get_name() != "help")
        .cloned()
        .flat_map(with_subcommands)
        .collect();
    std::iter::once(command).chain(below).collect()
}

#[test]
fn man_pages_match_the_command_tree() {
    let mut command = Cli::command();
    command.build();
    let folder = root().join("man");
    let mut expected = Vec::new();
    for command in with_subcommands(command) {
        let man = clap_mangen::Man::new(command);
        let mut page = Vec::new();
        man.render(&mut page).unwrap();
        check(&folder.join(man.get_filename()), &page);
        expected.push(man.get_filename());
    }
    expected.sort();
    assert_eq!(files(&folder), expected);
}

fn completion(shell: impl Generator) -> (String, Vec<u8>) {
    let name = shell.file_name("chronikctl");
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "chronikctl", &mut script);
    (name, script)
}

#[test]
fn completions_match_the_command_tree() {
    let folder = root().join("completions");
    let scripts = [
        completion(shells::Zsh),
        completion(shells::PowerShell),
        completion(shells::Bash),
        completion(shells::Elvish),
        completion(shells::Fish),
    ];
    for (name, script) in &scripts {
        check(&folder.join(name), script);
    }
    assert_eq!(files(&folder), scripts.map(|(name, _)| name));
}

/// Every command's help, under its words.
#[test]
fn the_reference_matches_the_command_tree() {
    let mut root_command = Cli::command().term_width(100);
    root_command.build();
    let mut text = String::from(
        "# chronikctl\n\nGenerated from the command tree by `UPDATE=1 cargo test -p chronik-ctl --test generated`.\n",
    );
    for mut command in with_subcommands(root_command) {
        let words = command.get_bin_name().unwrap_or("chronikctl").to_owned();
        let help = command.render_long_help().to_string();
        let help: Vec<_> = help.lines().map(str::trim_end).collect();
        let help = help.join("\n");
        write!(text, "\n## {words}\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    }
    check(&root().join("docs/chronikctl.md"), text.as_bytes());
}

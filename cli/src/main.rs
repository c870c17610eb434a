//! `cargo testudo`: commands beside the test harness. Cargo calls this program with the word `testudo` first.

mod bench_gate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What cargo calls: `cargo-testudo testudo <command>`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = clap_styles())]
enum Cargo {
    /// Commands of Testudo
    #[command(version, subcommand)]
    Testudo(Command),
}

#[derive(Subcommand)]
enum Command {
    BenchGate(bench_gate::Options),
}

const fn clap_styles() -> clap::builder::Styles {
    clap::builder::Styles::styled()
}

fn main() -> ExitCode {
    let Cargo::Testudo(Command::BenchGate(options)) = Cargo::parse();
    match bench_gate::run(&options) {
        Ok(bench_gate::Outcome::Passed) => ExitCode::SUCCESS,
        Ok(bench_gate::Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

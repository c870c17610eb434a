//! What a measurement depends on beside the code: the CPU for times, the compiler for instructions.

use std::process::Command;

/// A CPU and a compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    pub cpu: String,
    pub rustc: String,
}

impl Machine {
    pub fn this() -> Machine {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        Machine {
            cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            rustc: first_line(Command::new(rustc).arg("--version"))
                .unwrap_or_else(|| "unknown".to_owned()),
        }
    }
}

fn cpu() -> Option<String> {
    if let Ok(text) = std::fs::read_to_string("/proc/cpuinfo") {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        return Some(line.split_once(':')?.1.trim().to_owned());
    }
    first_line(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]))
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|o| o.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}

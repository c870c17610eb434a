//! The memory of a live context: the resident set of this process with many of them open at once.
//!
//! Criterion measures time; this prints a figure. It reads `/proc`, so it runs on Linux alone.
#![expect(clippy::print_stdout, reason = "the figures are this program's output")]

use testudo::prelude::*;
use testudo_benches::{MIGRATIONS, insert_and_count, runtime};

const CONTEXTS: usize = 200;

/// Resident memory in KiB.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

async fn used(isolation: Isolation) -> TestContext {
    let ctx = test_context()
        .migrations(MIGRATIONS)
        .isolation(isolation)
        .start()
        .await
        .unwrap();
    insert_and_count(&ctx.pool().await.unwrap()).await.unwrap();
    ctx
}

fn main() {
    let runtime = runtime();
    for (name, isolation) in [
        ("rollback", Isolation::Rollback),
        ("clone", Isolation::Clone),
    ] {
        runtime.block_on(async {
            // What the process needs once (template, threads of the runtime) is there before.
            used(isolation).await.finish().await.unwrap();
            let Some(before) = resident() else {
                println!("memory/sqlite/{name}: not measured, there is no /proc here");
                return;
            };
            let mut contexts = Vec::with_capacity(CONTEXTS);
            for _ in 0..CONTEXTS {
                contexts.push(used(isolation).await);
            }
            let after = resident().unwrap_or(before);
            println!(
                "memory/sqlite/{name}: {} KiB per live context, its image included",
                after.saturating_sub(before) / CONTEXTS
            );
            for ctx in contexts {
                ctx.finish().await.unwrap();
            }
        });
    }
}

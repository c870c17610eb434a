//! How long a transaction that lost against another waits before it is tried again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);

/// The wait after a try, the first of which is 1. Those that met once wait for different times, so that they
/// do not meet again.
pub(super) fn after(number: u32) -> Duration {
    let doublings = number.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    // The keys of a `RandomState` differ each time.
    let random = RandomState::new().build_hasher().finish() % 1024;
    whole / 2 + whole.mul_f64(random as f64 / 2048.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_have_an_end() {
        for (number, whole) in [(1, 10), (2, 20), (4, 80), (8, 1000), (u32::MAX, 1000)] {
            let whole = Duration::from_millis(whole);
            let wait = after(number);
            assert!(whole / 2 <= wait && wait <= whole, "{number}: {wait:?}");
        }
    }
}

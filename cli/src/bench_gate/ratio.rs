//! How many times as long one bench takes as another, with a confidence interval.
//!
//! What is compared is the first quartile of the time per iteration. Whatever else a machine does only adds
//! time, so a lower quantile varies less under load than mean and median; the minimum would be the luck of
//! one iteration. The interval is a bootstrap (percentile method, 99 %): Efron & Tibshirani, An Introduction to
//! the Bootstrap, chapter 13.

use fastrand::Rng;

/// A value and the interval that it is believed to lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub point: f64,
    pub high: f64,
}

impl Interval {
    /// A number that is counted, not estimated.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn exactly(count: u64) -> Interval {
        let point = count as f64;
        Interval {
            low: point,
            point,
            high: point,
        }
    }
}

const RESAMPLES: usize = 2_000;
const QUANTILE: f64 = 0.25;
const CONFIDENCE: f64 = 0.99;
/// The same samples give the same interval.
const SEED: u64 = 0x7465_7374_7564_6f00;

/// The ratio of two benches by their samples of the time per iteration, neither empty.
pub fn ratio(bench: &[f64], reference: &[f64]) -> Interval {
    let mut rng = Rng::with_seed(SEED);
    let mut buffer = Vec::new();
    let mut resampled = |samples: &[f64]| {
        buffer.clear();
        buffer.extend((0..samples.len()).map(|_| samples[rng.usize(..samples.len())]));
        quantile(&mut buffer, QUANTILE)
    };
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .map(|_| resampled(bench) / resampled(reference))
        .collect();
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Interval {
        low: quantile(&mut ratios, tail),
        point: quantile(&mut bench.to_vec(), QUANTILE)
            / quantile(&mut reference.to_vec(), QUANTILE),
        high: quantile(&mut ratios, 1.0 - tail),
    }
}

/// The value below which this part of the values lies; reorders them.
fn quantile(values: &mut [f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a length is an index"
    )]
    let index = (part * (values.len() - 1) as f64).round() as usize;
    *values.select_nth_unstable_by(index, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(mean: f64, seed: u64) -> Vec<f64> {
        let mut rng = Rng::with_seed(seed);
        (0..100)
            .map(|_| mean * (1.0 + 0.02 * rng.f64()) * if rng.u8(..) < 25 { 3.0 } else { 1.0 })
            .collect()
    }

    #[test]
    fn the_interval_holds_the_true_ratio_in_spite_of_outliers() {
        let missed = (0..25).filter(|&seed| {
            let ratio = ratio(&noisy(40.0, seed), &noisy(10.0, seed + 1_000));
            assert!(
                ratio.high / ratio.low < 1.02,
                "seed {seed} is vague: {ratio:?}"
            );
            ratio.low > 4.0 || 4.0 > ratio.high
        });
        // One in a hundred may miss it.
        assert!(missed.count() <= 1);
    }

    #[test]
    fn the_same_samples_give_the_same_interval() {
        let (bench, reference) = (noisy(40.0, 1), noisy(10.0, 2));
        assert_eq!(ratio(&bench, &reference), ratio(&bench, &reference));
    }

    #[test]
    fn a_single_sample_is_its_own_interval() {
        let ratio = ratio(&[6.0], &[2.0]);
        assert_eq!((ratio.low, ratio.point, ratio.high), (3.0, 3.0, 3.0));
    }
}

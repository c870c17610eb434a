//! From a measurement and its baseline to a verdict.

use super::ratio::Interval;

/// What became of a bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Its whole interval is beyond the baseline's by the minimum effect.
    Slower,
    /// Its ratio to the reference is beyond the limit of its rule.
    OverLimit,
    /// The baseline has it, and it was not measured.
    Missing,
    /// It looks changed, and noise explains that as well.
    Noise,
    /// It was measured, and the baseline does not have it.
    New,
    /// The baseline was taken with another CPU or compiler.
    NotComparable,
    /// As `Slower`, the other way.
    Faster,
    /// Within the minimum effect.
    Same,
}

impl Verdict {
    /// Whether it fails the gate.
    pub fn fails(self) -> bool {
        matches!(
            self,
            Verdict::Slower | Verdict::OverLimit | Verdict::Missing
        )
    }

    /// How tables name it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Slower => "SLOWER",
            Verdict::OverLimit => "OVER ITS LIMIT",
            Verdict::Missing => "NOT MEASURED",
            Verdict::Noise => "noise",
            Verdict::New => "new",
            Verdict::NotComparable => "not comparable",
            Verdict::Faster => "faster",
            Verdict::Same => "same",
        }
    }
}

/// What a rule asks for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub minimum_effect: f64,
    pub at_most: Option<f64>,
}

/// How much larger `now` is than `before`, as a part: 0.1 is 10 %.
pub fn change(before: Interval, now: Interval) -> Interval {
    Interval {
        low: now.low / before.high - 1.0,
        point: now.point / before.point - 1.0,
        high: now.high / before.low - 1.0,
    }
}

/// The verdict on one bench.
pub fn judge(
    before: Option<Interval>,
    now: Option<Interval>,
    bounds: Bounds,
    comparable: bool,
) -> Verdict {
    let Some(now) = now else {
        return Verdict::Missing;
    };
    if bounds.at_most.is_some_and(|most| now.low > most) {
        return Verdict::OverLimit;
    }
    let Some(before) = before else {
        return Verdict::New;
    };
    if !comparable {
        return Verdict::NotComparable;
    }
    let change = change(before, now);
    let effect = bounds.minimum_effect;
    if change.low >= effect {
        Verdict::Slower
    } else if change.high <= -effect {
        Verdict::Faster
    } else if change.point.abs() >= effect || bounds.at_most.is_some_and(|most| now.point > most) {
        Verdict::Noise
    } else {
        Verdict::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Interval = Interval {
        low: 9.8,
        point: 10.0,
        high: 10.2,
    };

    fn verdict(low: f64, point: f64, high: f64) -> Verdict {
        let bounds = Bounds {
            minimum_effect: 0.05,
            at_most: Some(20.0),
        };
        judge(
            Some(BEFORE),
            Some(Interval { low, point, high }),
            bounds,
            true,
        )
    }

    #[test]
    fn a_change_below_the_minimum_effect_is_none() {
        assert_eq!(verdict(10.3, 10.4, 10.5), Verdict::Same);
        assert_eq!(verdict(9.5, 9.6, 9.7), Verdict::Same);
    }

    #[test]
    fn a_change_counts_when_the_whole_interval_is_beyond_the_minimum_effect() {
        assert_eq!(verdict(10.9, 11.0, 11.1), Verdict::Slower);
        assert_eq!(verdict(9.0, 9.1, 9.2), Verdict::Faster);
    }

    #[test]
    fn a_change_that_noise_explains_is_called_noise() {
        assert_eq!(verdict(9.9, 11.0, 14.0), Verdict::Noise);
        assert_eq!(verdict(7.0, 9.0, 10.1), Verdict::Noise);
    }

    #[test]
    fn a_limit_holds_whatever_the_baseline_says() {
        assert_eq!(verdict(20.1, 21.0, 22.0), Verdict::OverLimit);
        let bounds = Bounds {
            minimum_effect: 0.05,
            at_most: Some(5.0),
        };
        assert_eq!(judge(None, Some(BEFORE), bounds, true), Verdict::OverLimit);
        assert_eq!(
            judge(Some(BEFORE), Some(BEFORE), bounds, false),
            Verdict::OverLimit
        );
    }

    #[test]
    fn what_was_not_measured_fails_and_what_is_new_does_not() {
        let bounds = Bounds {
            minimum_effect: 0.05,
            at_most: None,
        };
        assert!(judge(Some(BEFORE), None, bounds, true).fails());
        assert_eq!(judge(None, Some(BEFORE), bounds, true), Verdict::New);
        assert!(!Verdict::New.fails());
    }

    #[test]
    fn another_machine_is_not_compared() {
        let bounds = Bounds {
            minimum_effect: 0.05,
            at_most: None,
        };
        let slower = Interval::exactly(100);
        assert_eq!(
            judge(Some(BEFORE), Some(slower), bounds, false),
            Verdict::NotComparable
        );
    }
}

//! Decimal numbers in ASCII, without `fmt`.

/// The texts `000` to `999`, one after the other.
const TRIPLES: [u8; 3_000] = {
    let mut text = [b'0'; 3_000];
    let mut n = 0;
    let (mut hundreds, mut tens, mut ones) = (b'0', b'0', b'0');
    while n < 1_000 {
        text[3 * n] = hundreds;
        text[3 * n + 1] = tens;
        text[3 * n + 2] = ones;
        ones += 1;
        if ones > b'9' {
            (ones, tens) = (b'0', tens + 1);
        }
        if tens > b'9' {
            (tens, hundreds) = (b'0', hundreds + 1);
        }
        n += 1;
    }
    text
};

const DIGITS: &str = match std::str::from_utf8(&TRIPLES) {
    Ok(text) => text,
    Err(_) => panic!("digits are ASCII"),
};

/// Appends a number.
pub(crate) fn push_number(out: &mut String, n: usize) {
    let low = 3 * (n % 1_000);
    let skip = match n {
        0..10 => 2,
        10..100 => 1,
        100..1_000 => 0,
        _ => {
            push_number(out, n / 1_000);
            0
        }
    };
    out.push_str(&DIGITS[low + skip..low + 3]);
}

/// How many digits the numbers from 1 to `n` have together.
pub(super) fn digits_up_to(n: usize) -> usize {
    let (mut total, mut first) = (0, 1);
    while first <= n {
        total += n - first + 1;
        first *= 10;
    }
    total
}

/// `$1`, `$2`, ... behind a separator, counted in ASCII.
pub(super) struct Counter {
    /// `, $` and the digits; what lies behind them is copied and cut off again.
    text: [u8; 12],
    len: usize,
}

impl Counter {
    pub(super) fn new() -> Counter {
        Counter {
            text: *b", $1        ",
            len: 4,
        }
    }

    /// Appends the number without the separator, then counts on.
    pub(super) fn push_first(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text[2..self.len]);
        self.count();
    }

    /// Appends separator and number, then counts on.
    pub(super) fn push_next(&mut self, out: &mut Vec<u8>) {
        // A copy of constant size is one instruction, of a variable one a call.
        out.extend_from_slice(&self.text);
        out.truncate(out.len() - (self.text.len() - self.len));
        self.count();
    }

    fn count(&mut self) {
        let mut at = self.len - 1;
        while self.text[at] == b'9' {
            self.text[at] = b'0';
            at -= 1;
        }
        if self.text[at] == b'$' {
            self.text[at + 1] = b'1';
            self.text[self.len] = b'0';
            self.len += 1;
        } else {
            self.text[at] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_fmt_writes_it() {
        for n in [
            0, 7, 10, 99, 100, 999, 1_000, 1_001, 32_766, 1_000_000, 12_003_004,
        ] {
            let mut out = String::new();
            push_number(&mut out, n);
            assert_eq!(out, n.to_string());
        }
    }

    #[test]
    fn the_counter_counts_past_every_power_of_ten() {
        let (mut counter, mut out, mut expected) = (Counter::new(), Vec::new(), String::new());
        for n in 1..=65_535 {
            counter.push_next(&mut out);
            expected.push_str(&format!(", ${n}"));
        }
        assert!(out == expected.as_bytes());
        assert_eq!(digits_up_to(65_535) + 3 * 65_535, expected.len());
    }
}

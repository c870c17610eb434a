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

/// The placeholders `$1, $2, ... $999`, so that rows are copied from a text that is there already.
const FIRST_PLACEHOLDERS: [u8; placeholders_len(COPIED)] = {
    let mut text = [0; placeholders_len(COPIED)];
    let (mut n, mut at) = (1, 0);
    while n <= COPIED {
        if n > 1 {
            text[at] = b',';
            text[at + 1] = b' ';
            at += 2;
        }
        text[at] = b'$';
        at += 1;
        let mut digit = if n >= 100 {
            0
        } else if n >= 10 {
            1
        } else {
            2
        };
        while digit < 3 {
            text[at] = TRIPLES[3 * n + digit];
            at += 1;
            digit += 1;
        }
        n += 1;
    }
    text
};

const PLACEHOLDERS: &str = match std::str::from_utf8(&FIRST_PLACEHOLDERS) {
    Ok(text) => text,
    Err(_) => panic!("placeholders are ASCII"),
};

const COPIED: usize = 999;

/// How many digits the numbers from 1 to `n` have together.
pub(super) const fn digits_up_to(n: usize) -> usize {
    let (mut total, mut first) = (0, 1);
    while first <= n {
        total += n - first + 1;
        first *= 10;
    }
    total
}

/// The length of `$1, $2, ... $n`.
const fn placeholders_len(n: usize) -> usize {
    if n == 0 {
        0
    } else {
        digits_up_to(n) + 3 * n - 2
    }
}

/// Appends a placeholder.
pub(super) fn push_placeholder(out: &mut String, n: usize) {
    const FEW: [&str; 10] = ["$0", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"];
    if let Some(text) = FEW.get(n) {
        out.push_str(text);
    } else {
        out.push('$');
        push_number(out, n);
    }
}

/// Appends rows of placeholders: `($1, $2), ($3, $4)`.
pub(super) fn push_placeholder_rows(out: &mut String, rows: usize, width: usize) {
    let (mut from, mut last) = (0, 0);
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { "), (" });
        last += width;
        if last <= COPIED {
            let to = from + row_len(last, width);
            out.push_str(&PLACEHOLDERS[from..to]);
            from = to + 2;
        } else {
            for n in last - width + 1..last {
                push_placeholder(out, n);
                out.push_str(", ");
            }
            push_placeholder(out, last);
        }
    }
    out.push(')');
}

/// The length of the placeholders of a row whose last number is `last`.
fn row_len(last: usize, width: usize) -> usize {
    let before = last - width;
    match (before, last) {
        (9.., ..=99) => 5 * width - 2,
        (99.., ..=999) => 6 * width - 2,
        (0, _) => placeholders_len(last),
        _ => placeholders_len(last) - placeholders_len(before) - 2,
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
    fn rows_of_placeholders_count_past_every_power_of_ten() {
        for width in [1, 2, 3, 4, 7, 90, 500, 1_000] {
            let (mut out, mut expected, rows) = (String::new(), Vec::new(), 21_000 / width);
            for row in 0..rows {
                let numbers = row * width + 1..=(row + 1) * width;
                let texts: Vec<_> = numbers.map(|n| format!("${n}")).collect();
                expected.push(format!("({})", texts.join(", ")));
            }
            push_placeholder_rows(&mut out, rows, width);
            assert_eq!(out, expected.join(", "));
        }
    }
}

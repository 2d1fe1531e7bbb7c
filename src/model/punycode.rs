//! Punycode (RFC 3492): a label with letters of other scripts as resolvers ask for it (RFC 5890, section 2.3.2.1).

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The A-label of a label of letters, digits and hyphens in lower case; `None` for other text, and for ASCII.
pub fn to_ascii(label: &str) -> Option<String> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '-';
    let fits = label.chars().count() <= 63 && label.chars().all(is_letter) && !label.is_ascii();
    Some(["xn--", &encoded(label)?].concat()).filter(|_| fits)
}

/// RFC 3492, section 6.3. `None` where a number does not fit.
fn encoded(label: &str) -> Option<String> {
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let all = u32::try_from(label.chars().count()).ok()?;
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0u32, INITIAL_BIAS, basic);
    while handled < all {
        let next = label.chars().map(u32::from).filter(|code| *code >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for code in label.chars().map(u32::from) {
            if code < n {
                delta = delta.checked_add(1)?;
            }
            if code == n {
                push_number(&mut output, delta, bias);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(output)
}

/// A variable-length integer (RFC 3492, section 3.3).
fn push_number(output: &mut String, number: u32, bias: u32) {
    let mut rest = number;
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < threshold {
            output.push(digit(rest));
            return;
        }
        output.push(digit(threshold + (rest - threshold) % (BASE - threshold)));
        rest = (rest - threshold) / (BASE - threshold);
        k += BASE;
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value, BASE).map_or('a', |c| match c {
        // 0 to 25 are letters, 26 to 35 digits.
        '0'..='9' => char::from(b'a' + (c as u8 - b'0')),
        c => {
            let index = c as u8 - b'a' + 10;
            if index < 26 { char::from(b'a' + index) } else { char::from(b'0' + index - 26) }
        }
    })
}

/// RFC 3492, section 6.1.
fn adapted(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_encoded_as_the_rfc_has_them() {
        for (label, ascii) in [
            ("bücher", Some("xn--bcher-kva")),
            ("münchen", Some("xn--mnchen-3ya")),
            ("почемужеонинеговорятпорусски", Some("xn--b1abfaaepdrnnbgefbadotcwatmq2g4l")),
            ("3年b組金八先生", Some("xn--3b-ww4c5e180e575a65lsy2b")),
            ("web", None),
            ("b ücher", None),
            ("b\u{202e}ücher", None),
        ] {
            assert_eq!(to_ascii(label).as_deref(), ascii, "{label}");
        }
    }
}

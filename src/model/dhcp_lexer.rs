//! The tokens of DHCP options, as lib/lex.c of OVN reads them.

use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Id(String),
    Number(String),
    String,
    LeftCurly,
    RightCurly,
    Comma,
    Other,
    Bad(String),
}

/// What is left of a text.
pub(super) struct Lexer<'a> {
    pub rest: &'a str,
}

impl Lexer<'_> {
    pub fn next(&mut self) -> Token {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        let Some(first) = self.rest.chars().next() else { return Token::End };
        if self.rest.starts_with("//") || self.rest.starts_with("/*") {
            self.rest = "";
            return Token::Bad("OVN would read what follows the value as part of a comment".to_owned());
        }
        match first {
            '"' => self.string(),
            '{' => self.single(Token::LeftCurly),
            '}' => self.single(Token::RightCurly),
            ',' => self.single(Token::Comma),
            _ if first.is_ascii_digit() || first == ':' || self.looks_like_hex() => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
                Token::Id(self.take(end.unwrap_or(self.rest.len())).to_owned())
            }
            _ => {
                let end = first.len_utf8();
                self.take(end);
                Token::Other
            }
        }
    }

    fn take(&mut self, end: usize) -> &str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn single(&mut self, token: Token) -> Token {
        self.take(1);
        token
    }

    /// Whether an address that begins with a letter is here: hexadecimal digits and a colon
    /// (lex.c, `lex_token_parse`, the default case).
    fn looks_like_hex(&self) -> bool {
        let digits = self.rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(self.rest.len());
        digits > 0 && self.rest[digits..].starts_with(':')
    }

    fn string(&mut self) -> Token {
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '"' => {
                    let text = self.take(index + 1);
                    return match serde_json::from_str::<String>(text) {
                        Ok(_) => Token::String,
                        Err(_) => Token::Bad("the string has an escape that OVN cannot read".to_owned()),
                    };
                }
                _ => {}
            }
        }
        self.rest = "";
        Token::Bad("a double quote is opened and not closed".to_owned())
    }

    /// An integer in decimal or hexadecimal, a MAC, IPv4 or IPv6 address, with or without a mask.
    fn number(&mut self) -> Token {
        let Ok((format, text)) = self.integer() else {
            return Token::Bad("a number or an address is expected".to_owned());
        };
        let Some(format) = format else {
            return Token::Bad(format!("{text} is neither a number nor an address"));
        };
        if !self.rest.starts_with('/') || self.rest.starts_with("//") {
            return Token::Number(text);
        }
        self.take(1);
        let mask = self.integer();
        let fits = match &mask {
            Ok((Some(mask_format), mask)) => {
                let length: u32 = mask.parse().unwrap_or(u32::MAX);
                format == *mask_format
                    || (format == Format::Ipv4 && *mask_format == Format::Decimal && length <= 32)
                    || (format == Format::Ipv6 && *mask_format == Format::Decimal && length <= 128)
            }
            _ => false,
        };
        if fits { Token::Number(text) } else { Token::Bad(format!("the mask after {text}/ does not fit it")) }
    }

    fn integer(&mut self) -> Result<(Option<Format>, String), ()> {
        let bytes = self.rest.as_bytes();
        let (mut end, mut saw_dot) = (0, false);
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'.' if bytes.get(end + 1) != Some(&b'.') => saw_dot = true,
                b':' if !saw_dot => {}
                _ if byte.is_ascii_alphanumeric() => {}
                _ => break,
            }
            end += 1;
        }
        if end == 0 {
            return Err(());
        }
        let text = self.take(end).to_owned();
        Ok((Format::of(&text), text))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Decimal,
    Hexadecimal,
    Ethernet,
    Ipv4,
    Ipv6,
}

impl Format {
    pub fn of(text: &str) -> Option<Self> {
        let octets: Vec<&str> = text.split(':').collect();
        let hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
        if octets.len() == 6 && octets.iter().all(|octet| octet.len() == 2 && hex(octet)) {
            return Some(Format::Ethernet);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let leading_zero = text.len() > 1 && text.starts_with('0');
            return (!leading_zero && text.parse::<u64>().is_ok()).then_some(Format::Decimal);
        }
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return (hex(digits) && digits.len() <= 32).then_some(Format::Hexadecimal);
        }
        match text.parse() {
            Ok(IpAddr::V4(_)) => Some(Format::Ipv4),
            Ok(IpAddr::V6(_)) => Some(Format::Ipv6),
            Err(_) => None,
        }
    }
}

//! Random networks on a whole OVN, the same for the same seed, and guests on them that ask.

mod ask;
mod rows;
mod world;

pub use ask::{Asked, Program, Question, Seen, ask};
pub use rows::{Drawn, FROM, clear, draw};
pub use world::{GROUPS, GUESTS, Kind, Member, NETS, WILDCARD, World};

/// Numbers that are the same in each run (xorshift).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        // The first numbers of neighbouring seeds are alike.
        (0..8).for_each(|_| _ = dice.below(2));
        dice
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// True once in so many times.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    /// A name with random capitals.
    pub fn capitals(&mut self, name: &str) -> String {
        name.chars().map(|c| if self.once_in(4) { c.to_ascii_uppercase() } else { c }).collect()
    }
}

/// Commands of ovn-nbctl in one transaction.
#[derive(Debug, Default)]
pub struct Batch(Vec<String>);

impl Batch {
    pub fn add<W: AsRef<str>>(&mut self, words: &[W]) {
        if !self.0.is_empty() {
            self.0.push("--".to_owned());
        }
        self.0.extend(words.iter().map(|word| word.as_ref().to_owned()));
    }

    pub fn line(&mut self, line: &str) {
        self.add(&line.split(' ').collect::<Vec<_>>());
    }

    pub fn words(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

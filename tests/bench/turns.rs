//! Several ways to do the same, timed turn by turn, and their medians.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The least number of turns, however long they take.
const LEAST: usize = 5;

/// How long a measurement goes on: `turns` of them, or fewer once `time` is over.
#[derive(Clone, Copy)]
pub struct Patience {
    pub turns: usize,
    pub time: Duration,
}

impl Patience {
    /// `QDNS_BENCH_ROUNDS` turns (15), or fewer where they take longer than 10 s.
    pub fn from_env() -> Self {
        let turns = std::env::var("QDNS_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok());
        Patience { turns: turns.unwrap_or(15), time: Duration::from_secs(10) }
    }

    fn is_over(self, turn: usize, began: Instant) -> bool {
        turn >= self.turns || turn >= LEAST && began.elapsed() >= self.time
    }
}

/// One way to do it; its argument is the number of the turn.
pub type Way<'a> = Box<dyn FnMut(usize) -> Result<()> + 'a>;

/// Times the ways turn by turn, each turn beginning with another one; `prepare` is not timed. Returns
/// the median of each, and how many turns there were.
pub fn medians(
    patience: Patience,
    ways: &mut [Way<'_>],
    mut prepare: impl FnMut() -> Result<()>,
) -> Result<(Vec<Duration>, usize)> {
    let mut times = vec![Vec::new(); ways.len()];
    let (began, mut turn) = (Instant::now(), 0);
    while !patience.is_over(turn, began) {
        for step in 0..ways.len() {
            let index = (turn + step) % ways.len();
            prepare()?;
            let began = Instant::now();
            ways[index](turn)?;
            times[index].push(began.elapsed());
        }
        turn += 1;
    }
    Ok((times.into_iter().map(median).collect(), turn))
}

/// The one in the middle.
pub fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    values[values.len() / 2]
}

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

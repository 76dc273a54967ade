//! Rolling extremes over windows of time.
//!
//! The window of `seconds` at bar `i` is the bars `j ≤ i` with `ts[j] > ts[i] − seconds`: bar `i` itself is always
//! in it, and after a gap it may be the only one.
use crate::bars::DayBars;

/// Highest high minus lowest low over the last `seconds` (at least 1) at every bar, in ticks.
#[must_use]
pub fn window_range(day: &DayBars, seconds: i32) -> Vec<i32> {
    let mut high = Extreme::with_capacity(day.len());
    let mut low = Extreme::with_capacity(day.len());
    (0..day.len())
        .map(|i| {
            high.push(i, day.high[i]);
            low.push(i, -day.low[i]);
            let first = day.ts[i] - seconds.max(1);
            while day.ts[high.front()] <= first {
                high.pop();
            }
            while day.ts[low.front()] <= first {
                low.pop();
            }
            high.max() + low.max()
        })
        .collect()
}

/// Monotonic queue: the bars that can still become the maximum of a window whose start only moves forward.
struct Extreme {
    queue: Vec<(usize, i32)>,
    head: usize,
}

impl Extreme {
    fn with_capacity(n: usize) -> Self {
        Self { queue: Vec::with_capacity(n), head: 0 }
    }

    fn push(&mut self, i: usize, value: i32) {
        while self.queue.len() > self.head && self.queue[self.queue.len() - 1].1 <= value {
            self.queue.pop();
        }
        self.queue.push((i, value));
    }

    fn front(&self) -> usize {
        self.queue[self.head].0
    }

    fn pop(&mut self) {
        self.head += 1;
    }

    fn max(&self) -> i32 {
        self.queue[self.head].1
    }
}

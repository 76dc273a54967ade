//! How a sweep lays out a day: small non-negative price levels, mirrored for shorts, and windows of seconds.
use crate::market::Market;

/// Longest day, seconds from its first to its last bar: sums of seconds must fit 18 bits.
const MAX_SPAN: i32 = 1 << 17;

/// Most bits a level may take: a mark, shifted by them, must fit 32 bits, as must the sums of a block.
const MAX_PRICE_BITS: u32 = 16;

/// Most seconds in a window: marks are 16 bits.
const MAX_WINDOW: i32 = 65_000;

/// A piece of the day: entries after bar `first`, exits before bar `end`. Tables count seconds from the first bar.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExitWindow {
    pub first: usize,
    pub last_entry: usize,
    pub end: usize,
    /// Second of the first bar.
    pub start: i32,
    /// Second after the last bar, from the start: stands for exits that lie behind the window.
    pub beyond: u32,
}

/// The layout of a day's prices and seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridShape {
    /// Highest price minus lowest.
    pub range: i32,
    /// Largest slippage.
    pub max_slip: i32,
    /// Bits of a level; the second of an exit takes the others of a `u32`.
    pub price_bits: u32,
    /// First bar at which every position is closed.
    pub flat_bar: usize,
    /// Price of level 0 for longs, and for shorts.
    base: [i32; 2],
}

/// A day with its layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct LevelGrid<'a> {
    pub market: &'a Market<'a>,
    shape: GridShape,
}

impl std::ops::Deref for LevelGrid<'_> {
    type Target = GridShape;

    fn deref(&self) -> &GridShape {
        &self.shape
    }
}

impl GridShape {
    /// The layout, or `None` where the day does not fit and only the reference will do.
    pub(super) fn new(market: &Market) -> Option<Self> {
        let bars = market.bars;
        let n = bars.len();
        let low = bars.low.iter().copied().min()?;
        let high = bars.high.iter().copied().max()?;
        let range = high - low;
        let max_slip = market.slip.iter().copied().max()?;
        // The highest level is a target one tick out of reach above the highest entry.
        let levels = 2 * i64::from(range) + 2 * i64::from(max_slip) + 2;
        if n < 2 || bars.ts[n - 1] - bars.ts[0] >= MAX_SPAN || levels > 1 << MAX_PRICE_BITS {
            return None;
        }
        let price_bits = (levels as u32).next_power_of_two().trailing_zeros();
        let flat_bar = bars.ts.partition_point(|&t| t < market.flat_from());
        // A fill below the lowest price by the largest slippage is level 0.
        Some(Self { range, max_slip, price_bits, flat_bar, base: [low - max_slip, high + max_slip] })
    }
}

impl<'a> LevelGrid<'a> {
    /// The day of this layout.
    pub(super) fn new(market: &'a Market<'a>, shape: GridShape) -> Self {
        Self { market, shape }
    }

    /// Level of a price as a side sees it: 0 long, 1 short.
    #[inline(always)]
    pub(super) fn level(&self, side: usize, price: i32) -> i32 {
        if side == 0 { price - self.base[0] } else { self.base[1] - price }
    }

    /// The window of entries after bar `first` until bar `last_entry` that are held no longer than `hold` seconds.
    pub(super) fn window(&self, first: usize, last_entry: usize, hold: i32) -> ExitWindow {
        let ts = &self.market.bars.ts[..];
        let start = ts[first];
        let bar_at = |t: i32| ts.partition_point(|&x| x < t);
        let most = i64::from(MAX_WINDOW).min((1 << (32 - self.price_bits)) - 2) as i32;
        let by_time = bar_at(ts[last_entry] + hold) + 1;
        let end = by_time.min(self.flat_bar + 1).min(ts.len()).min(bar_at(start + most));
        ExitWindow { first, last_entry, end, start, beyond: (ts[end - 1] - start + 1) as u32 }
    }
}

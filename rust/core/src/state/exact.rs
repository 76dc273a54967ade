//! Exact window sums, in `i64` or in `f64`.
//!
//! Sums and products of integers below 2^53 are exact in `f64` too, and there the processor has vector instructions for
//! all of them. The batch form uses `f64` for stretches of bars where that bound holds and `i64` elsewhere; the results
//! are the same numbers.

/// Integers of which sums, differences and products are exact.
pub(super) trait Exact: Copy {
    const ZERO: Self;
    /// An integer, which the caller has checked to be exact.
    fn of(x: i64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// Rounded once.
    fn rounded(self) -> f64;
    /// A number that cannot be negative and may need the sign bit, rounded once.
    fn rounded_unsigned(self) -> f64;
    /// Times a number of seconds, rounded once even where the product is not exact.
    fn scaled(self, seconds: i32) -> f64;
}

impl Exact for f64 {
    const ZERO: Self = 0.0;

    #[inline]
    fn of(x: i64) -> Self {
        x as Self
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline]
    fn minus(self, other: Self) -> Self {
        self - other
    }

    #[inline]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline]
    fn rounded(self) -> f64 {
        self
    }

    #[inline]
    fn rounded_unsigned(self) -> f64 {
        self
    }

    #[inline]
    fn scaled(self, seconds: i32) -> f64 {
        self * Self::from(seconds)
    }
}

/// Modulo 2^64: the sums of a day may wrap, what is made of them for one window fits again.
impl Exact for i64 {
    const ZERO: Self = 0;

    #[inline]
    fn of(x: i64) -> Self {
        x
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline]
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    #[inline]
    fn times(self, other: Self) -> Self {
        self.wrapping_mul(other)
    }

    #[inline]
    fn rounded(self) -> f64 {
        self as f64
    }

    #[inline]
    fn rounded_unsigned(self) -> f64 {
        self as u64 as f64
    }

    #[inline]
    fn scaled(self, seconds: i32) -> f64 {
        self.checked_mul(Self::from(seconds))
            .map_or_else(|| (i128::from(self) * i128::from(seconds)) as f64, |product| product as f64)
    }
}

/// Sums over the bars of a window: x in seconds, y in ticks.
///
/// What [`Sums::line`] makes of them does not depend on the origins of x and y, and fits 64 bits for windows of up to
/// 3600 s and bars within [`crate::bars::MAX_DAY_RANGE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<E> {
    pub n: E,
    pub x: E,
    pub xx: E,
    pub y: E,
    pub xy: E,
    pub yy: E,
}

/// The exact numerators of a least-squares line, each rounded once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// n·(n − 2).
    pub dof: f64,
    /// n·Σx² − (Σx)².
    pub d: f64,
    /// n·Σxy − Σx·Σy.
    pub nxy: f64,
    /// n·Σy² − (Σy)².
    pub nyy: f64,
}

impl<E: Exact> Sums<E> {
    #[inline]
    pub fn line(&self) -> Line {
        let Self { n, x, xx, y, xy, yy } = *self;
        Line {
            dof: n.times(n.minus(E::of(2))).rounded(),
            d: n.times(xx).minus(x.times(x)).rounded(),
            nxy: n.times(xy).minus(x.times(y)).rounded(),
            // Up to n²·MAX_DAY_RANGE², more than an i64 holds in the longest windows.
            nyy: n.times(yy).minus(y.times(y)).rounded_unsigned(),
        }
    }
}

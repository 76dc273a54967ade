//! Codes, contexts and values against the definitions, computed the slow way.
use bayescore_core::bars::{DayBars, MAX_DAY_RANGE, MAX_SESSION_S};
use bayescore_core::context;
use bayescore_core::rolling::window_range;
use bayescore_core::state::{DayStates, Features, INVALID, StateConfig, StateEngine, StateSpace};
use proptest::prelude::*;
mod state_support;
use state_support::{assert_same, batch, cases, config, day_of, stream, walk, wild, windows};

/// Bars `j ≤ i` that are at least `newest` and less than `oldest` seconds older than bar `i`.
fn aged(day: &DayBars, i: usize, newest: i32, oldest: i32) -> std::ops::Range<usize> {
    let start = day.ts[..=i].partition_point(|&t| t <= day.ts[i] - oldest);
    let end = day.ts[..=i].partition_point(|&t| t <= day.ts[i] - newest);
    start..end
}

fn high(day: &DayBars, bars: std::ops::Range<usize>) -> Option<i32> {
    day.high[bars].iter().copied().max()
}

fn low(day: &DayBars, bars: std::ops::Range<usize>) -> Option<i32> {
    day.low[bars].iter().copied().min()
}

fn range(day: &DayBars, bars: std::ops::Range<usize>) -> Option<i32> {
    Some(high(day, bars.clone())? - low(day, bars)?)
}

/// Slope, sigma and centre of the least-squares line over some bars, at bar `i`.
fn line(day: &DayBars, bars: std::ops::Range<usize>, i: usize) -> (f64, f64, f64) {
    let x = |j: usize| i128::from(day.ts[j]);
    let y = |j: usize| i128::from(day.close[j]) - i128::from(day.close[0]);
    let sum = |f: &dyn Fn(usize) -> i128| bars.clone().map(f).sum::<i128>();
    let n = bars.len() as i128;
    let (sx, sy) = (sum(&x), sum(&y));
    let d = (n * sum(&|j| x(j) * x(j)) - sx * sx) as f64;
    let nxy = (n * sum(&|j| x(j) * y(j)) - sx * sy) as f64;
    let nyy = (n * sum(&|j| y(j) * y(j)) - sy * sy) as f64;
    let slope = nxy / d;
    let sse = (nyy - nxy * slope).max(0.0);
    let sigma = (sse / (n * (n - 2)) as f64).sqrt().max(0.5);
    (slope, sigma, (sy as f64 + slope * (n * x(i) - sx) as f64) / n as f64)
}

fn slow(c: &StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> (DayStates, Features) {
    let n = day.len();
    let mut out = DayStates { codes: vec![INVALID; n], contexts: vec![0; n] };
    let mut values = Features::default();
    let changes: Vec<Option<i64>> = (0..n)
        .map(|i| {
            let old = day.ts.partition_point(|&t| t <= day.ts[i] - c.momentum_lag);
            (old > 0).then(|| i64::from(day.close[i]) - i64::from(day.close[old - 1]))
        })
        .collect();
    let ranges: Vec<i64> = (0..n).map(|i| i64::from(range(day, aged(day, i, 0, c.burst_window)).unwrap())).collect();
    let mut trends: Vec<(i32, i32)> = vec![];
    for i in 0..n {
        values.range.push(ranges[i] as i32);
        let (band_bars, long) = (aged(day, i, 0, c.band_window), aged(day, i, 0, c.long_window));
        if day.ts[i] - day.ts[0] < c.warmup || (band_bars.len() as i32) < c.min_bars {
            for column in [
                &mut values.z,
                &mut values.slope,
                &mut values.sigma,
                &mut values.centre,
                &mut values.momentum,
                &mut values.trend,
                &mut values.volume_ratio,
                &mut values.burst_ratio,
                &mut values.volatility_ratio,
            ] {
                column.push(f64::NAN);
            }
            continue;
        }
        let y = f64::from(day.close[i] - day.close[0]);
        let (slope, sigma, centre) = line(day, band_bars.clone(), i);
        let z = (y - centre) / sigma;
        let level = |x: f64, edges: &[f64]| {
            let k = edges.iter().filter(|&&e| x.abs() >= e).count() as i32;
            edges.len() as i32 + if x < 0.0 { -k } else { k }
        };
        let band = level(z, &c.band_edges);

        let seen: Vec<i64> = long.clone().filter_map(|j| changes[j]).collect();
        let squares: i64 = seen.iter().map(|d| d * d).sum();
        let rms = (squares as f64 / seen.len() as f64).sqrt();
        let m = match changes[i] {
            Some(d) if rms > 0.0 => d as f64 / rms,
            _ => 0.0,
        };
        let momentum = level(m, &c.momentum_edges);

        let (long_slope, long_sigma, _) = line(day, long.clone(), i);
        let t = long_slope * f64::from(c.long_window) / long_sigma;
        let trend = 1 + i32::from(t >= c.trend_edge) - i32::from(t <= -c.trend_edge);

        let traded = |bars: std::ops::Range<usize>| day.volume[bars].iter().map(|&v| i128::from(v)).sum::<i128>();
        let recent = (traded(aged(day, i, 0, c.volume_window)) * i128::from(c.band_window)) as f64;
        let usual = (traded(band_bars.clone()) * i128::from(c.volume_window)) as f64;
        let volume = recent > c.volume_factor * usual;

        let mean = ranges[long.clone()].iter().sum::<i64>() as f64;
        let now = (ranges[i] * long.len() as i64) as f64;
        let burst = now > c.burst_factor * mean;

        let short = aged(day, i, 0, c.volatility_window);
        let short_sum = ranges[short.clone()].iter().sum::<i64>() as f64;
        let q = (short_sum * long.len() as f64) / (mean * short.len() as f64);
        let differs = mean > 0.0 && (q <= c.volatility_bounds[0] || q >= c.volatility_bounds[1]);

        let pattern = pattern(c, day, i);
        let leaf = (((band * 5 + momentum) * 3 + trend) * 2 + i32::from(volume)) * 2 + i32::from(burst);
        let code = ((leaf * n_windows as i32 + i32::from(windows[i])) * 4 + pattern) as u16;
        out.codes[i] = code;
        trends.push((day.ts[i], trend));
        let changed = trends.windows(2).any(|w| w[0].1 != w[1].1 && w[1].0 > day.ts[i] - c.transition_window);
        let up = band >= 4 && momentum >= 3 && trend == 2;
        let down = band <= 2 && momentum <= 1 && trend == 0;
        let bits = [
            (context::ALL, true),
            (context::KILL_ZONE, z.abs() >= c.band_edges[1]),
            (context::PATTERN_SETUP, pattern != 0),
            (context::CONFIRMATION, volume),
            (context::VELOCITY_SPIKE, burst),
            (context::VOLATILITY_DIFFERENTIAL, differs),
            (context::FRACTAL_RESONANCE, up || down),
            (context::TRANSITION, changed),
            (context::session_bit(windows[i]), true),
        ];
        out.contexts[i] = bits.iter().filter(|b| b.1).map(|b| b.0).sum();
        values.z.push(z);
        values.slope.push(slope);
        values.sigma.push(sigma);
        values.centre.push(centre);
        values.momentum.push(m);
        values.trend.push(t);
        values.volume_ratio.push(recent / usual);
        values.burst_ratio.push(now / mean);
        values.volatility_ratio.push(if mean > 0.0 { q } else { f64::NAN });
    }
    (out, values)
}

fn pattern(c: &StateConfig, day: &DayBars, i: usize) -> i32 {
    let w = c.band_window;
    let before = aged(day, i, c.breakout_gap, w);
    let close = day.close[i];
    if high(day, before.clone()).is_some_and(|h| close > h) || low(day, before).is_some_and(|l| close < l) {
        return 1;
    }
    let (first, last) = (aged(day, i, 2 * w / 3, w), aged(day, i, 0, w / 3));
    if !first.is_empty() && high(day, last.clone()) <= high(day, first.clone()) && low(day, last) >= low(day, first) {
        return 2;
    }
    let narrow = f64::from(range(day, aged(day, i, 0, c.compression_window)).unwrap());
    let rest = range(day, aged(day, i, c.compression_window, w));
    if rest.is_some_and(|r| narrow < c.compression_factor * f64::from(r)) { 3 } else { 0 }
}

fn assert_values(a: &Features, b: &Features) {
    assert_eq!(a.range, b.range);
    let columns = |f: &Features| {
        let all = [&f.z, &f.slope, &f.sigma, &f.centre, &f.momentum, &f.trend].into_iter().chain([
            &f.volume_ratio,
            &f.burst_ratio,
            &f.volatility_ratio,
        ]);
        // All NaNs are one, and so are the zeros.
        all.map(|c| c.iter().map(|x| if x.is_nan() { 1 } else { (x + 0.0).to_bits() }).collect())
            .collect::<Vec<Vec<_>>>()
    };
    assert_eq!(columns(a), columns(b));
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn the_engine_does_what_the_definitions_say(
        seed: u64, n in 1..1_500_usize, step in 0..5_usize, gaps in 0..4_u64, defaults: bool, heavy: bool
    ) {
        let mut day = wild(seed, n, [0, 1, 8, 900, 200_000][step], gaps);
        if heavy {
            // Sums beyond what a float holds.
            day.volume.iter_mut().for_each(|v| *v = *v * 131_071 + (1 << 46) + 1);
        }
        let windows = windows(&day, 3);
        let settings = if defaults { StateConfig::default() } else { config(seed) };
        let (states, values) = slow(&settings, 3, &day, &windows);
        assert_same(&batch(settings, 3, &day, &windows), &states, "wild");
        assert_values(&StateEngine::new(settings, 3).unwrap().features(&day), &values);
    }

    #[test]
    fn window_ranges_are_those_of_their_bars(
        seed: u64, n in 1..5_000_usize, step in 0..3_usize, gaps in 0..4_u64, seconds in 1..400_i32
    ) {
        let day = wild(seed, n, [1, 900, 200_000][step], gaps);
        let slow: Vec<i32> = (0..n).map(|i| range(&day, aged(&day, i, 0, seconds)).unwrap()).collect();
        prop_assert_eq!(window_range(&day, seconds), slow);
    }
}

#[test]
fn an_ordinary_day_agrees_with_the_definitions() {
    let day = walk(11, 4_000, 2.0);
    let windows = windows(&day, 4);
    let (states, values) = slow(&StateConfig::default(), 4, &day, &windows);
    assert_same(&batch(StateConfig::default(), 4, &day, &windows), &states, "walk");
    assert_values(&StateEngine::new(StateConfig::default(), 4).unwrap().features(&day), &values);
}

#[test]
fn the_largest_sums_are_exact() {
    let far = MAX_DAY_RANGE;
    let bars: Vec<_> = (0..4_000)
        .map(|t| {
            let close = if t == 0 { 0 } else { [far, -far, far, far - 1, -far][t as usize % 5] };
            (MAX_SESSION_S - 9_000 + t, [close; 4], (1 << 48) - i64::from(t))
        })
        .collect();
    let day = day_of(&bars);
    let longest = StateConfig { band_window: 3_600, long_window: 3_600, ..StateConfig::default() };
    let windows = vec![0; day.len()];
    let (states, values) = slow(&longest, 1, &day, &windows);
    assert_same(&batch(longest, 1, &day, &windows), &states, "batch");
    assert_same(&stream(longest, 1, &day, &windows), &states, "stream");
    assert_values(&StateEngine::new(longest, 1).unwrap().features(&day), &values);
}

#[test]
fn quiet_after_a_storm_is_no_ratio() {
    let bars: Vec<_> = (0..1_500).map(|t| (t, [0, if t < 1_000 { 5 } else { 0 }, 0, 0], 1)).collect();
    let day = day_of(&bars);
    let config = StateConfig {
        band_window: 60,
        long_window: 60,
        compression_window: 30,
        volatility_window: 900,
        ..StateConfig::default()
    };
    let windows = vec![0; day.len()];
    let (states, values) = slow(&config, 1, &day, &windows);
    assert!(values.volatility_ratio[1_200].is_nan());
    assert_same(&batch(config, 1, &day, &windows), &states, "batch");
    assert_same(&stream(config, 1, &day, &windows), &states, "stream");
}

#[test]
fn every_level_and_every_context_occurs() {
    let day = walk(5, 60_000, 2.0);
    let windows = windows(&day, 8);
    let states = batch(StateConfig::default(), 8, &day, &windows);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let space = StateSpace::standard(&names).unwrap();
    let mut counts: Vec<Vec<usize>> = space.fields().iter().map(|f| vec![0; f.labels.len()]).collect();
    let mut bits = vec![0; context::names(&names).count()];
    let mut valid = 0;
    for (&code, &context) in states.codes.iter().zip(&states.contexts) {
        let Some(levels) = space.decode(code) else { continue };
        valid += 1;
        for (count, &level) in counts.iter_mut().zip(&levels) {
            count[level] += 1;
        }
        for ((bit, _), count) in context::names(&names).zip(&mut bits) {
            *count += usize::from(context >> bit & 1 == 1);
        }
    }
    assert!(valid > 50_000);
    for (field, count) in space.fields().iter().zip(&counts) {
        assert!(count.iter().all(|&c| c * 200 > valid), "{} of {valid} bars: {count:?}", field.name);
    }
    assert!(bits.iter().all(|&c| c * 100 > valid), "{bits:?} of {valid}");
}

/// Levels of the field called `name` under a configuration, `None` for invalid bars.
fn levels(config: StateConfig, day: &DayBars, name: &str) -> Vec<Option<usize>> {
    let space = StateSpace::standard(&["all"]).unwrap();
    let k = space.fields().iter().position(|f| f.name == name).unwrap();
    let codes = batch(config, 1, day, &vec![0; day.len()]).codes;
    codes.iter().map(|&code| space.decode(code).map(|l| l[k])).collect()
}

#[test]
fn a_value_on_an_edge_belongs_to_the_outer_level() {
    let day = walk(6, 3_000, 2.0);
    let d = StateConfig::default();
    let values = StateEngine::new(d, 1).unwrap().features(&day);
    let mut checked = 0;
    for i in (1_000..day.len()).step_by(97) {
        let (z, m, t) = (values.z[i], values.momentum[i], values.trend[i]);
        if z.is_nan() || z == 0.0 || m == 0.0 || t == 0.0 {
            continue;
        }
        let side = |x: f64, k: usize, middle: usize| if x < 0.0 { middle - k } else { middle + k };
        let a = z.abs();
        for (edges, k) in [([a, 2.0 * a, 3.0 * a], 1), ([0.5 * a, a, 2.0 * a], 2), ([0.4 * a, 0.5 * a, a], 3)] {
            let found = levels(StateConfig { band_edges: edges, ..d }, &day, "band")[i];
            assert_eq!(found, Some(side(z, k, 3)), "bar {i}");
        }
        let a = m.abs();
        for (edges, k) in [([a, 2.0 * a], 1), ([0.5 * a, a], 2)] {
            let found = levels(StateConfig { momentum_edges: edges, ..d }, &day, "momentum")[i];
            assert_eq!(found, Some(side(m, k, 2)), "bar {i}");
        }
        let found = levels(StateConfig { trend_edge: t.abs(), ..d }, &day, "trend")[i];
        assert_eq!(found, Some(side(t, 1, 1)), "bar {i}");
        for bounds in [[values.volatility_ratio[i], 999_999.0], [1e-9, values.volatility_ratio[i]]] {
            let config = StateConfig { volatility_bounds: bounds, ..d };
            let bits = batch(config, 1, &day, &vec![0; day.len()]).contexts[i];
            assert_ne!(bits & context::VOLATILITY_DIFFERENTIAL, 0, "bar {i}");
        }
        checked += 1;
    }
    assert!(checked > 10);
}

#[test]
fn volume_and_burst_must_exceed_their_factor() {
    // Every bar the same: each ratio is exactly 1.
    let bars: Vec<_> = (0..1_300).map(|t| (t, [100, 102, 99, 101], 7)).collect();
    let day = day_of(&bars);
    for (factor, level) in [(1.0, 0), (0.999_999, 1)] {
        let config = StateConfig { volume_factor: factor, burst_factor: factor, ..StateConfig::default() };
        assert_eq!(levels(config, &day, "volume")[1_200], Some(level));
        assert_eq!(levels(config, &day, "burst")[1_200], Some(level));
    }
}

#[test]
fn patterns_are_found_in_their_order() {
    let flat = |t: i32| (t, [100, 100, 100, 100], 1);
    let pattern =
        |bars: &[(i32, [i32; 4], i64)]| levels(StateConfig::default(), &day_of(bars), "pattern").pop().unwrap();
    let mut bars: Vec<_> = (0..1_200).map(flat).collect();
    // A flat price lies within its own range of before: a wedge on its edges, no breakout.
    assert_eq!(pattern(&bars), Some(2));
    // One tick beyond everything from 300 to 20 s ago.
    bars[1_199] = (1_199, [100, 101, 100, 101], 1);
    assert_eq!(pattern(&bars), Some(1));
    bars[1_199] = (1_199, [100, 101, 100, 100], 1);
    assert_eq!(pattern(&bars), Some(0));
    // The same spike inside the last 20 s does not hide a breakout, before it does.
    bars[1_199] = (1_199, [100, 101, 100, 101], 1);
    bars[1_180] = (1_180, [100, 101, 100, 100], 1);
    assert_eq!(pattern(&bars), Some(1));
    bars[1_180] = flat(1_180);
    bars[1_179] = (1_179, [100, 101, 100, 100], 1);
    assert_eq!(pattern(&bars), Some(0));
    // Range 3 in the last minute against 11 before, too wide for a wedge: compression; against 10 it is not below 0.3.
    for (most, found) in [(111, 3), (110, 0)] {
        let mut bars: Vec<_> = (0..1_200).map(flat).collect();
        bars[1_050] = (1_050, [100, most, 100, 100], 1);
        bars[1_190] = (1_190, [100, 103, 100, 100], 1);
        assert_eq!(pattern(&bars), Some(found));
    }
    // No bar in the first third: no wedge.
    let bars: Vec<_> = (0..900).chain(1_300..1_400).map(flat).collect();
    assert_eq!(pattern(&bars), Some(0));
}

#[test]
fn bars_are_valid_after_the_warm_up_and_with_enough_neighbours() {
    let flat = |t: i32| (t, [100, 100, 100, 100], 1);
    let bars: Vec<_> = (50..1_000).chain((1_000..1_400).step_by(10)).chain(1_400..1_500).map(flat).collect();
    let day = day_of(&bars);
    let found = levels(StateConfig::default(), &day, "band");
    for (i, level) in found.iter().enumerate() {
        let warm = day.ts[i] - day.ts[0] >= 900;
        let enough = aged(&day, i, 0, 300).len() >= 30;
        assert_eq!(level.is_some(), warm && enough, "bar {i}");
    }
    let config = StateConfig { min_bars: 31, ..StateConfig::default() };
    let sparse: Vec<_> = (0..1_400).step_by(10).map(flat).collect();
    assert!(levels(config, &day_of(&sparse), "band").iter().all(Option::is_none));
    assert!(levels(StateConfig::default(), &day_of(&sparse), "band").iter().any(Option::is_some));
}

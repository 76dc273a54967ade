//! State codes of one day of 60,000 bars.
use bayescore_core::rolling::window_range;
use bayescore_core::state::{StateConfig, StateEngine};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

#[path = "../tests/state_support/mod.rs"]
mod state_support;
use state_support::{bar, walk, windows};

fn states(c: &mut Criterion) {
    let day = walk(1, 60_000, 2.0);
    let windows = windows(&day, 6);
    let mut engine = StateEngine::new(StateConfig::default(), 6).expect("default configuration");
    let mut group = c.benchmark_group("state");
    group.throughput(Throughput::Elements(day.len() as u64));
    group.bench_function("batch", |b| b.iter(|| engine.run(black_box(&day), black_box(&windows))));
    group.bench_function("window_range", |b| b.iter(|| window_range(black_box(&day), 5)));
    group.sample_size(10);
    group.bench_function("streaming", |b| {
        b.iter(|| {
            engine.reset();
            (0..day.len()).map(|i| engine.push(bar(&day, i), windows[i]).map_or(0, |c| u64::from(c.0))).sum::<u64>()
        });
    });
    group.finish();
}

criterion_group!(benches, states);
criterion_main!(benches);

//! One pinned day, many sets: every path, few sets and many, with market events and without.
//!
//!     cargo bench -p bayescore-core --bench sweep
#![allow(missing_docs)]
#[path = "../tests/sweep_support/mod.rs"]
mod sweep_support;

use bayescore_core::{
    control::Control,
    costs::Costs,
    fills::FillRules,
    market::Market,
    regret::RegretRules,
    sweep::{SweepOptions, SweepPath, sweep_day},
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use sweep_support::{Ranges, Walk, stretch_leaves, stretch_sets, stretch_states, walk};

fn sweeps(c: &mut Criterion) {
    let bars = walk(1, Walk::PINNED);
    let (states, leaves, rules) = (stretch_states(&bars), stretch_leaves(), FillRules::default());
    let market = Market::new(&bars, &states, &leaves, &Costs::default(), &rules).expect("a market");
    let control = Control::default();
    let mut group = c.benchmark_group("sweep");
    group.sample_size(20).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
    for (ranges, name) in [(Ranges::Pinned, "dense"), (Ranges::Design, "design")] {
        for sets in [30, 100, 300, 1000] {
            let table = stretch_sets(2, sets, ranges);
            group.throughput(Throughput::Elements((sets * bars.len()) as u64));
            for (path, label) in [
                (SweepPath::Reference, "reference"),
                (SweepPath::PerSet, "per set"),
                (SweepPath::Batched, "batched"),
                (SweepPath::Baseline, "baseline"),
            ] {
                for (events, with) in [(None, ""), (Some(RegretRules::default()), " with events")] {
                    if path == SweepPath::Reference && (events.is_some() || sets > 100) {
                        continue;
                    }
                    let options = SweepOptions { threads: 1, events, path };
                    let id = BenchmarkId::new(format!("{name}, {label}{with}"), sets);
                    group.bench_function(id, |b| {
                        b.iter(|| sweep_day(&market, &table.view(), &options, &control).expect("a sweep"));
                    });
                }
            }
        }
    }
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);

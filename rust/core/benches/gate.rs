//! Sides of a day's parameter sets, and one bracket's threshold.
use bayescore_core::gate::{Gate, bracket_threshold, should_fire};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

mod day_support;
use day_support::{brain, sets};

const COST: f64 = 3.48;

fn gates(c: &mut Criterion) {
    let mut group = c.benchmark_group("gate");
    for days in [1, 12] {
        let (brain, barrier) = brain(days);
        for n in [1, 100, 1_000] {
            let sets = sets(n);
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(format!("{n} sets, brain of {days} days"), |b| {
                b.iter(|| Gate::new(Some(&brain), barrier, black_box(&sets), brain.space(), COST));
            });
        }
        group.throughput(Throughput::Elements(1));
        let set = sets(1)[0];
        group.bench_function(format!("should_fire, brain of {days} days"), |b| {
            b.iter(|| should_fire(&brain, black_box(&set), barrier, COST, 17));
        });
    }
    group.bench_function("bracket_threshold", |b| {
        b.iter(|| bracket_threshold(black_box(20), black_box(43), black_box(COST), 34.0));
    });
    group.finish();
}

criterion_group!(benches, gates);
criterion_main!(benches);

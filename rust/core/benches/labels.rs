//! Labels of one day of 60,000 bars, and the barrier of the next.
use bayescore_core::labels::{LabelRules, barrier_ticks, label_day};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

mod day_support;

fn labels(c: &mut Criterion) {
    let day = day_support::day(1);
    let mut group = c.benchmark_group("labels");
    group.throughput(Throughput::Elements(day.bars.len() as u64));
    group.bench_function("label_day", |b| {
        b.iter(|| label_day(black_box(&day.bars), &day.states, &day.space, day.barrier, &LabelRules::default()));
    });
    group.bench_function("barrier_ticks", |b| b.iter(|| barrier_ticks(black_box(&day.bars), 60, None)));
    group.finish();
}

criterion_group!(benches, labels);
criterion_main!(benches);

//! Learning a day's labels, and probabilities of the Beta distribution.
use bayescore_core::brain::{Beta, normal_quantile};
use bayescore_core::labels::{LabelRules, label_day};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;

mod day_support;

fn brains(c: &mut Criterion) {
    let (brain, barrier) = day_support::brain(12);
    let day = day_support::day(13);
    let labels = label_day(&day.bars, &day.states, brain.space(), barrier, &LabelRules::default()).expect("a good day");
    let mut group = c.benchmark_group("brain");
    group.bench_function("learn", |b| {
        b.iter_batched_ref(|| brain.clone(), |brain| brain.learn(black_box(&labels)), BatchSize::SmallInput);
    });
    group.bench_function("leaf tables", |b| {
        let leaves = brain.leaf_posteriors(1);
        b.iter(|| leaves.iter().map(|&(a, b)| Beta::new(a, b).above(black_box(0.5))).sum::<f64>());
    });
    let beta = Beta::new(1234.5, 1200.25);
    group.bench_function("tail", |b| b.iter(|| beta.above(black_box(0.52))));
    group.bench_function("quantile", |b| b.iter(|| beta.quantile(black_box(0.9), normal_quantile(0.9))));
    group.finish();
}

criterion_group!(benches, brains);
criterion_main!(benches);

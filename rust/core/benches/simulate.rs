//! One parameter set over one day of 60,000 bars, and what a day costs before the first set.
use bayescore_core::costs::Costs;
use bayescore_core::fills::FillRules;
use bayescore_core::gate::Gate;
use bayescore_core::market::Market;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

mod day_support;

fn simulate(c: &mut Criterion) {
    let day = day_support::day(1);
    let (costs, rules) = (Costs { commission_milliticks: 1480, ..Costs::default() }, FillRules::default());
    let sets = day_support::sets(4);
    let gate = Gate::new(None, day.barrier, &sets, &day.space, costs.round_trip_ticks()).expect("good sets");
    let new = || Market::new(&day.bars, &day.states, day.space.leaves(), &costs, &rules).expect("a good day");
    let market = new();
    let mut group = c.benchmark_group("simulate");
    group.throughput(Throughput::Elements(day.bars.len() as u64));
    group.bench_function("market", |b| b.iter(new));
    for (k, name) in ["learned, no brain", "reversion", "drive", "any"].into_iter().enumerate() {
        let fire = &gate.sides[k * gate.n_leaves..][..gate.n_leaves];
        let trades = market.simulate(0, &sets[k], fire).expect("a good set").len();
        group.bench_function(format!("{name}, {trades} trades"), |b| {
            b.iter(|| market.simulate(0, black_box(&sets[k]), fire));
        });
    }
    group.finish();
}

criterion_group!(benches, simulate);
criterion_main!(benches);

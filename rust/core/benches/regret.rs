//! Timing of a day's exits: trade by trade, and gathered by market event.
use bayescore_core::costs::Costs;
use bayescore_core::fills::FillRules;
use bayescore_core::gate::Gate;
use bayescore_core::market::Market;
use bayescore_core::regret::{RegretRules, events_from_trades, trade_regret};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

mod day_support;

fn regrets(c: &mut Criterion) {
    let day = day_support::day(1);
    let (costs, rules) = (Costs::default(), FillRules::default());
    let set = day_support::sets(4)[3];
    let gate = Gate::new(None, day.barrier, &[set], &day.space, costs.round_trip_ticks()).expect("a good set");
    let market = Market::new(&day.bars, &day.states, day.space.leaves(), &costs, &rules).expect("a good day");
    let trades = market.simulate(0, &set, &gate.sides).expect("a good set");
    let regret = RegretRules { bar_seconds: 120, bars_after: 5 };
    let mut group = c.benchmark_group("regret");
    group.throughput(Throughput::Elements(trades.len() as u64));
    group.bench_function(format!("{} trades", trades.len()), |b| {
        b.iter(|| trade_regret(black_box(&day.bars), &trades, regret));
    });
    group.bench_function("events", |b| b.iter(|| events_from_trades(black_box(&day.bars), &trades, regret)));
    group.finish();
}

criterion_group!(benches, regrets);
criterion_main!(benches);

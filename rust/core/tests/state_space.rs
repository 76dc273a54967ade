//! State spaces: the engine's own and those that users bring.
use bayescore_core::error::CoreError;
use bayescore_core::state::{Field, INVALID, StateConfig, StateEngine, StateSpace};

const WINDOWS: [&str; 3] = ["asia", "open", "close"];

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&s| s.to_owned()).collect()
}

#[test]
fn the_standard_space_has_the_documented_sizes() {
    let space = StateSpace::standard(&WINDOWS).unwrap();
    assert_eq!((space.n_codes(), space.n_leaves(), space.levels()), (420 * 3 * 4, 420, 4));
    assert_eq!([0, 1, 2, 3].map(|level| space.n_states(level)), [1, 21, 105, 420]);
    assert_eq!(StateSpace::standard(&["a", "b", "c", "d", "e", "f", "g", "h"]).unwrap().n_codes(), 420 * 8 * 4);
}

#[test]
fn codes_are_mixed_radix_numbers_of_their_levels() {
    let space = StateSpace::standard(&WINDOWS).unwrap();
    for code in 0..space.n_codes() as u16 {
        let l = space.decode(code).unwrap();
        let spelled = (((((l[0] * 5 + l[1]) * 3 + l[2]) * 2 + l[3]) * 2 + l[4]) * 3 + l[5]) * 4 + l[6];
        assert_eq!(spelled, usize::from(code));
        assert_eq!(space.encode(&l), Some(code));
        let leaf = space.leaf_of(code);
        assert_eq!(leaf, usize::from(code) / 12);
        assert_eq!(space.project(3, leaf), leaf);
        assert_eq!(space.project(2, leaf), (l[0] * 5 + l[1]) * 3 + l[2]);
        assert_eq!(space.project(1, leaf), l[0] * 3 + l[2]);
        assert_eq!(space.project(0, leaf), 0);
    }
    assert_eq!(space.decode(space.n_codes() as u16), None);
    assert_eq!(space.decode(INVALID), None);
    assert_eq!(space.encode(&[0; 6]), None);
    assert_eq!(space.encode(&[7, 0, 0, 0, 0, 0, 0]), None);
}

#[test]
fn parents_and_mirrors_commute() {
    let space = StateSpace::standard(&WINDOWS).unwrap();
    for level in 0..space.levels() {
        for state in 0..space.n_states(level) {
            let mirror = space.mirror(level, state);
            assert_eq!(space.mirror(level, mirror), state);
            assert_eq!(space.canonical(level, state), space.canonical(level, mirror));
            if level > 0 {
                assert_eq!(space.mirror(level - 1, space.parent(level, state)), space.parent(level, mirror));
            }
        }
    }
    for leaf in 0..space.n_leaves() {
        for level in 1..space.levels() {
            assert_eq!(space.parent(level, space.project(level, leaf)), space.project(level - 1, leaf));
        }
        let (m, leaves) = (space.mirror(3, leaf), space.projection(3));
        assert_eq!(usize::from(leaves[leaf]), leaf);
        assert_eq!(space.reversion_side(m), -space.reversion_side(leaf));
        assert_eq!(space.drive_side(m), -space.drive_side(leaf));
    }
    // Middle band, no trend: its own image.
    assert_eq!(space.mirror(1, 3 * 3 + 1), 3 * 3 + 1);
}

#[test]
fn signals_follow_band_momentum_and_volume() {
    let space = StateSpace::standard(&WINDOWS).unwrap();
    for code in 0..space.n_codes() as u16 {
        let l = space.decode(code).unwrap();
        let leaf = space.leaf_of(code);
        let reversion = if l[0] <= 1 { 1 } else { -i8::from(l[0] >= 5) };
        let drive = if l[3] == 0 { 0 } else { i8::from(l[1] == 4) - i8::from(l[1] == 0) };
        assert_eq!((space.reversion_side(leaf), space.drive_side(leaf)), (reversion, drive));
    }
}

#[test]
fn labels_say_what_a_state_is() {
    let space = StateSpace::standard(&WINDOWS).unwrap();
    let code = space.encode(&[1, 4, 2, 1, 0, 1, 3]).unwrap();
    assert_eq!(
        space.label(code),
        "band −2.5..−2 · momentum strong up · trend up · volume confirmed · burst no · window open · pattern compression"
    );
    let leaf = space.leaf_of(code);
    assert_eq!(space.leaf_label(leaf), "band −2.5..−2 · momentum strong up · trend up · volume confirmed · burst no");
    assert_eq!(space.state_label(1, space.project(1, leaf)), "band −2.5..−2 · trend up");
    assert_eq!(space.state_label(0, 0), "all");
    assert_eq!(space.label(INVALID), "invalid");
    let config = StateConfig { band_edges: [0.75, 1.5, 3.0], ..StateConfig::default() };
    let engine = StateEngine::new(config, 1).unwrap();
    let bands = engine.space(&["all"]).unwrap().fields()[0].labels.clone();
    assert_eq!(bands, ["≤ −3", "−3..−1.5", "−1.5..−0.75", "−0.75..0.75", "0.75..1.5", "1.5..3", "≥ 3"]);
    assert!(engine.space(&WINDOWS).is_err());
}

#[test]
fn a_space_of_ones_own() {
    let fields = vec![
        Field::new("weekday", &["mon", "tue", "wed"], false),
        Field::new("tilt", &["down", "up"], true),
        Field::new("volume", &["low", "high"], false),
    ];
    let space = StateSpace::new(fields, &[names(&["tilt", "volume"]), names(&["tilt"])]).unwrap();
    assert_eq!((space.n_codes(), space.n_leaves(), space.levels()), (12, 4, 3));
    let code = space.encode(&[2, 1, 0]).unwrap();
    assert_eq!(space.leaf_of(code), 2);
    assert_eq!(space.mirror(2, 2), 0);
    assert_eq!(space.mirror(1, 0), 1);
    assert_eq!(space.chain(), [names(&["tilt", "volume"]), names(&["tilt"])]);
    assert!((0..4).all(|leaf| space.reversion_side(leaf) == 0 && space.drive_side(leaf) == 0));
    // Signals come from the leaf's fields only, and bands must be seven.
    let fields = vec![
        Field::new("band", &["low", "high"], true),
        Field::new("momentum", &["down", "up"], true),
        Field::new("volume", &["low", "high"], false),
    ];
    let space = StateSpace::new(fields, &[names(&["band", "momentum"])]).unwrap();
    assert!((0..4).all(|leaf| space.reversion_side(leaf) == 0 && space.drive_side(leaf) == 0));
}

#[test]
fn impossible_spaces_are_refused() {
    let field = |name: &str, levels: usize| Field::new(name, &vec!["x"; levels], false);
    let refused = |fields: Vec<Field>, chain: &[Vec<String>], text: &str| match StateSpace::new(fields, chain) {
        Err(CoreError::Parameter { what, .. }) => assert!(what.contains(text), "{what}"),
        other => panic!("{text}: {other:?}"),
    };
    let a = &[names(&["a"])];
    refused(vec![], a, "no fields");
    refused(vec![field("a", 2), field("a", 2)], a, "two fields");
    refused(vec![field("a", 0)], a, "no levels");
    refused(vec![field("a", 256), field("b", 256)], a, "more than 65535");
    refused(vec![field("a", 2)], &[], "chain needs");
    refused(vec![field("a", 2)], &[names(&[])], "chain needs");
    refused(vec![field("a", 2)], &[names(&["b"])], "not a field");
    refused(vec![field("a", 2)], &[names(&["a", "a"])], "twice");
    refused(vec![field("a", 2), field("b", 2)], &[names(&["a"]), names(&["b"])], "only leave out");
    assert!(StateSpace::new(vec![field("a", 255), field("b", 257)], a).is_ok());
    for windows in [&[][..], &["a", "a"], &["a+b"], &[""], &[" a"], &["x"; 9]] {
        assert!(StateSpace::standard(windows).is_err(), "{windows:?}");
    }
}

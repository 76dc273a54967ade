//! The general description of a code: fields, levels, labels, mirror images and coarser states.
use super::INVALID;
use crate::context::MAX_WINDOWS;
use crate::error::{CoreError, Result};

/// One field of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, unique in its space.
    pub name: String,
    /// One label a level.
    pub labels: Vec<String>,
    /// Whether mirroring the prices turns level `l` into `levels − 1 − l`.
    pub mirrored: bool,
}

impl Field {
    /// A field from borrowed text.
    #[must_use]
    pub fn new<S: AsRef<str>>(name: &str, labels: &[S], mirrored: bool) -> Self {
        Self { name: name.into(), labels: labels.iter().map(|l| l.as_ref().into()).collect(), mirrored }
    }
}

/// States of one level of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Level {
    /// Fields that make up a state, most significant first.
    fields: Vec<usize>,
    n_states: usize,
    /// State of each leaf.
    of_leaf: Vec<u16>,
    /// State of the level above (towards the root) that each state belongs to; all 0 at the root.
    parent: Vec<u16>,
    /// Mirror image of each state.
    mirror: Vec<u16>,
}

/// What the codes of a day mean.
///
/// A code is a mixed-radix number of its fields, the first field most significant. The *chain* lists the fields of
/// ever coarser states; level 0 is the root (one state, no fields), the last level the *leaves*, and each level's
/// fields are among those of the level after it, so every state has one parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSpace {
    fields: Vec<Field>,
    chain: Vec<Vec<String>>,
    n_codes: usize,
    leaf_of: Vec<u16>,
    levels: Vec<Level>,
    reversion: Vec<i8>,
    drive: Vec<i8>,
}

/// Band edges of [`StateSpace::standard`].
const BAND_EDGES: [f64; 3] = [1.0, 2.0, 2.5];

impl StateSpace {
    /// A space of `fields` whose chain runs from the leaf's field names to the coarsest; the root is implied.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for repeated or unknown names, a field without levels, a chain that is empty or whose
    /// levels are not each a part of the one before, or more than 65,535 codes.
    pub fn new(fields: Vec<Field>, chain: &[Vec<String>]) -> Result<Self> {
        let bad = |what: String| Err(CoreError::parameter("state space", what));
        if fields.is_empty() {
            return bad("no fields; a code needs at least one".into());
        }
        let mut n_codes = 1_usize;
        for (k, f) in fields.iter().enumerate() {
            if fields[..k].iter().any(|g| g.name == f.name) {
                return bad(format!("two fields are called {:?}", f.name));
            }
            if f.labels.is_empty() {
                return bad(format!("field {:?} has no levels", f.name));
            }
            n_codes = n_codes.saturating_mul(f.labels.len());
            if n_codes > usize::from(INVALID) {
                return bad(format!("more than {INVALID} codes; use fewer fields or levels"));
            }
        }
        if chain.is_empty() || chain.iter().any(Vec::is_empty) {
            return bad("the chain needs at least the leaf's fields, and the root is implied".into());
        }
        let mut lists: Vec<Vec<usize>> = Vec::with_capacity(chain.len() + 1);
        for names in chain {
            let mut list = Vec::with_capacity(names.len());
            for name in names {
                let Some(k) = fields.iter().position(|f| &f.name == name) else {
                    return bad(format!("the chain names {name:?}, which is not a field"));
                };
                if list.contains(&k) {
                    return bad(format!("the chain names {name:?} twice in one level"));
                }
                if lists.last().is_some_and(|finer| !finer.contains(&k)) {
                    return bad(format!(
                        "the chain adds {name:?} in a coarser level; a coarser level may only leave out"
                    ));
                }
                list.push(k);
            }
            lists.push(list);
        }
        lists.push(Vec::new());
        lists.reverse();
        Ok(Self::build(fields, chain.to_vec(), n_codes, &lists))
    }

    /// The engine's own space with its default edges; `windows` are the names of the session windows.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] if there are no windows or more than eight, or two share a name.
    pub fn standard<S: AsRef<str>>(windows: &[S]) -> Result<Self> {
        Self::with_edges(BAND_EDGES, windows)
    }

    /// The engine's own space, the bands labelled by their edges.
    ///
    /// # Errors
    /// As [`StateSpace::standard`].
    pub fn with_edges<S: AsRef<str>>(edges: [f64; 3], windows: &[S]) -> Result<Self> {
        if !(1..=MAX_WINDOWS).contains(&windows.len()) {
            return Err(CoreError::parameter(
                "windows",
                format!("{} names; 1..{MAX_WINDOWS} are possible", windows.len()),
            ));
        }
        for (k, w) in windows.iter().enumerate() {
            if w.as_ref().trim() != w.as_ref() || w.as_ref().is_empty() || w.as_ref().contains('+') {
                return Err(CoreError::parameter(
                    "windows",
                    format!("{:?}: a name needs letters, no outer spaces and no '+'", w.as_ref()),
                ));
            }
            if windows[..k].iter().any(|v| v.as_ref() == w.as_ref()) {
                return Err(CoreError::parameter(
                    "windows",
                    format!("two session windows are called {:?}", w.as_ref()),
                ));
            }
        }
        let [a, b, c] = edges;
        let bands = [
            format!("≤ −{c}"),
            format!("−{c}..−{b}"),
            format!("−{b}..−{a}"),
            format!("−{a}..{a}"),
            format!("{a}..{b}"),
            format!("{b}..{c}"),
            format!("≥ {c}"),
        ];
        let fields = vec![
            Field::new("band", &bands, true),
            Field::new("momentum", &["strong down", "down", "flat", "up", "strong up"], true),
            Field::new("trend", &["down", "flat", "up"], true),
            Field::new("volume", &["unconfirmed", "confirmed"], false),
            Field::new("burst", &["no", "yes"], false),
            Field::new("window", windows, false),
            Field::new("pattern", &["none", "breakout", "wedge", "compression"], false),
        ];
        let names = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
        let chain = [
            names(&["band", "momentum", "trend", "volume", "burst"]),
            names(&["band", "momentum", "trend"]),
            names(&["band", "trend"]),
        ];
        Self::new(fields, &chain)
    }

    fn build(fields: Vec<Field>, chain: Vec<Vec<String>>, n_codes: usize, lists: &[Vec<usize>]) -> Self {
        let radix = |k: usize| fields[k].labels.len();
        let leaf_fields = &lists[lists.len() - 1];
        // Digits of a state of a level, and the state of another level with the same digits.
        let digits = |list: &[usize], state: usize| {
            let mut all = vec![0; fields.len()];
            let mut rest = state;
            for &k in list.iter().rev() {
                all[k] = rest % radix(k);
                rest /= radix(k);
            }
            all
        };
        let encode =
            |list: &[usize], all: &[usize]| list.iter().fold(0_usize, |state, &k| state * radix(k) + all[k]) as u16;
        let size = |list: &[usize]| list.iter().map(|&k| radix(k)).product::<usize>();

        let every: Vec<usize> = (0..fields.len()).collect();
        let n_leaves = size(leaf_fields);
        let leaf_of = (0..n_codes).map(|c| encode(leaf_fields, &digits(&every, c))).collect();
        let levels = lists
            .iter()
            .enumerate()
            .map(|(at, list)| {
                let n_states = size(list);
                let above: &[usize] = if at == 0 { &[] } else { &lists[at - 1] };
                let mirrored = |state: usize| {
                    let mut d = digits(list, state);
                    for &k in list {
                        if fields[k].mirrored {
                            d[k] = radix(k) - 1 - d[k];
                        }
                    }
                    encode(list, &d)
                };
                Level {
                    fields: list.clone(),
                    n_states,
                    of_leaf: (0..n_leaves).map(|l| encode(list, &digits(leaf_fields, l))).collect(),
                    parent: (0..n_states).map(|s| encode(above, &digits(list, s))).collect(),
                    mirror: (0..n_states).map(mirrored).collect(),
                }
            })
            .collect();

        let at = |name: &str| leaf_fields.iter().copied().find(|&k| fields[k].name == name);
        let band = at("band").filter(|&k| radix(k) == 7);
        let momentum = at("momentum").filter(|&k| radix(k) >= 2);
        let volume = at("volume").filter(|&k| radix(k) >= 2);
        let reversion =
            (0..n_leaves).map(|l| band.map_or(0, |k| [1, 1, 0, 0, 0, -1, -1][digits(leaf_fields, l)[k]])).collect();
        let drive = (0..n_leaves)
            .map(|l| match (momentum, volume) {
                (Some(m), Some(v)) => {
                    let d = digits(leaf_fields, l);
                    match d[m] {
                        _ if d[v] != 1 => 0,
                        0 => -1,
                        top if top == radix(m) - 1 => 1,
                        _ => 0,
                    }
                }
                _ => 0,
            })
            .collect();
        Self { fields, chain, n_codes, leaf_of, levels, reversion, drive }
    }

    /// The fields, most significant first.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Field names of the chain, from the leaf to the coarsest; the root is implied.
    #[must_use]
    pub fn chain(&self) -> &[Vec<String>] {
        &self.chain
    }

    /// Number of codes; valid codes are below it.
    #[must_use]
    pub fn n_codes(&self) -> usize {
        self.n_codes
    }

    /// Number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.n_states(self.levels() - 1)
    }

    /// Number of levels, root and leaves included (4 in the standard space).
    #[must_use]
    pub fn levels(&self) -> usize {
        self.levels.len()
    }

    /// Number of states of a level (0 = root).
    #[must_use]
    pub fn n_states(&self, level: usize) -> usize {
        self.levels[level].n_states
    }

    /// Leaf of a code below [`StateSpace::n_codes`].
    #[must_use]
    pub fn leaf_of(&self, code: u16) -> usize {
        usize::from(self.leaf_of[usize::from(code)])
    }

    /// Leaf of every code.
    #[must_use]
    pub fn leaves(&self) -> &[u16] {
        &self.leaf_of
    }

    /// State of a level that a leaf belongs to.
    #[must_use]
    pub fn project(&self, level: usize, leaf: usize) -> usize {
        usize::from(self.levels[level].of_leaf[leaf])
    }

    /// State of every leaf at a level.
    #[must_use]
    pub fn projection(&self, level: usize) -> &[u16] {
        &self.levels[level].of_leaf
    }

    /// State of level `level − 1` that a state of `level` belongs to; 0 for the root itself.
    #[must_use]
    pub fn parent(&self, level: usize, state: usize) -> usize {
        usize::from(self.levels[level].parent[state])
    }

    /// The state seen when the prices are mirrored.
    #[must_use]
    pub fn mirror(&self, level: usize, state: usize) -> usize {
        usize::from(self.levels[level].mirror[state])
    }

    /// The one of a state and its mirror image that keeps their common counts: the smaller.
    #[must_use]
    pub fn canonical(&self, level: usize, state: usize) -> usize {
        state.min(self.mirror(level, state))
    }

    /// Side against an outer band at a leaf: +1 below, −1 above, 0 inside or in a space without 7 bands.
    #[must_use]
    pub fn reversion_side(&self, leaf: usize) -> i8 {
        self.reversion[leaf]
    }

    /// Side with outermost momentum under confirmed volume at a leaf, else 0.
    #[must_use]
    pub fn drive_side(&self, leaf: usize) -> i8 {
        self.drive[leaf]
    }

    /// Level of each field in a code, or `None` for [`INVALID`] and other codes outside the space.
    #[must_use]
    pub fn decode(&self, code: u16) -> Option<Vec<usize>> {
        let mut rest = usize::from(code);
        if rest >= self.n_codes {
            return None;
        }
        let mut out = vec![0; self.fields.len()];
        for (level, field) in out.iter_mut().zip(&self.fields).rev() {
            *level = rest % field.labels.len();
            rest /= field.labels.len();
        }
        Some(out)
    }

    /// The code with these levels of its fields, or `None` if they are not levels of this space.
    #[must_use]
    pub fn encode(&self, levels: &[usize]) -> Option<u16> {
        if levels.len() != self.fields.len() || levels.iter().zip(&self.fields).any(|(&l, f)| l >= f.labels.len()) {
            return None;
        }
        let code = levels.iter().zip(&self.fields).fold(0, |code, (&l, f)| code * f.labels.len() + l);
        Some(code as u16)
    }

    /// Text of a code, such as "band −2.5..−2 · momentum strong up · …"; "invalid" outside the space.
    #[must_use]
    pub fn label(&self, code: u16) -> String {
        self.decode(code).map_or_else(|| "invalid".into(), |levels| self.text(levels.iter().copied().enumerate()))
    }

    /// Text of a leaf.
    #[must_use]
    pub fn leaf_label(&self, leaf: usize) -> String {
        self.state_label(self.levels() - 1, leaf)
    }

    /// Text of a state of a level; "all" at the root.
    #[must_use]
    pub fn state_label(&self, level: usize, state: usize) -> String {
        let list = &self.levels[level].fields;
        let mut rest = state;
        let mut levels = vec![0; list.len()];
        for (at, &k) in list.iter().enumerate().rev() {
            levels[at] = rest % self.fields[k].labels.len();
            rest /= self.fields[k].labels.len();
        }
        if list.is_empty() { "all".into() } else { self.text(list.iter().copied().zip(levels)) }
    }

    fn text(&self, parts: impl Iterator<Item = (usize, usize)>) -> String {
        let parts: Vec<String> =
            parts.map(|(k, l)| format!("{} {}", self.fields[k].name, self.fields[k].labels[l])).collect();
        parts.join(" · ")
    }
}

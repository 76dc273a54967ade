//! Episodes: maximal runs of consecutive valid bars with one code.
use super::{DayStates, INVALID};
use crate::context;

/// Sets the transition bit where the last five episodes, the current one included, have three or more different codes.
/// Invalid bars end an episode but do not clear the memory.
pub(super) fn mark_transitions(day: &mut DayStates) {
    // Codes of the episodes, after four that add nothing new. An invalid bar writes where the next episode will.
    let first = day.codes.iter().copied().find(|&c| c != INVALID).unwrap_or(INVALID);
    let mut episodes = vec![first; day.codes.len() + 5];
    let mut last = 3;
    let mut previous = INVALID;
    for &code in &day.codes {
        last += usize::from((code != INVALID) && (code != previous));
        episodes[last + usize::from(code == INVALID)] = code;
        previous = code;
    }
    let n = last - 3;
    let ago = |k: usize| &episodes[4 - k..4 - k + n];
    let different = ago(0).iter().zip(ago(1)).zip(ago(2)).zip(ago(3)).zip(ago(4)).map(|((((a, b), c), d), e)| {
        1 + u16::from(b != a)
            + u16::from((c != a) && (c != b))
            + u16::from((d != a) && (d != b) && (d != c))
            + u16::from((e != a) && (e != b) && (e != c) && (e != d))
    });
    let mut bits = Vec::with_capacity(n + 1);
    bits.push(0);
    bits.extend(different.map(|count| if count >= 3 { context::TRANSITION } else { 0 }));
    let mut episode = 0;
    previous = INVALID;
    for (&code, context) in day.codes.iter().zip(&mut day.contexts) {
        episode += usize::from((code != INVALID) && (code != previous));
        *context |= if code == INVALID { 0 } else { bits[episode] };
        previous = code;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transitions(codes: &[u16]) -> Vec<bool> {
        let contexts = codes.iter().map(|&c| u32::from(c != INVALID)).collect();
        let mut day = DayStates { codes: codes.to_vec(), contexts };
        mark_transitions(&mut day);
        day.contexts.iter().map(|c| c & context::TRANSITION != 0).collect()
    }

    #[test]
    fn three_codes_within_five_episodes() {
        assert_eq!(transitions(&[1, 1, 2, 2, 3, 3]), [false, false, false, false, true, true]);
        assert_eq!(transitions(&[1, 2, 1, 2, 1, 2]), [false; 6]);
        // The 3 is the fifth episode back, then the sixth.
        assert_eq!(transitions(&[3, 1, 2, 1, 2, 1]), [false, false, true, true, true, false]);
    }

    #[test]
    fn invalid_bars_end_episodes_and_keep_the_memory() {
        let x = INVALID;
        assert_eq!(transitions(&[1, 2, x, x, 3]), [false, false, false, false, true]);
        // The same code after an invalid bar is an episode of its own and pushes the oldest out.
        assert_eq!(transitions(&[3, 1, 2, x, 2, x, 2, 2]), [false, false, true, false, true, false, true, true]);
        assert_eq!(
            transitions(&[3, 1, 2, x, 2, x, 2, x, 2]),
            [false, false, true, false, true, false, true, false, false]
        );
        assert_eq!(transitions(&[x, x]), [false, false]);
        assert_eq!(transitions(&[]), [false; 0]);
    }
}

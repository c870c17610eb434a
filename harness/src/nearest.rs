//! The nearest right name for a wrong one.

/// The candidate that `wrong` was most likely meant to be, if one is near enough.
pub(crate) fn nearest<'a>(wrong: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = (wrong.len() / 3).clamp(1, 4);
    candidates
        .iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&wrong.to_lowercase(), candidate),
                *candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

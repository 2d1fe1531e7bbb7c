//! The nearest name to a mistyped one, for "did you mean".

/// The candidate that is most similar to a mistyped name, of equal ones the first by name; none where no candidate is
/// similar.
pub fn closest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_the_nearest() {
        assert_eq!(closest("nte1", ["net1", "net2"].into_iter()), Some("net1"));
        assert_eq!(closest("net4", ["net3", "net1", "net2"].into_iter()), Some("net1"));
    }

    #[test]
    fn a_name_without_a_similar_one_finds_none() {
        assert_eq!(closest("web", ["database"].into_iter()), None);
    }
}

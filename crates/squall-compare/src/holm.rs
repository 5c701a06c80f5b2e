//! Many comparisons at once.

/// Adjusts p-values so that the chance of even one false alarm among all of them is kept, whatever depends on what.
///
/// S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", *Scandinavian Journal of Statistics* 6(2), 1979, 65–70. Not
/// Benjamini and Hochberg's procedure: that bounds the *share* of false alarms among the alarms, and a pipeline stops at one.
pub(crate) fn adjust(probabilities: &[f64]) -> Vec<f64> {
    let count = probabilities.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&left, &right| probabilities[left].total_cmp(&probabilities[right]));
    let mut adjusted = vec![1.0; count];
    let mut least = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        least = least
            .max(probabilities[at] * (count - rank) as f64)
            .min(1.0);
        adjusted[at] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_counts_for_all_the_next_for_the_rest() {
        let adjusted = adjust(&[0.04, 0.01, 0.03]);
        let expected = [0.06, 0.03, 0.06];
        for (found, expected) in adjusted.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(adjust(&[]), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn nothing_becomes_less_nor_changes_places(all in prop::collection::vec(0.0..=1.0_f64, 0..30)) {
            let adjusted = adjust(&all);
            for (at, before) in all.iter().enumerate() {
                prop_assert!(adjusted[at] >= *before && adjusted[at] <= 1.0);
                prop_assert!(adjusted[at] <= (before * all.len() as f64).min(1.0) + adjusted[at] * 1e-12
                    || all.iter().any(|one| one < before));
                for (other, value) in all.iter().enumerate() {
                    prop_assert!(value > before || adjusted[other] <= adjusted[at]);
                }
            }
        }
    }
}

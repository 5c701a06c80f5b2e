//! From a value to its bucket and back.

/// Buckets of an octave.
const SUB_BUCKETS: u64 = 512;
/// Binary logarithm of [`SUB_BUCKETS`].
const SUB_BITS: u32 = 9;
/// Octave 0 holds 0…511, octave n the values of which bit n + 8 is the highest set.
const OCTAVES: usize = 56;
/// All buckets there are.
pub(crate) const BUCKETS: usize = OCTAVES << SUB_BITS;

/// The bucket that holds `value`.
#[inline]
pub(crate) const fn index_of(value: u64) -> usize {
    let octave = 63 - (SUB_BITS - 1) - (value | (SUB_BUCKETS - 1)).leading_zeros();
    let sub = (value >> octave.saturating_sub(1)) & (SUB_BUCKETS - 1);
    ((octave as usize) << SUB_BITS) | sub as usize
}

/// The middle of the bucket `index`, which must be less than [`BUCKETS`].
pub(crate) const fn middle_of(index: usize) -> u64 {
    let (octave, sub) = (index >> SUB_BITS, index as u64 & (SUB_BUCKETS - 1));
    if octave == 0 {
        return sub;
    }
    let shift = octave - 1;
    let half_width = ((1_u64 << shift) - 1) / 2;
    ((SUB_BUCKETS + sub) << shift) + half_width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_exact() {
        for value in 0..1024 {
            assert_eq!(middle_of(index_of(value)), value);
        }
    }

    #[test]
    fn indices_grow_with_the_value_and_end_at_the_last_bucket() {
        let mut last = 0;
        for shift in 0..64 {
            for near in [-1_i64, 0, 1] {
                let index = index_of((1_u64 << shift).wrapping_add_signed(near));
                assert!(index >= last || near < 0);
                last = index;
            }
        }
        assert_eq!(index_of(u64::MAX), BUCKETS - 1);
        assert_eq!(index_of(0), 0);
    }

    #[test]
    fn the_middle_of_each_bucket_lies_in_it() {
        for index in 0..BUCKETS {
            assert_eq!(index_of(middle_of(index)), index);
        }
    }
}

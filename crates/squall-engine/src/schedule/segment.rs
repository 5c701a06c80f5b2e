/// The share of one thread or agent: of things numbered from 0, those whose number is `index` modulo `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Which share, less than `count`.
    pub index: u32,
    /// How many shares there are, at least 1.
    pub count: u32,
}

impl Segment {
    /// The only share.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// How many of `total` things are in this segment. The shares of all segments add up to `total`.
    pub const fn share(self, total: u64) -> u64 {
        let count = self.count as u64;
        total / count + (total % count > self.index as u64) as u64
    }

    /// Whether the thing with this number is in this segment.
    pub const fn holds(self, number: u64) -> bool {
        number % self.count as u64 == self.index as u64
    }

    /// The number, in the whole, of the thing that is the `local`th here, counted from 0.
    pub const fn number(self, local: u64) -> u64 {
        self.index as u64 + local * self.count as u64
    }

    /// This segment in `n` parts, each a segment of the whole.
    ///
    /// # Panics
    /// If the whole would have more than `u32::MAX` segments.
    pub fn split(self, n: u32) -> impl Iterator<Item = Self> {
        let count = self
            .count
            .checked_mul(n)
            .expect("more segments than any cluster has threads");
        (0..n).map(move |part| Self {
            index: self.index + part * self.count,
            count,
        })
    }
}

impl Default for Segment {
    fn default() -> Self {
        Self::WHOLE
    }
}

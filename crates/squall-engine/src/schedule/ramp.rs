use squall_plan::RampStage;

const NS_PER_S: f64 = 1e9;

/// A level (users, or iterations a second) over time: linear pieces, one after the other, and zero after the last.
///
/// A ramp of no duration jumps; at the moment of a jump the new level holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Ramp {
    /// Pieces that last, in order.
    pieces: Vec<Piece>,
    end_ns: u64,
    total: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    start_ns: u64,
    duration_ns: u64,
    from: f64,
    to: f64,
    /// Change of the level per second.
    slope: f64,
    /// Integral of all pieces before this one.
    before: f64,
    /// Integral up to the end of this one.
    after: f64,
}

impl Piece {
    fn end_ns(&self) -> u64 {
        self.start_ns + self.duration_ns
    }

    /// Every operation is monotonic in `at_ns`, rounding included, and so is the level.
    fn level(&self, at_ns: u64) -> f64 {
        let part = (at_ns - self.start_ns) as f64 / self.duration_ns as f64;
        self.from + (self.to - self.from) * part
    }

    /// Integral over the first `ns` of this piece.
    fn area(&self, ns: u64) -> f64 {
        let part = ns as f64 / self.duration_ns as f64;
        ns as f64 / NS_PER_S * (self.from + (self.to - self.from) * part / 2.0)
    }

    /// When the integral from the start of this piece reaches `area`.
    ///
    /// The root of `from·x + slope·x²/2 = area` in the form that loses no digits for any sign of the slope.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the piece"
    )]
    fn reaches(&self, area: f64) -> u64 {
        let seconds = if area <= 0.0 {
            0.0
        } else if self.slope == 0.0 {
            area / self.from
        } else {
            let square = self.from * self.from + 2.0 * self.slope * area;
            2.0 * area / (self.from + square.max(0.0).sqrt())
        };
        // Adding a half and cutting off is a rounding that needs no library call.
        let ns = (seconds * NS_PER_S + 0.5) as u64;
        self.start_ns + ns.min(self.duration_ns)
    }
}

impl Ramp {
    /// Ramps one after the other, from the level `start`. Levels must not be negative.
    pub fn new(start: f64, ramps: &[RampStage]) -> Self {
        let mut ramp = Self {
            pieces: Vec::with_capacity(ramps.len()),
            end_ns: 0,
            total: 0.0,
        };
        let mut from = start;
        for stage in ramps {
            // The end of time is 584 years away; what would come after it never happens.
            let duration_ns = stage.duration.as_nanos().min(u64::MAX - ramp.end_ns);
            if duration_ns > 0 {
                ramp.push(duration_ns, from, stage.target);
            }
            from = stage.target;
        }
        ramp
    }

    /// Returns a ramp that is the same up to a moment, and has one level from there to the same end.
    #[must_use]
    pub fn holding(&self, at_ns: u64, level: f64) -> Self {
        let mut ramp = Self {
            pieces: Vec::with_capacity(self.pieces.len() + 1),
            end_ns: 0,
            total: 0.0,
        };
        let at_ns = at_ns.min(self.end_ns);
        for piece in self.pieces.iter().filter(|piece| piece.start_ns < at_ns) {
            if piece.end_ns() <= at_ns {
                ramp.push(piece.duration_ns, piece.from, piece.to);
            } else {
                ramp.push(at_ns - piece.start_ns, piece.from, piece.level(at_ns));
            }
        }
        if at_ns < self.end_ns {
            ramp.push(self.end_ns - at_ns, level, level);
        }
        ramp
    }

    fn push(&mut self, duration_ns: u64, from: f64, to: f64) {
        let seconds = duration_ns as f64 / NS_PER_S;
        let piece = Piece {
            start_ns: self.end_ns,
            duration_ns,
            from,
            to,
            slope: (to - from) / seconds,
            before: self.total,
            after: self.total + seconds * (from + to) / 2.0,
        };
        self.end_ns = piece.end_ns();
        self.total = piece.after;
        self.pieces.push(piece);
    }

    /// When the last ramp ends.
    pub fn end_ns(&self) -> u64 {
        self.end_ns
    }

    /// Integral over everything, in level × seconds.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The level at a moment; 0 from the end on.
    pub fn level(&self, at_ns: u64) -> f64 {
        let after = self.pieces.partition_point(|piece| piece.end_ns() <= at_ns);
        self.pieces
            .get(after)
            .map_or(0.0, |piece| piece.level(at_ns))
    }

    /// Integral of the level from the start to a moment, in level × seconds.
    pub fn integral(&self, to_ns: u64) -> f64 {
        let after = self.pieces.partition_point(|piece| piece.end_ns() <= to_ns);
        let piece = self.pieces.get(after);
        piece.map_or(self.total, |piece| {
            piece.before + piece.area(to_ns - piece.start_ns)
        })
    }

    /// The first moment after which the integral exceeds `area`, to the nanosecond; `None` if it never does.
    pub fn inverse(&self, area: f64) -> Option<u64> {
        let mut cursor = self
            .pieces
            .partition_point(|piece| piece.before <= area)
            .saturating_sub(1);
        self.inverse_from(&mut cursor, area)
    }

    /// As [`Self::inverse`], for areas that do not fall; `cursor` starts at 0.
    ///
    /// Sums of products are a few units in the last place off. An area that a piece ends with but for such an error is reached
    /// in the next piece that has a level: at the end of a pause, not at its start.
    #[inline]
    pub(super) fn inverse_from(&self, cursor: &mut usize, area: f64) -> Option<u64> {
        let least = area + rounding(area);
        while let Some(piece) = self.pieces.get(*cursor) {
            if piece.after > least {
                // The end itself belongs to no piece.
                return Some(piece.reaches(area - piece.before).min(self.end_ns - 1));
            }
            *cursor += 1;
        }
        None
    }

    /// First and last moment of each linear piece.
    pub(super) fn spans(&self) -> impl Iterator<Item = (u64, u64)> {
        self.pieces
            .iter()
            .map(|piece| (piece.start_ns, piece.end_ns() - 1))
    }
}

/// How far an area can be off by rounding.
fn rounding(area: f64) -> f64 {
    1e-9 + area * 1e-12
}

use squall_plan::IterationTotal;

use super::Segment;

/// A given number of iterations, dealt to the users in turn: iteration i is for user i modulo their number.
///
/// A segment without users thus gets no iterations, and users' counts differ by at most one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IterationSchedule {
    users: u64,
    iterations: u64,
}

impl IterationSchedule {
    /// The share of one segment; `users` and `total` are those of the whole.
    pub fn new(users: u32, total: IterationTotal, segment: Segment) -> Self {
        let everyone = u64::from(users);
        let here = segment.share(everyone);
        let iterations = match total {
            IterationTotal::PerUser(each) => here.saturating_mul(each),
            IterationTotal::Shared(_) if users == 0 => 0,
            IterationTotal::Shared(total) => {
                total / everyone * here + segment.share(total % everyone)
            }
        };
        Self {
            users: here,
            iterations,
        }
    }

    /// The same users with another number of iterations.
    #[must_use]
    pub fn with_iterations(self, iterations: u64) -> Self {
        Self { iterations, ..self }
    }

    /// Users of this segment.
    pub fn users(&self) -> u64 {
        self.users
    }

    /// Iterations of all users of this segment together.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }
}

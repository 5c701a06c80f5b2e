//! The series and the times in which a quantity is found.

use squall_threshold::{Quantity, Subject, Timing};

use crate::series::SeriesKind;
use crate::series_part::Measure;

/// The series that have a quantity.
pub(super) fn kind(quantity: &Quantity) -> SeriesKind {
    match quantity {
        Quantity::Time(_, Timing::Iteration) => SeriesKind::Iteration,
        Quantity::Time(_, Timing::Transaction) => SeriesKind::Transaction,
        Quantity::Time(..) | Quantity::Apdex { .. } | Quantity::BurnRate { .. } => {
            SeriesKind::Operation
        }
        Quantity::Metric(..) => SeriesKind::Metric,
        Quantity::Count(of) | Quantity::Rate(of) | Quantity::Share(of) => match of.subject {
            Subject::Operations | Subject::Checks => SeriesKind::Operation,
            Subject::Iterations | Subject::Dropped => SeriesKind::Iteration,
            Subject::Transactions => SeriesKind::Transaction,
        },
    }
}

/// Whether it is checks that are counted.
pub(super) fn counts_checks(quantity: &Quantity) -> bool {
    match quantity {
        Quantity::Count(of) | Quantity::Rate(of) | Quantity::Share(of) => {
            of.subject == Subject::Checks
        }
        Quantity::Time(..)
        | Quantity::Metric(..)
        | Quantity::Apdex { .. }
        | Quantity::BurnRate { .. } => false,
    }
}

/// The times that are taken together.
pub(super) fn measures(timing: Timing) -> &'static [Measure] {
    match timing {
        Timing::Response | Timing::Iteration | Timing::Transaction => {
            &[Measure::OkResponse, Measure::FailedResponse]
        }
        Timing::Service => &[Measure::OkService, Measure::FailedService],
        Timing::Waiting => &[Measure::Waiting],
        Timing::Connecting => &[Measure::Connecting],
        Timing::Securing => &[Measure::Securing],
        Timing::Writing => &[Measure::Writing],
        Timing::FirstByte => &[Measure::FirstByte],
        Timing::Reading => &[Measure::Reading],
    }
}

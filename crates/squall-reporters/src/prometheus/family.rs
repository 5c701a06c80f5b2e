//! The names of everything that is told.

/// What the numbers of a family are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A family of numbers that share a name, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Family {
    RunInfo,
    RunStart,
    RunEnd,
    RunVerdict,
    StageStart,
    StageEnd,
    OperationsStarted,
    Operations,
    BytesSent,
    BytesReceived,
    ResponseTime,
    IntervalResponseTime,
    IntervalServiceTime,
    TransactionsStarted,
    Transactions,
    TransactionResponseTime,
    IntervalTransactionResponseTime,
    IntervalTransactionServiceTime,
    Checks,
    Events,
    Messages,
    FinalTime,
    FinalTimeCount,
    FinalMetric,
    FinalMetricCount,
    FinalOperations,
    FinalOperationRate,
    Errors,
    CustomCount,
    Custom,
    GeneratorCpu,
    GeneratorMemory,
    GeneratorMemoryPerUser,
    Generator,
    ThresholdPassed,
    ThresholdValue,
    ThresholdLimit,
}

/// Name without namespace, what it is, and what it says.
type Description = (&'static str, Kind, &'static str);

impl Family {
    pub(super) fn name(self) -> &'static str {
        self.describe().0
    }

    pub(super) fn kind(self) -> Kind {
        self.describe().1
    }

    pub(super) fn help(self) -> &'static str {
        self.describe().2
    }

    /// Says whether a test can make any number of them, by what it names.
    pub(super) fn needs_bound(self) -> bool {
        matches!(self, Self::Checks | Self::Events | Self::Messages)
    }

    fn describe(self) -> Description {
        DESCRIPTIONS[self as usize].1
    }
}

/// In the order of the families.
const DESCRIPTIONS: [(Family, Description); 37] = [
    (
        Family::RunInfo,
        ("squall_run_info", Kind::Gauge, "What the run is; always 1."),
    ),
    (
        Family::RunStart,
        (
            "squall_run_start_time_seconds",
            Kind::Gauge,
            "When the run began, since the Unix epoch.",
        ),
    ),
    (
        Family::RunEnd,
        (
            "squall_run_end_time_seconds",
            Kind::Gauge,
            "When the run ended, since the Unix epoch.",
        ),
    ),
    (
        Family::RunVerdict,
        (
            "squall_run_verdict",
            Kind::Gauge,
            "1 for the verdict that the run got, 0 for the others.",
        ),
    ),
    (
        Family::StageStart,
        (
            "squall_stage_start_time_seconds",
            Kind::Gauge,
            "When the stage began, since the Unix epoch.",
        ),
    ),
    (
        Family::StageEnd,
        (
            "squall_stage_end_time_seconds",
            Kind::Gauge,
            "When the stage ended, since the Unix epoch.",
        ),
    ),
    (
        Family::OperationsStarted,
        (
            "squall_operations_started_total",
            Kind::Counter,
            "Operations started.",
        ),
    ),
    (
        Family::Operations,
        (
            "squall_operations_total",
            Kind::Counter,
            "Operations finished, by outcome.",
        ),
    ),
    (
        Family::BytesSent,
        (
            "squall_bytes_sent_total",
            Kind::Counter,
            "Bytes written to connections.",
        ),
    ),
    (
        Family::BytesReceived,
        (
            "squall_bytes_received_total",
            Kind::Counter,
            "Bytes read from connections.",
        ),
    ),
    (
        Family::ResponseTime,
        (
            "squall_response_time_seconds",
            Kind::Histogram,
            "Response time: last byte - intended start.",
        ),
    ),
    (
        Family::IntervalResponseTime,
        (
            "squall_interval_response_time_seconds",
            Kind::Gauge,
            "Statistics of the response time in the last interval.",
        ),
    ),
    (
        Family::IntervalServiceTime,
        (
            "squall_interval_service_time_seconds",
            Kind::Gauge,
            "Statistics of the service time in the last interval.",
        ),
    ),
    (
        Family::TransactionsStarted,
        (
            "squall_transactions_started_total",
            Kind::Counter,
            "Transactions started.",
        ),
    ),
    (
        Family::Transactions,
        (
            "squall_transactions_total",
            Kind::Counter,
            "Transactions finished, by outcome.",
        ),
    ),
    (
        Family::TransactionResponseTime,
        (
            "squall_transaction_response_time_seconds",
            Kind::Histogram,
            "Response time of transactions.",
        ),
    ),
    (
        Family::IntervalTransactionResponseTime,
        (
            "squall_interval_transaction_response_time_seconds",
            Kind::Gauge,
            "Statistics of the response time of transactions in the last interval.",
        ),
    ),
    (
        Family::IntervalTransactionServiceTime,
        (
            "squall_interval_transaction_service_time_seconds",
            Kind::Gauge,
            "Statistics of the service time of transactions in the last interval.",
        ),
    ),
    (
        Family::Checks,
        (
            "squall_checks_total",
            Kind::Counter,
            "Checks made, by outcome.",
        ),
    ),
    (
        Family::Events,
        (
            "squall_events_total",
            Kind::Counter,
            "Events that were sent to this reporter, by outcome and status.",
        ),
    ),
    (
        Family::Messages,
        (
            "squall_messages_total",
            Kind::Counter,
            "Messages of scripts, by type.",
        ),
    ),
    (
        Family::FinalTime,
        (
            "squall_final_time_seconds",
            Kind::Gauge,
            "Times over the whole run, by group and statistic.",
        ),
    ),
    (
        Family::FinalTimeCount,
        (
            "squall_final_time_values",
            Kind::Gauge,
            "How many times the statistics are made of.",
        ),
    ),
    (
        Family::FinalMetric,
        (
            "squall_final_metric",
            Kind::Gauge,
            "Numbers that the test measured, over the whole run, in a unit of their own.",
        ),
    ),
    (
        Family::FinalMetricCount,
        (
            "squall_final_metric_values",
            Kind::Gauge,
            "How many numbers the statistics are made of.",
        ),
    ),
    (
        Family::FinalOperations,
        (
            "squall_final_operations",
            Kind::Gauge,
            "What finished over the whole run, by outcome.",
        ),
    ),
    (
        Family::FinalOperationRate,
        (
            "squall_final_operations_per_second",
            Kind::Gauge,
            "What finished for each second of its stage.",
        ),
    ),
    (
        Family::Errors,
        (
            "squall_errors_total",
            Kind::Counter,
            "Failures over the whole run, by class.",
        ),
    ),
    (
        Family::CustomCount,
        (
            "squall_custom_total",
            Kind::Counter,
            "Counts that the test made of its results.",
        ),
    ),
    (
        Family::Custom,
        (
            "squall_custom",
            Kind::Gauge,
            "Numbers that the test made of its results.",
        ),
    ),
    (
        Family::GeneratorCpu,
        (
            "squall_generator_cpu_cores",
            Kind::Gauge,
            "Cores that the generator used.",
        ),
    ),
    (
        Family::GeneratorMemory,
        (
            "squall_generator_memory_bytes",
            Kind::Gauge,
            "Resident memory of the generator.",
        ),
    ),
    (
        Family::GeneratorMemoryPerUser,
        (
            "squall_generator_memory_per_user_bytes",
            Kind::Gauge,
            "Memory of the generator for each virtual user.",
        ),
    ),
    (
        Family::Generator,
        (
            "squall_generator",
            Kind::Gauge,
            "What else the generator used, by its label `group`.",
        ),
    ),
    (
        Family::ThresholdPassed,
        (
            "squall_threshold_passed",
            Kind::Gauge,
            "1 where the threshold held, 0 where it did not.",
        ),
    ),
    (
        Family::ThresholdValue,
        (
            "squall_threshold_value",
            Kind::Gauge,
            "What the threshold was judged by, in the base unit of its label.",
        ),
    ),
    (
        Family::ThresholdLimit,
        (
            "squall_threshold_limit",
            Kind::Gauge,
            "The limit of the threshold, in the base unit of its label.",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_its_description_and_counters_end_in_total() {
        for (place, (family, (name, kind, help))) in DESCRIPTIONS.into_iter().enumerate() {
            assert_eq!(family as usize, place, "{name}");
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            assert!(help.ends_with('.'), "{name}");
        }
    }
}

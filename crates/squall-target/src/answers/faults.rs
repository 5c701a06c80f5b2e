//! What goes wrong in a service: failures, stalls, connections that end too early.

use std::sync::PoisonError;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::json;

use crate::answers::dispatch::Checked;
use crate::answers::plain::paced;
use crate::payload::{Abort, End, Pace};
use crate::reply::{self, Reply};
use crate::request::Call;

/// Rates are kept in billionths, so that turns are counted without rounding.
const WHOLE: u64 = 1_000_000_000;
/// More rates than this share one count of turns, so that they cost a fixed amount of memory.
const MOST_RATES: usize = 1024;

/// Fails in turn: of any `n` requests with the same rate, `n × rate` fail, rounded up or down to a whole request.
pub(crate) fn flaky(call: &Call) -> Checked {
    let rate = call.number("rate", 0.1_f64)?;
    let status = call.number("status", 503_u16)?;
    if !(0.0..=1.0).contains(&rate) {
        return Err(format!("`rate={rate}` is not from 0 to 1"));
    }
    let status = (StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.as_u16() >= 200))
    .ok_or_else(|| format!("`status={status}` is not a status; give one from 200 to 999"))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the rate is from 0 to 1"
    )]
    let share = (rate * WHOLE as f64).round() as u64;
    if is_turn_to_fail(take_turn(call, share), share) {
        return Ok(reply::error(
            status,
            "this request was one of those that fail",
        ));
    }
    Ok(reply::json(StatusCode::OK, &json!({ "ok": true })))
}

/// Stops answering for a while. The answer to this very request waits as well, unless the stall begins later.
pub(crate) fn stall(call: &Call) -> Checked {
    let length = call.duration("for", Duration::from_secs(1))?;
    let after = call.duration("after", Duration::ZERO)?;
    call.shared.gate.stall(after, length);
    let body =
        json!({ "for_ms": length.as_secs_f64() * 1e3, "after_ms": after.as_secs_f64() * 1e3 });
    Ok(reply::json(StatusCode::OK, &body))
}

/// Closes the connection instead of an answer, or in the middle of one.
pub(crate) fn close(call: &Call) -> Reply {
    match call.number("after", 0_u64) {
        Err(message) => Ok(reply::error(StatusCode::BAD_REQUEST, &message)),
        Ok(0) => Err(Abort),
        Ok(length) => Ok(paced(call, cut_after(length))),
    }
}

/// Resets the connection instead of an answer, or in the middle of one. A unix socket knows no reset and is closed.
pub(crate) fn reset(call: &Call) -> Reply {
    let reply = close(call);
    if reply
        .as_ref()
        .map_or(true, |response| response.status() == StatusCode::OK)
    {
        call.wire.arm_reset();
    }
    reply
}

/// A body that lacks its last byte.
fn cut_after(length: u64) -> Pace {
    Pace {
        length,
        piece: 16 * 1024,
        delay: Duration::ZERO,
        size: length.checked_add(1),
        end: End::Cut,
    }
}

fn take_turn(call: &Call, share: u64) -> u64 {
    let mut turns = call
        .shared
        .flaky
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let key = if turns.len() < MOST_RATES || turns.contains_key(&share) {
        share
    } else {
        u64::MAX
    };
    let turn = turns.entry(key).or_default();
    *turn += 1;
    *turn - 1
}

fn is_turn_to_fail(turn: u64, share: u64) -> bool {
    let failures_after = |turns: u64| u128::from(turns) * u128::from(share) / u128::from(WHOLE);
    failures_after(turn + 1) > failures_after(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_window_has_its_share_of_failures() {
        for (share, window) in [
            (WHOLE / 10, 10_u64),
            (WHOLE / 4, 4),
            (WHOLE, 1),
            (WHOLE / 1000, 1000),
        ] {
            for start in 0..3000 {
                let failed = (start..start + window)
                    .filter(|turn| is_turn_to_fail(*turn, share))
                    .count();
                assert_eq!(failed, 1, "share {share}, window from {start}");
            }
        }
        assert!(!(0..1000).any(|turn| is_turn_to_fail(turn, 0)));
    }
}

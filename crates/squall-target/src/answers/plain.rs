//! Documents, statuses, and bodies of a size or a pace.

use std::num::NonZeroU64;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::json;
use tokio::time::sleep_until;

use crate::answers::dispatch::Checked;
use crate::duration;
use crate::payload::{End, LONGEST_PIECE, Pace, Paced, Payload};
use crate::reply::{self, Reply};
use crate::request::Call;

/// The type of filler.
pub(crate) const FILLER_TYPE: &str = "text/plain";

/// Answers with a fixed document: nested object, array, number, bool, null, non-ASCII text.
pub(crate) fn document() -> hyper::Response<Payload> {
    let document = json!({
        "name": "squall",
        "kind": "target",
        "version": 1,
        "ready": true,
        "missing": null,
        "ratio": 0.25,
        "greeting": "grüß dich",
        "author": {"name": "Ada", "address": {"city": "London", "postcode": "W1"}},
        "items": [
            {"id": 1, "name": "anchor", "price": 12.5, "tags": ["iron", "heavy"]},
            {"id": 2, "name": "sail", "price": 99.0, "tags": ["linen"]},
            {"id": 3, "name": "rope", "price": 4.75, "tags": []},
        ],
    });
    reply::json(StatusCode::OK, &document)
}

/// Answers after a time, counted from when the request's head was read.
///
/// The timer ticks once a millisecond and rounds up, so the answer comes 0 to 1 ms late, and not early.
pub(crate) async fn delay(call: &Call) -> Reply {
    match duration::parse(&call.argument(0)) {
        Err(message) => Ok(reply::error(StatusCode::BAD_REQUEST, &message)),
        Ok(delay) => {
            sleep_until(call.began + delay).await;
            let body = json!({ "delay_ms": delay.as_secs_f64() * 1e3 });
            Ok(reply::json(StatusCode::OK, &body))
        }
    }
}

/// Answers with the status asked for. Informational ones are no answers and are refused.
pub(crate) fn status(call: &Call) -> Checked {
    let text = call.argument(0);
    let code = (text.parse::<u16>().ok().filter(|code| *code >= 200))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| format!("`{text}` is not a status; give one from 200 to 999"))?;
    if matches!(code, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        let mut response = hyper::Response::new(Payload::whole(""));
        *response.status_mut() = code;
        return Ok(response);
    }
    Ok(reply::text(code, code.to_string()))
}

/// Answers with a body of a size.
pub(crate) fn bytes(call: &Call) -> Checked {
    let text = call.argument(0);
    let size = text
        .parse::<u64>()
        .map_err(|_| format!("`{text}` is not a number of bytes"))?;
    Ok(reply::typed(
        StatusCode::OK,
        FILLER_TYPE,
        Payload::filler(size, call.paced_context()),
    ))
}

/// Answers in chunks.
pub(crate) fn stream(call: &Call) -> Checked {
    let chunks = call.number("chunks", 10_u64)?;
    let size = call.number("size", 1024_usize)?;
    let delay = call.duration("delay", Duration::ZERO)?;
    if size == 0 || size > LONGEST_PIECE {
        return Err(format!("`size={size}` is not from 1 to {LONGEST_PIECE}"));
    }
    let length = chunks
        .checked_mul(size as u64)
        .ok_or("`chunks` times `size` is too much")?;
    let pace = Pace {
        length,
        piece: size,
        delay,
        size: None,
        end: End::Complete,
    };
    Ok(paced(call, pace))
}

/// Answers byte by byte.
pub(crate) fn drip(call: &Call) -> Checked {
    let length = call.number("bytes", 10_u64)?;
    let delay = call.duration("delay", Duration::from_millis(100))?;
    // An empty body needs no pace, and hyper asks an announced one for nothing.
    if NonZeroU64::new(length).is_none() {
        return Ok(reply::text(StatusCode::OK, ""));
    }
    Ok(paced(
        call,
        Pace {
            length,
            piece: 1,
            delay,
            size: Some(length),
            end: End::Complete,
        },
    ))
}

/// Answers with filler at a pace.
pub(crate) fn paced(call: &Call, pace: Pace) -> hyper::Response<Payload> {
    let body = Payload::Paced(Box::new(Paced::new(pace, call.paced_context())));
    reply::typed(StatusCode::OK, FILLER_TYPE, body)
}

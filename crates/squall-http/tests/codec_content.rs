//! Bodies in every encoding, stacked, cut off and exploding.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::borrow::Cow;

use squall_http::codec::content::{ContentError, decode};

#[path = "codec_content/encode.rs"]
mod encode;

use encode::{br, gzip, raw_deflate, zlib, zstd};

const LIMIT: usize = 1 << 20;

fn text() -> Vec<u8> {
    "The quick brown fox jumps over the lazy dog. "
        .repeat(500)
        .into_bytes()
}

#[test]
fn every_encoding_is_undone() {
    let text = text();
    let check = |encodings: &str, body: Vec<u8>| {
        assert_eq!(
            decode(encodings, &body, LIMIT).unwrap(),
            text,
            "{encodings}"
        );
    };
    check("gzip", gzip(&text));
    check("X-GZip", gzip(&text));
    check("deflate", zlib(&text));
    check("deflate", raw_deflate(&text));
    check("br", br(&text));
    check("zstd", zstd(&text));
    check("identity, gzip", gzip(&text));
    check("br, gzip", gzip(&br(&text)));
    check("zstd ,deflate,  br", br(&zlib(&zstd(&text))));
}

#[test]
fn several_members_and_frames_are_one_body() {
    let two = |body: fn(&[u8]) -> Vec<u8>| [body(b"hello "), body(b"world")].concat();
    assert_eq!(
        decode("gzip", &two(gzip), LIMIT).unwrap(),
        &b"hello world"[..]
    );
    assert_eq!(
        decode("zstd", &two(zstd), LIMIT).unwrap(),
        &b"hello world"[..]
    );
    let skippable = [
        &[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3],
        zstd(b"hello").as_slice(),
    ]
    .concat();
    assert_eq!(decode("zstd", &skippable, LIMIT).unwrap(), &b"hello"[..]);
}

#[test]
fn what_is_not_encoded_is_not_copied() {
    assert!(matches!(
        decode("", b"hello", 1),
        Ok(Cow::Borrowed(b"hello"))
    ));
    assert!(matches!(
        decode("identity", b"hello", 1),
        Ok(Cow::Borrowed(b"hello"))
    ));
    assert!(matches!(decode("gzip", b"", 1), Ok(Cow::Borrowed(b""))));
}

#[test]
fn unknown_encodings_are_named() {
    let error = decode("gzip, compress", b"x", LIMIT).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown content encoding `compress`: gzip, deflate, br and zstd are known"
    );
    assert_eq!(
        decode(&["gzip"; 6].join(","), b"x", LIMIT).unwrap_err(),
        ContentError::TooManyLayers
    );
}

#[test]
fn cut_off_and_broken_bodies_are_refused() {
    let text = text();
    for (encoding, body) in [
        ("gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("br", br(&text)),
        ("zstd", zstd(&text)),
    ] {
        for end in [1, 4, 5, body.len() / 2, body.len() - 1] {
            let result = decode(encoding, &body[..end], LIMIT);
            assert!(
                matches!(result, Err(ContentError::Malformed { .. })),
                "{encoding} {end}: {result:?}"
            );
        }
        assert!(
            matches!(
                decode(encoding, b"certainly not compressed", LIMIT),
                Err(ContentError::Malformed { .. })
            ),
            "{encoding}"
        );
    }
    let mut wrong = gzip(&text);
    let checksum = wrong.len() - 6;
    wrong[checksum] ^= 1;
    assert!(decode("gzip", &wrong, LIMIT).is_err());
}

#[test]
fn bombs_stop_at_the_limit() {
    let zeros = vec![0; 8 << 20];
    for (encoding, body) in [
        ("gzip", gzip(&zeros)),
        ("deflate", raw_deflate(&zeros)),
        ("br", br(&zeros)),
        ("zstd", zstd(&zeros)),
    ] {
        let result = decode(encoding, &body, 1000);
        assert_eq!(
            result.unwrap_err(),
            ContentError::TooLarge { limit: 1000 },
            "{encoding}"
        );
    }
    assert_eq!(
        decode("gzip, gzip", &gzip(&gzip(&zeros)), 20_000).unwrap_err(),
        ContentError::TooLarge { limit: 20_000 }
    );
    assert_eq!(decode("gzip", &gzip(&[0; 1000]), 1000).unwrap().len(), 1000);
}

#[test]
fn a_window_larger_than_the_standard_allows_is_refused() {
    let huge = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70, 0x01, 0x00, 0x00];
    let error = decode("zstd", &huge, LIMIT).unwrap_err();
    assert_eq!(
        error.to_string(),
        "body is not valid zstd: window is larger than 8 MiB"
    );
}

//! Encoded bodies.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

use crate::client::{Client, target};

const TEXT: &str = include_str!("../../assets/text.txt");

#[test]
fn gzip_and_deflate_decode_to_the_text() {
    let target = target();
    let mut client = Client::connect(&target);
    let mut text = String::new();
    let answer = client.get("/gzip");
    assert_eq!(answer.header("content-encoding"), "gzip");
    GzDecoder::new(answer.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, TEXT);

    text.clear();
    let answer = client.get("/deflate");
    assert_eq!(answer.header("content-encoding"), "deflate");
    ZlibDecoder::new(answer.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, TEXT);
}

#[test]
fn brotli_decodes_to_the_text() {
    let target = target();
    let answer = Client::connect(&target).get("/br");
    assert_eq!(answer.header("content-encoding"), "br");
    let mut text = String::new();
    brotli_decompressor::Decompressor::new(answer.body.as_slice(), 4096)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, TEXT);
}

#[test]
fn zstd_decodes_to_the_text() {
    let target = target();
    let answer = Client::connect(&target).get("/zstd");
    assert_eq!(answer.header("content-encoding"), "zstd");
    let mut text = String::new();
    ruzstd::decoding::StreamingDecoder::new(answer.body.as_slice())
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, TEXT);
}

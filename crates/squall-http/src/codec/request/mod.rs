//! Writes requests: heads, escaping, credentials, chunks and multipart bodies.
//!
//! The client composes what is fixed once ([`write_head`] and the single pieces), and at each request only appends what varies.

mod auth;
mod error;
mod escape;
mod head;
pub mod multipart;

pub use auth::{write_basic, write_bearer};
pub use error::RequestError;
pub use escape::{encode_form_value, encode_path_segment, encode_query_value};
pub use head::{
    LAST_CHUNK, check_header_name, check_header_value, write_chunk_size, write_content_length,
    write_end, write_head, write_header, write_request_line,
};

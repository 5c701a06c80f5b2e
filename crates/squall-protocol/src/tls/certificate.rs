//! What a certificate says, for people who read it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// What a certificate says; nothing of it is verified here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is, as a distinguished name (RFC 4514).
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// First second of its validity, since 1970.
    pub not_before: i64,
    /// Last second of its validity, since 1970.
    pub not_after: i64,
    /// Names and addresses that it is for (`subjectAltName`, RFC 5280 section 4.2.1.6).
    pub names: Vec<String>,
}

impl Certificate {
    /// Reads a certificate; `None` where it is not one.
    pub fn parse(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let alternatives = certificate.subject_alternative_name().ok().flatten();
        let names = alternatives
            .iter()
            .flat_map(|names| &names.value.general_names);
        let validity = certificate.validity();
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: validity.not_before.timestamp(),
            not_after: validity.not_after.timestamp(),
            names: names.map(name).collect(),
        })
    }
}

fn name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::URI(uri) => (*uri).to_owned(),
        GeneralName::RFC822Name(address) => (*address).to_owned(),
        GeneralName::IPAddress(bytes) => address(bytes),
        other => other.to_string(),
    }
}

fn address(bytes: &[u8]) -> String {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    let v6 = <[u8; 16]>::try_from(bytes).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)));
    match v4.or(v6) {
        Ok(address) => address.to_string(),
        Err(_) => format!("an address of {} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_tells_whose_it_is_and_what_for() {
        let mut params = CertificateParams::new(vec!["shop.test".to_owned()]).unwrap();
        params
            .subject_alt_names
            .push(SanType::IpAddress([127, 0, 0, 1].into()));
        params
            .subject_alt_names
            .push(SanType::IpAddress("::1".parse().unwrap()));
        params
            .distinguished_name
            .push(DnType::CommonName, "the shop");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let read = Certificate::parse(signed.der()).unwrap();
        assert!(read.subject.contains("CN=the shop"), "{}", read.subject);
        assert_eq!(read.subject, read.issuer);
        assert_eq!(read.names, ["shop.test", "127.0.0.1", "::1"]);
        assert_eq!(
            (read.not_before, read.not_after),
            (1_577_836_800, 1_609_459_200)
        );
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert_eq!(Certificate::parse(&CertificateDer::from(vec![1, 2])), None);
    }
}

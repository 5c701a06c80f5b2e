//! Makes `squall.xsd` of the columns, so that the two cannot differ.

use std::fmt::Write;

use crate::files::columns::{Kind, Row};
use crate::files::rows::{
    Common, Custom, Errors, Events, Messages, Metrics, Runs, Streams, System, Thresholds,
};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- What the `xml` reporter of Squall writes. Made of the columns by a test; empty fields are left out. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:complexType name="tags">
    <xs:sequence>
      <xs:element name="tag" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="name" type="xs:string"/>
            <xs:element name="value" type="xs:string"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
"#;

/// Writes the whole schema.
pub(super) fn schema() -> String {
    let mut text = HEAD.to_owned();
    root::<Events>(&mut text);
    root::<Messages>(&mut text);
    root::<Streams>(&mut text);
    root::<Metrics>(&mut text);
    root::<Common>(&mut text);
    root::<Errors>(&mut text);
    root::<Custom>(&mut text);
    root::<Thresholds>(&mut text);
    root::<Runs>(&mut text);
    root::<System>(&mut text);
    text.push_str("</xs:schema>\n");
    text
}

fn root<R: Row>(text: &mut String) {
    let mut fields = String::new();
    for column in R::COLUMNS {
        let kind = match column.kind {
            Kind::Text => "xs:string",
            Kind::Count => "xs:unsignedLong",
            Kind::Float => "xs:double",
            Kind::Time => "xs:dateTime",
            Kind::Tags => "tags",
        };
        let name = column.name;
        writeln!(
            fields,
            "              <xs:element name=\"{name}\" type=\"{kind}\" minOccurs=\"0\"/>"
        )
        .unwrap();
    }
    let (root, row) = (R::TABLE, R::NAME);
    write!(
        text,
        r#"  <xs:element name="{root}">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="{row}" minOccurs="0" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence>
{fields}            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="version" type="xs:positiveInteger" use="required"/>
    </xs:complexType>
  </xs:element>
"#
    )
    .unwrap();
}

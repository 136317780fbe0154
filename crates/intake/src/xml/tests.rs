//! The XML reader against small documents, hostile ones, and another reader.
//!
//! Place in the flow: unit tests of [`super::Xml`].
//!
//! Left to others: workbooks (the tests of the crate).

use proptest::prelude::*;
use quick_xml::{
    Reader,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::*;

/// Gives a few bytes at a time.
struct Slow<'t>(&'t [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

fn nodes(text: &str, at_a_time: usize, limits: &Limits) -> Result<String, IntakeError> {
    let mut xml = Xml::new(Slow(text.as_bytes(), at_a_time), "p.xml", limits);
    let mut seen = String::new();
    loop {
        match xml.next()? {
            Node::Open(element) => {
                seen.push_str(&format!("<{}", String::from_utf8_lossy(element.name())));
                if let Some(value) = element.attribute(b"r")? {
                    seen.push_str(&format!(" r={value}"));
                }
                seen.push('>');
            }
            Node::Close(name) => seen.push_str(&format!("</{}>", String::from_utf8_lossy(name))),
            Node::Text(text) => seen.push_str(text),
            Node::Nothing => {}
            Node::End => return Ok(seen),
        }
    }
}

fn check(text: &str, expected: Result<&str, &str>) {
    for at_a_time in [1, 2, 3, 5, 1000] {
        let found = nodes(text, at_a_time, &Limits::standard());
        match expected {
            Ok(expected) => assert_eq!(found.unwrap(), expected, "{text} by {at_a_time}"),
            Err(part) => {
                let message = found.unwrap_err().to_string();
                assert!(message.contains(part), "{text} by {at_a_time}: {message}");
            }
        }
    }
}

#[test]
fn the_xml_of_workbooks() {
    check("<a/>", Ok("<a></a>"));
    check("\u{feff}<a/>", Ok("<a></a>"));
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><x:a r=\"1&lt;\"><!-- c --><?p?>t</x:a>",
        Ok("<a r=1<>t</a>"),
    );
    check(
        "<a>1 &amp; 2 &#65;&#x42;<![CDATA[<&]]>\r\nx\ry</a>",
        Ok("<a>1 & 2 AB<&\nx\ny</a>"),
    );
    check("<a r = '>\"/>' ></a >", Ok("<a r=>\"/>></a>"));
    check("<a\n\tr='1'/>", Ok("<a r=1></a>"));
    check("<a><!--> --->--></a>", Ok("<a>--></a>"));
    check("<a><![CDATA[]]><![CDATA[]]]]></a>", Ok("<a>]]</a>"));
    check("<a>> ]]></a>", Ok("<a>> ]]></a>"));
}

#[test]
fn what_is_no_xml_of_workbooks() {
    check(
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        Err("document type"),
    );
    check("<a>&b;</a>", Err("entity"));
    check("<a r='&b;'/>", Err("entity"));
    check("<a>&#0;</a>", Err("character"));
    check("<a>& b</a>", Err("not well-formed"));
    check(
        &format!("<a>&{};</a>", "b".repeat(100)),
        Err("not well-formed"),
    );
    check("<a><b></a>", Err("not well-formed"));
    check("<a></b>", Err("not well-formed"));
    check("<x:a></a>", Err("not well-formed"));
    check("</a>", Err("not well-formed"));
    check("<a></>", Err("not well-formed"));
    check("<>", Err("not well-formed"));
    check("< a/>", Err("not well-formed"));
    check("<a", Err("not well-formed"));
    check("<a r='", Err("not well-formed"));
    check("<a><!-- ", Err("not well-formed"));
    check("<a><!x></a>", Err("not well-formed"));
    check("<a><b>", Err("too early"));
    check("", Err("too early"));
    check("plain", Err("too early"));
    check(
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        Err("`UTF-16`"),
    );
    check(&"<a>".repeat(300), Err("deeper than 256"));
}

#[test]
fn an_error_names_the_byte_after_what_is_wrong() {
    check("<a></b>", Err("byte 7: "));
    check("<a>é</b>", Err("byte 9: "));
    check(
        &format!("<a>{}</b>", "<c/>".repeat(50_000)),
        Err("byte 200007: "),
    );
}

#[test]
fn a_huge_tag_or_text_is_not_held() {
    let limits = Limits {
        cell_bytes: 1000,
        ..Limits::standard()
    };
    for text in [
        format!("<a>{}</a>", "x".repeat(100_000)),
        format!("<a r='{}'/>", "x".repeat(100_000)),
        format!("<a><!--{}--></a>", "x".repeat(100_000)),
        format!("<a><![CDATA[{}]]></a>", "x".repeat(100_000)),
        format!("<a><?{}?></a>", "x".repeat(100_000)),
    ] {
        let error = nodes(&text, 512, &limits).unwrap_err();
        assert!(error.to_string().contains("larger than 1000"), "{error}");
        let mut xml = Xml::new(text.as_bytes(), "p.xml", &limits);
        while xml.next().is_ok() {}
        assert!(xml.window.get(0..10_000).is_empty());
    }
}

/// The same nodes as another reader sees them.
fn oracle(text: &str) -> Option<String> {
    let mut reader = Reader::from_reader(text.as_bytes());
    let (mut seen, mut depth, mut began) = (String::new(), 0_u32, false);
    let mut buffer = Vec::new();
    let open = |seen: &mut String, start: &BytesStart<'_>| {
        seen.push_str(&format!(
            "<{}",
            String::from_utf8_lossy(start.local_name().as_ref())
        ));
        if let Some(value) = start.try_get_attribute("r").unwrap() {
            seen.push_str(&format!(" r={}", String::from_utf8_lossy(&value.value)));
        }
        seen.push('>');
    };
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) => {
                (depth, began) = (depth + 1, true);
                open(&mut seen, &start);
            }
            Event::Empty(start) => {
                began = true;
                open(&mut seen, &start);
                seen.push_str(&format!(
                    "</{}>",
                    String::from_utf8_lossy(start.local_name().as_ref())
                ));
            }
            Event::End(end) => {
                depth -= 1;
                seen.push_str(&format!(
                    "</{}>",
                    String::from_utf8_lossy(end.local_name().as_ref())
                ));
            }
            Event::Text(text) => seen.push_str(std::str::from_utf8(&text).ok()?),
            Event::CData(text) => seen.push_str(std::str::from_utf8(&text).ok()?),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(character) => seen.push(character),
                None => seen.push_str(resolve_xml_entity(std::str::from_utf8(&name).ok()?)?),
            },
            Event::DocType(_) => return None,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return (began && depth == 0).then_some(seen),
        }
        buffer.clear();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn nodes_are_those_of_another_reader(
        text in "(<a>|</a>|<b r=\"1\">|</b>|<x:b r='>'/>|x|>|&amp;|&#x41;|<!--c-->|<\\?p?\\?>|<!\\[CDATA\\[<\\]\\]>| |é|&b;){0,9}",
        at_a_time in 1..9_usize,
    ) {
        for text in [text.clone(), format!("<a>{text}</a>")] {
            let found = nodes(&text, at_a_time, &Limits::standard()).ok();
            prop_assert_eq!(found, oracle(&text), "{}", text);
        }
    }

    #[test]
    fn no_bytes_crash_it(text in "[<>/!?&;#x'\"= \\[\\]ab-]{0,40}", at_a_time in 1..9_usize) {
        let slow = nodes(&text, at_a_time, &Limits::standard());
        prop_assert_eq!(slow, nodes(&text, 1000, &Limits::standard()));
    }
}

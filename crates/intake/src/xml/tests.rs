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
                seen.push_str(&format!("<{}", String::from_utf8_lossy(element.tag().1)));
                if let Some(value) = element.plain(b"r")? {
                    seen.push_str(&format!(" r={value}"));
                }
                seen.push('>');
            }
            Node::Close((_, name)) => {
                seen.push_str(&format!("</{}>", String::from_utf8_lossy(name)))
            }
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
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><x:a xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main' r=\"1&lt;\"><!-- c --><?p?>t</x:a>",
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
    check("plain", Err("not well-formed"));
    check("<a/><a/>", Err("not well-formed"));
    check("<a></a><a/>", Err("not well-formed"));
    check("<a/> x", Err("not well-formed"));
    check("<a/>&#32;", Err("not well-formed"));
    check("<a r='1' r='2'/>", Err("attribute twice"));
    check("<a r='1's='2'/>", Err("not XML"));
    let many: String = (0..200).map(|n| format!(" a{n}=''")).collect();
    check(&format!("<a{many}/>"), Err("more than 128"));
    check(
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        Err("`UTF-16`"),
    );
    check(&"<a>".repeat(300), Err("deeper than 256"));
}

#[test]
fn names_count_by_their_namespace() {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let check = |inside: &str, expected: &str| {
        let text = format!("<a xmlns='{MAIN}' xmlns:m='{MAIN}' xmlns:x='urn:x'>{inside}</a>");
        let mut xml = Xml::new(text.as_bytes(), "p.xml", &Limits::standard());
        let mut seen = Vec::new();
        loop {
            match xml.next().unwrap() {
                Node::Open(element) => {
                    seen.push(String::from_utf8_lossy(element.main()).into_owned())
                }
                Node::Close((space, name)) => {
                    let name = if space == Space::Main { name } else { b"" };
                    seen.push(format!("/{}", String::from_utf8_lossy(name)));
                }
                Node::Text(_) | Node::Nothing => {}
                Node::End => break,
            }
        }
        let inner = seen[1..seen.len() - 1].join(" ");
        assert_eq!(inner, expected, "{inside}");
    };
    check("<b/><m:c/>", "b /b c /c");
    check("<x:b/><x:c><d/></x:c><d/>", "d /d");
    check("<y:b/><b/>", "b /b");
    check("<b xmlns='urn:x'><c/></b><d/>", "d /d");
    check("<b xmlns=''><c/></b><d/>", "  / / d /d");
    check(
        "<x:b xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'/><x:c/>",
        "b /b",
    );
    check("<m:b xmlns:m='urn:x'/><m:c/>", "c /c");
    check(
        "<b xmlns:y='http://schemas.openxmlformats.org/spreadsheetml/2006/&#109;ain'><y:c/></b><y:d/>",
        "b c /c /b",
    );
}

#[test]
fn what_two_programs_would_read_differently() {
    let check = |inside: &str, is_good: bool| {
        let text = format!(
            "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' \
             xmlns:x='urn:x' xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>\
             {inside}</worksheet>"
        );
        let found = nodes(&text, 1000, &Limits::standard());
        assert_eq!(found.is_ok(), is_good, "{inside}");
    };
    check("<sheetData><x:row/></sheetData>", true);
    check(
        "<mc:AlternateContent><mc:Choice><controls/></mc:Choice></mc:AlternateContent>",
        true,
    );
    check(
        "<mc:AlternateContent><mc:Choice><sheetData/></mc:Choice></mc:AlternateContent>",
        false,
    );
    check("<sheetData><mc:AlternateContent/></sheetData>", false);
    check(
        "<sheetData><row><c><mc:AlternateContent/></c></row></sheetData>",
        false,
    );
    check("<sheetData><x:wrap><row/></x:wrap></sheetData>", false);
    check("<x:wrap><sheetData/></x:wrap>", false);
    check(
        "<extLst><ext><x:a><x:sheetData/></x:a></ext></extLst>",
        true,
    );
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
        if start.name().prefix().is_some() {
            return;
        }
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
            Event::Start(_) | Event::Empty(_) if began && depth == 0 => return None,
            Event::GeneralRef(_) if depth == 0 => return None,
            Event::Text(text) if depth == 0 && !text.trim_ascii().is_empty() => return None,
            Event::CData(text) if depth == 0 && !text.trim_ascii().is_empty() => return None,
            Event::Start(start) => {
                (depth, began) = (depth + 1, true);
                open(&mut seen, &start);
            }
            Event::Empty(start) => {
                began = true;
                open(&mut seen, &start);
                if start.name().prefix().is_none() {
                    seen.push_str(&format!(
                        "</{}>",
                        String::from_utf8_lossy(start.local_name().as_ref())
                    ));
                }
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

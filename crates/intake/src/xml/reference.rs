//! The references XML has without a document type: five entities and characters by number.
//!
//! Place in the flow: in texts ([`super::Xml`]) and attributes ([`super::element`]).
//!
//! Left to others: refusing every other entity with its place.

/// Adds the character that `&name;` stands for, or says why there is none.
pub(super) fn resolve(name: &[u8], text: &mut String) -> Result<(), &'static str> {
    let character = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => numbered(digits, 16)?,
        [b'#', digits @ ..] => numbered(digits, 10)?,
        _ => return Err("it uses an XML entity"),
    };
    text.push(character);
    Ok(())
}

fn numbered(digits: &[u8], radix: u32) -> Result<char, &'static str> {
    let digits = std::str::from_utf8(digits).unwrap_or("");
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, radix)
        .ok()
        .filter(|_| is_plain)
        .and_then(char::from_u32)
        .filter(|character| matches!(character, '\t' | '\n' | '\r' | ' '..))
        .ok_or("it refers to a character that XML does not have")
}

/// A text with its references resolved; `None` where one stands for nothing.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        result.push_str(before);
        let (name, after) = after.split_once(';')?;
        resolve(name.as_bytes(), &mut result).ok()?;
        rest = after;
    }
    result.push_str(rest);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (text, expected) in [
            ("", Some("")),
            ("a &amp;&lt;&gt;&quot;&apos; b", Some("a &<>\"' b")),
            ("&#65;&#x42;&#x1F980;", Some("AB🦀")),
            ("&#10;", Some("\n")),
            ("&#0;", None),
            ("&#xD800;", None),
            ("&#+65;", None),
            ("&#;", None),
            ("&#xFFFFFFFFFF;", None),
            ("&nbsp;", None),
            ("&", None),
            ("&amp", None),
        ] {
            assert_eq!(unescape(text).as_deref(), expected, "{text}");
        }
    }
}

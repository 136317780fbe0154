//! The labelled addresses of usaddress (MIT, tests/data/LICENSE-usaddress.txt), read for tests and benches.
#![allow(dead_code)]

/// The rows of all four sets.
pub fn sets() -> Vec<Labelled> {
    [
        include_str!("../data/labeled.xml"),
        include_str!("../data/us50_train_tagged.xml"),
        include_str!("../data/multi_word_state_addresses.xml"),
        include_str!("../data/simple_address_patterns.xml"),
    ]
    .iter()
    .flat_map(|xml| labelled(xml))
    .collect()
}

/// Whether a row states what LAW check 4 asks for: a house number and a street name, or a box number; no
/// crossing, no words labelled `NotAddress`. House number zero is no house number.
pub fn counts(row: &Labelled) -> bool {
    let street = row.has("AddressNumber") && row.has("StreetName");
    let boxed = row.has("USPSBoxID") && row.has("USPSBoxType");
    let number = row.text(&["AddressNumber"]);
    let numbered = number != "0"
        && number
            .chars()
            .any(|c| c.is_ascii_digit() || c == 'o' || c == 'O');
    (boxed || (street && numbered))
        && !row.has("IntersectionSeparator")
        && !row.has("NotAddress")
        && !row.has("CornerOf")
}

/// One labelled address: label and word, in order.
pub struct Labelled(pub Vec<(String, String)>);

impl Labelled {
    /// The words with one of some labels, joined by spaces.
    pub fn text(&self, labels: &[&str]) -> String {
        let words = self
            .0
            .iter()
            .filter(|(label, _)| labels.contains(&label.as_str()));
        words
            .map(|(_, word)| word.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether a label occurs.
    pub fn has(&self, label: &str) -> bool {
        self.0.iter().any(|(known, _)| known == label)
    }

    /// All words that are not one of some labels, joined by spaces.
    pub fn without(&self, labels: &[&str]) -> String {
        let words = self
            .0
            .iter()
            .filter(|(label, _)| !labels.contains(&label.as_str()));
        words
            .map(|(_, word)| word.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Reads the addresses of one file: `<AddressString><Label>word</Label> …</AddressString>`.
pub fn labelled(xml: &str) -> Vec<Labelled> {
    xml.split("<AddressString>").skip(1).map(one).collect()
}

fn one(text: &str) -> Labelled {
    let body = text.split("</AddressString>").next().unwrap();
    let mut words = Vec::new();
    for part in body.split('<').skip(1) {
        if let Some((label, word)) = part.split_once('>')
            && !label.starts_with('/')
        {
            let word = word
                .replace("&amp;", "&")
                .replace("&apos;", "'")
                .replace("&#189;", "½");
            words.push((label.to_owned(), word));
        }
    }
    Labelled(words)
}

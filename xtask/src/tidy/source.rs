//! Rust text without its comments and strings, and what of it is tests.
//!
//! Place in the flow: [`super::lengths`] and [`super::seeds`] read production code through [`Source`].
//! It is a scanner, not a parser: it knows comments, strings, characters and braces, which is enough
//! for text that `rustfmt` has formatted.
//!
//! Left to others: grammar (the compiler).

/// One Rust file, scanned.
#[derive(Debug, Clone)]
pub struct Source {
    /// The text with comments, strings, characters and tests blanked; line breaks stay.
    code: Vec<char>,
    /// Lines of the file that are not in a test item.
    production_lines: usize,
}

/// A function and its length, from `fn` to its closing brace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// Lines it spans.
    pub lines: usize,
}

impl Source {
    /// Scans a file's text.
    pub fn scan(text: &str) -> Self {
        let original: Vec<char> = text.chars().collect();
        let mut code = blank(&original);
        let mut in_tests = 0_usize;
        let mut from = 0;
        while let Some((start, end)) = next_test(&original, &code, from) {
            let broken = lines_between(&code, start, end);
            in_tests = in_tests.saturating_add(broken.saturating_add(1));
            erase(&mut code, start, end);
            from = end;
        }
        let production_lines = text.lines().count().saturating_sub(in_tests);
        Self {
            code,
            production_lines,
        }
    }

    /// Lines that are not in an item marked `#[cfg(test)]` or `#[cfg(feature = "testing")]`.
    pub const fn production_lines(&self) -> usize {
        self.production_lines
    }

    /// The blanked lines, numbered from 1.
    pub fn lines(&self) -> Vec<(usize, String)> {
        let code: String = self.code.iter().collect();
        code.lines()
            .enumerate()
            .map(|(index, line)| (index.saturating_add(1), line.to_owned()))
            .collect()
    }

    /// Every function with a body that is not in a test.
    pub fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        let mut place = 0;
        while let Some(start) = find(&self.code, "fn ", place) {
            place = start.saturating_add(2);
            let before = start.checked_sub(1).and_then(|index| self.code.get(index));
            if before.copied().is_some_and(is_word) {
                continue;
            }
            functions.extend(self.function_at(start));
        }
        functions
    }

    fn function_at(&self, start: usize) -> Option<Function> {
        let rest = self.code.get(start.saturating_add(3)..)?;
        let name: String = rest.iter().take_while(|letter| is_word(**letter)).collect();
        let end = item_end(&self.code, start)?;
        if name.is_empty() || self.code.get(end) == Some(&';') {
            return None;
        }
        let line = lines_between(&self.code, 0, start).saturating_add(1);
        Some(Function {
            name,
            line,
            lines: lines_between(&self.code, start, end).saturating_add(1),
        })
    }
}

/// The modules a file declares for tests only: `#[cfg(test)]` or the feature `testing`, then `mod NAME;`.
pub fn test_modules(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let mut is_marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(feature = \"testing\")]") {
            is_marked = true;
        } else if !line.starts_with("#[") {
            let name = line
                .split_once("mod ")
                .and_then(|(_, rest)| rest.strip_suffix(';'));
            modules.extend(name.filter(|_| is_marked).map(str::to_owned));
            is_marked = false;
        }
    }
    modules
}

/// Whether a letter can stand in a name.
pub fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn lines_between(code: &[char], start: usize, end: usize) -> usize {
    code.get(start..end).map_or(0, |part| {
        part.iter().filter(|letter| **letter == '\n').count()
    })
}

fn erase(code: &mut [char], start: usize, end: usize) {
    for letter in code.iter_mut().take(end.saturating_add(1)).skip(start) {
        if *letter != '\n' {
            *letter = ' ';
        }
    }
}

fn find(code: &[char], word: &str, from: usize) -> Option<usize> {
    let word: Vec<char> = word.chars().collect();
    let rest = code.get(from..)?;
    rest.windows(word.len())
        .position(|window| window == word)
        .map(|index| index.saturating_add(from))
}

/// Start and end of the next item that is a test.
fn next_test(original: &[char], code: &[char], from: usize) -> Option<(usize, usize)> {
    let mut place = from;
    while let Some(start) = find(code, "#[cfg(", place) {
        place = start.saturating_add(1);
        let inside: String = original
            .get(start.saturating_add(6)..)?
            .iter()
            .take(24)
            .collect();
        let is_test = ["test)", "any(test,", "all(test,", "feature = \"testing\""];
        if is_test.iter().any(|prefix| inside.starts_with(prefix)) {
            let end = item_end(code, start)?;
            return Some((start, end));
        }
    }
    None
}

/// The place of the brace or semicolon that ends the item at `start`, its attributes included.
fn item_end(code: &[char], start: usize) -> Option<usize> {
    let mut braces = 0_usize;
    let mut others = 0_usize;
    for (index, letter) in code.iter().enumerate().skip(start) {
        match letter {
            '(' | '[' => others = others.saturating_add(1),
            ')' | ']' => others = others.saturating_sub(1),
            '{' => braces = braces.saturating_add(1),
            '}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 && others == 0 {
                    return Some(index);
                }
            }
            ';' if braces == 0 && others == 0 => return Some(index),
            _ => {}
        }
    }
    None
}

/// Blanks comments, strings and characters. The length and the line breaks stay as they are.
fn blank(text: &[char]) -> Vec<char> {
    let mut code = text.to_vec();
    let mut place = 0;
    while place < text.len() {
        let end = match text.get(place..).unwrap_or_default() {
            ['/', '/', ..] => after(text, place, |rest| rest.first() == Some(&'\n')),
            ['/', '*', ..] => comment_end(text, place),
            ['"', ..] => string_end(text, place),
            ['r', '#' | '"', ..] if starts_raw(text, place) => raw_string_end(text, place),
            ['\'', '\\', _, rest @ ..] => {
                let to_quote = rest.iter().position(|letter| *letter == '\'').unwrap_or(0);
                place.saturating_add(to_quote).saturating_add(4)
            }
            ['\'', letter, '\'', ..] if *letter != '\'' => place.saturating_add(3),
            _ => {
                place = place.saturating_add(1);
                continue;
            }
        };
        erase(&mut code, place, end.saturating_sub(1));
        place = end;
    }
    code
}

/// The first place from `from` on at which the test holds for the rest of the text.
fn after(text: &[char], from: usize, test: impl Fn(&[char]) -> bool) -> usize {
    let is_end = |index: &usize| test(text.get(*index..).unwrap_or_default());
    (from..text.len()).find(is_end).unwrap_or(text.len())
}

fn comment_end(text: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut place = start;
    while let Some(pair) = text.get(place..place.saturating_add(2)) {
        match pair {
            ['/', '*'] => depth = depth.saturating_add(1),
            ['*', '/'] => depth = depth.saturating_sub(1),
            _ => {
                place = place.saturating_add(1);
                continue;
            }
        }
        place = place.saturating_add(2);
        if depth == 0 {
            return place;
        }
    }
    text.len()
}

fn string_end(text: &[char], start: usize) -> usize {
    let mut place = start.saturating_add(1);
    while let Some(letter) = text.get(place) {
        match letter {
            '\\' => place = place.saturating_add(2),
            '"' => return place.saturating_add(1),
            _ => place = place.saturating_add(1),
        }
    }
    text.len()
}

/// Whether `r` opens a raw string: it begins a word (or follows `b` or `c`), and hashes end in a quote.
fn starts_raw(text: &[char], place: usize) -> bool {
    let before = text.get(..place).unwrap_or_default();
    let is_free = match before {
        [.., first, 'b' | 'c'] => !is_word(*first),
        [.., last] => !is_word(*last),
        [] => true,
    };
    let mut rest = text
        .iter()
        .skip(place.saturating_add(1))
        .skip_while(|letter| **letter == '#');
    is_free && rest.next() == Some(&'"')
}

fn raw_string_end(text: &[char], start: usize) -> usize {
    let hashes = text
        .iter()
        .skip(start.saturating_add(1))
        .take_while(|letter| **letter == '#')
        .count();
    let mut close = vec!['"'];
    close.extend(std::iter::repeat_n('#', hashes));
    let inside = start.saturating_add(2).saturating_add(hashes);
    after(text, inside, |rest| rest.starts_with(&close)).saturating_add(close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_blank(text: &str, expected: &str) {
        let letters: Vec<char> = text.chars().collect();
        let blanked: String = blank(&letters).into_iter().collect();
        assert_eq!(blanked.chars().count(), letters.len(), "{text}");
        assert_eq!(
            blanked.split_whitespace().collect::<Vec<_>>().join(" "),
            expected,
            "{text}"
        );
    }

    #[test]
    fn comments_strings_and_characters_vanish() {
        check_blank("a // b { \n c", "a c");
        check_blank("a /* { /* } */ { */ b", "a b");
        check_blank("x = \"a { \\\" }\"; y", "x = ; y");
        check_blank("x = r#\"a \" { \"#; y", "x = ; y");
        check_blank("x = br\"{\"; y", "x = b ; y");
        check_blank(
            "x = '{'; y = '\\''; z = '\\u{7d}'; w",
            "x = ; y = ; z = ; w",
        );
        check_blank("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
        check_blank("r#type + for\"{\"", "r#type + for");
        check_blank("b'\"' + b", "b + b");
        check_blank("\"unclosed {", "");
    }

    fn check_functions(text: &str, expected: &[(&str, usize, usize)]) {
        let found = Source::scan(text).functions();
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.name.as_str(), f.line, f.lines))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn functions_are_measured() {
        check_functions("fn a(x: [u8; { 3 }]) {\n}", &[("a", 1, 2)]);
        check_functions(
            "fn a() {}\n\npub fn b(\n    x: u8,\n) -> u8 {\n    x\n}\n",
            &[("a", 1, 1), ("b", 3, 5)],
        );
        check_functions("trait T {\n    fn a();\n    fn b() { }\n}", &[("b", 3, 1)]);
        check_functions("type F = fn (u8) -> u8;\nconst fn_x: u8 = 1;", &[]);
        check_functions(
            "fn a(x: [u8; 3]) {\n    // }\n    \"}\";\n}",
            &[("a", 1, 4)],
        );
        check_functions(
            "#[cfg(test)]\nmod tests {\n    fn a() {}\n}\nfn b() {}",
            &[("b", 5, 1)],
        );
    }

    #[test]
    fn tests_are_not_production() {
        let check = |text: &str, expected| {
            assert_eq!(Source::scan(text).production_lines(), expected, "{text}")
        };
        check("a\nb\n", 2);
        check("a\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n    {}\n}\n", 1);
        check("a\n#[cfg(test)]\nmod tests;\nb\n", 2);
        check("a\n#[cfg(feature = \"testing\")]\nmod tests;\nb\n", 2);
        check("a\n#[cfg(feature = \"parquet\")]\nmod parquet;\nb\n", 4);
        check("#[cfg(any(test, feature = \"x\"))]\nfn a() {\n}\nb", 1);
    }

    #[test]
    fn modules_for_tests_are_found() {
        let text = "pub mod a;\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod b;\nmod c;\n#[cfg(feature = \"testing\")]\npub mod d;\n";
        assert_eq!(test_modules(text), ["b", "d"]);
    }
}

//! The end of the way: release, responses opened, bundles verified, truth compared, everything counted.
//!
//! Place in the flow: after the last decision.
//!
//! Left to others: opening addresses (gate and keepers), checking bundles (countersign-verify).

use std::{collections::BTreeMap, fs};

use model::answer::Answer;
use serde_json::Value;

use super::{
    Demo, DemoError, DemoReport, TRANSCRIPT, keepers, number,
    request::Submitted,
    response::{self, Answered},
    tell::seconds,
    text,
    tools::{Line, Program},
    truth::{self, Compared, Sources},
};

/// Answers with the keys of the receipt's counts, in the order of the table.
const ANSWERS: [(Answer, &str); 6] = [
    (Answer::Confirmed, "confirmed"),
    (Answer::Disclosed, "disclosed"),
    (Answer::NoDisclosure, "no_disclosure"),
    (Answer::Declined, "declined"),
    (Answer::Rejected, "rejected"),
    (Answer::Pending, "pending"),
];

impl Demo<'_> {
    pub(super) fn release(
        &mut self,
        submitted: &Submitted,
    ) -> Result<BTreeMap<String, u64>, DemoError> {
        self.tell.step(
            "Log before open, then released together",
            "One leaf for every admitted row goes to the log, whatever came of it. Keepers follow the log, \
             check it and cosign; only then do they check each warrant from scratch and give their values, \
             and one address at a time opens. All answers issue at once.",
        );
        let line = self
            .gate("release")
            .with(&submitted.request)
            .option("--as", "OP-1");
        let report = self.show_json(&self.at_home(line), &[0])?;
        let rows = number(&report, "rows");
        let counts: BTreeMap<String, u64> = ANSWERS
            .into_iter()
            .map(|(_, key)| (key.to_owned(), number(&report, key)))
            .collect();
        self.tell.say(&format!(
            "{rows} rows = {} confirmed + {} disclosed + {} no disclosure + {} declined + {} rejected.",
            number(&report, "confirmed"),
            number(&report, "disclosed"),
            number(&report, "no_disclosure"),
            number(&report, "declined"),
            number(&report, "rejected"),
        ));
        if counts.values().sum::<u64>() != rows {
            return Err(DemoError::Check(
                "the answers do not add up to the rows".to_owned(),
            ));
        }
        self.keeper_log()?;
        Ok(counts)
    }

    /// What one keeper wrote down of the warrants it was asked to serve.
    fn keeper_log(&mut self) -> Result<(), DemoError> {
        let path = keepers::log_file(&self.path("keepers"), "k1");
        let log = fs::read_to_string(&path).map_err(DemoError::file(&path))?;
        let warrants: Vec<&str> = log.lines().filter(|line| line.contains(" open ")).collect();
        self.tell.say(&format!(
            "Keeper k1 was asked for its values {} times; the last line about it in its log:",
            warrants.len()
        ));
        if let Some(line) = warrants.last() {
            self.tell.say(&format!("  {line}"));
        }
        Ok(())
    }

    pub(super) fn open_responses(
        &mut self,
        submitted: &Submitted,
    ) -> Result<Vec<Answered>, DemoError> {
        self.tell.step(
            "Each officer opens their own response",
            "One workbook for each named officer, encrypted to that officer alone. The demonstration holds \
             the officers' identities and opens them with the age library; any age tool does the same.",
        );
        let from = self.path("gate").join("responses").join(&submitted.request);
        let to = self.path("responses");
        fs::create_dir_all(&to).map_err(DemoError::file(&to))?;
        let (mut answers, mut said) = (Vec::new(), 0);
        for officer in self.officers() {
            let file = from.join(format!("{officer}.xlsx.age"));
            if !file.exists() {
                continue;
            }
            let identity = self.keys().identity(&officer);
            let out = to.join(format!("{officer}.xlsx"));
            if said == 0 {
                self.tell.command(&format!(
                    "age --decrypt -i {} -o {} {}",
                    identity.display(),
                    out.display(),
                    file.display()
                ));
            }
            said += 1;
            let workbook = response::decrypt(&file, &identity)?;
            fs::write(&out, &workbook).map_err(DemoError::file(&out))?;
            let own = response::answers(&workbook)?;
            self.tell.say(&format!(
                "{}: rows confirmed or disclosed: {}",
                out.display(),
                own.len()
            ));
            answers.extend(own);
        }
        if said == 0 {
            self.tell.say("No row names an officer of the roster, so there is no response; the receipt counts all rows.");
        }
        let receipt = from.join("receipt.note");
        let copy = to.join("receipt.note");
        fs::copy(&receipt, &copy).map_err(DemoError::file(&receipt))?;
        self.tell
            .say(&format!("The gate's signed receipt: {}", copy.display()));
        Ok(answers)
    }

    pub(super) fn verify(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "The auditor's check",
            "The public bundle lets anyone check order, signatures, approvals, budgets and counts. The sealed \
             one, for an entitled inspector, opens every commitment, so that each decision can be checked \
             again. The checker is a program of its own and trusts nothing but the genesis digest.",
        );
        let digest = self.genesis_digest()?;
        for (name, official, sealed) in [
            ("bundle.public", "OP-1", ""),
            ("bundle.sealed", "IN-1", "--sealed"),
        ] {
            let words = format!("audit-bundle {sealed}");
            let line = self
                .gate(&words)
                .with(self.path(name))
                .option("--as", official);
            self.show(&self.at_home(line), &[0])?;
            let line = Line::new(Program::Verify, "")
                .with(self.path(name))
                .option("--genesis-digest", &digest);
            let report = self.show_json(&line, &[0, 1])?;
            if report.get("verified").and_then(Value::as_bool) != Some(true) {
                let failures = report.get("failures").cloned().unwrap_or_default();
                return Err(DemoError::Check(format!(
                    "`{name}` does not verify: {failures}"
                )));
            }
            let checked: u64 = report
                .get("checked")
                .and_then(Value::as_object)
                .map_or(0, |checked| {
                    checked.values().filter_map(Value::as_u64).sum()
                });
            self.tell.right(&format!(
                "VERIFIED: the {} bundle, {checked} checks, no failure.",
                text(&report, "kind")
            ));
        }
        Ok(())
    }

    fn genesis_digest(&self) -> Result<String, DemoError> {
        let path = self.deployment("genesis.note");
        let note = fs::read_to_string(&path).map_err(DemoError::file(&path))?;
        let genesis: instrument::signed::Signed<instrument::genesis::Genesis> =
            instrument::signed::Signed::parse(&note)
                .map_err(|error| DemoError::Check(error.to_string()))?;
        Ok(genesis.digest().to_string())
    }

    pub(super) fn compare(&mut self, answers: &[Answered]) -> Result<Option<Compared>, DemoError> {
        self.tell.step(
            "And was it right?",
            "Only in a synthetic nation is there a truth to compare with.",
        );
        if self.options.request.is_some() {
            self.tell
                .say("The workbook is not the demonstration's own: there is no truth about it.");
            return Ok(None);
        }
        let compared = truth::compare(
            &Sources {
                truth: &self.path("truth.csv"),
                extract: &self.path("extract.csv"),
                register: &self.path("register").join("snapshot"),
                sealed_bundle: &self.path("bundle.sealed"),
            },
            answers,
        )?;
        if !compared.wrong.is_empty() {
            let wrong = compared.wrong.join("; ");
            return Err(DemoError::Check(format!(
                "something wrong was said: {wrong}"
            )));
        }
        self.tell.right(&format!(
            "People named: {}; addresses disclosed: {}; confirmed: {}. Each was compared with the truth: \
             nobody else was named, no address was another's.",
            compared.named, compared.disclosed, compared.confirmed
        ));
        Ok(Some(compared))
    }

    pub(super) fn finish(
        &mut self,
        submitted: &Submitted,
        counts: BTreeMap<String, u64>,
        compared: Option<Compared>,
    ) -> Result<DemoReport, DemoError> {
        self.tell.finish_step();
        let answers = self.answers(submitted)?;
        self.table(&counts, &answers)?;
        self.where_everything_lies();
        let elapsed = self.tell.elapsed();
        self.tell.gap();
        self.tell.title(&format!("Done in {}.", seconds(elapsed)));
        Ok(DemoReport {
            synthetic: true,
            seed: self.options.seed,
            people: self.options.people,
            request: submitted.request.clone(),
            rows: counts.values().sum(),
            answers: counts,
            compared,
            verified: true,
            milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            out: self.options.out.clone(),
        })
    }

    /// Every row by its answer. The rows are the database's, the counts the receipt's.
    fn table(
        &mut self,
        counts: &BTreeMap<String, u64>,
        answers: &[(String, String)],
    ) -> Result<(), DemoError> {
        self.tell.gap();
        self.tell
            .title("Every row of the request has exactly one answer");
        self.tell.say(&format!(
            "{:<16}{:>5}   rows of the workbook",
            "answer", "rows"
        ));
        let mut total = 0;
        for (answer, key) in ANSWERS {
            let own: Vec<&str> = answers
                .iter()
                .filter(|(_, answer)| answer == key)
                .map(|(row, _)| row.split_once('/').map_or(row.as_str(), |(_, place)| place))
                .map(|place| place.strip_prefix("1/").unwrap_or(place))
                .collect();
            let count = counts.get(key).copied().unwrap_or(0);
            if u64::try_from(own.len()) != Ok(count) {
                return Err(DemoError::Check(format!(
                    "the receipt counts {count} rows as {key}, the database {}",
                    own.len()
                )));
            }
            total += count;
            let line = format!("{:<16}{count:>5}   {}", answer.label(), own.join(" "));
            self.tell.say(line.trim_end());
        }
        self.tell.say(&format!("{:<16}{total:>5}", "together"));
        Ok(())
    }

    fn where_everything_lies(&mut self) {
        self.tell.gap();
        self.tell.title(&format!(
            "Everything lies in {}",
            self.options.out.display()
        ));
        for (name, words) in [
            (
                "request.*",
                "the request as sent; findings.json: what the examination found",
            ),
            (
                "responses/",
                "the officers' answers, decrypted, and the signed receipt",
            ),
            (
                "bundle.public",
                "for anyone; bundle.sealed: for an inspector (itself return information)",
            ),
            ("gate/", "the gate: configuration, database, log"),
            ("keepers/", "four keepers with their logs"),
            (
                "register/",
                "manifest, match plane, sealed plane, encrypted deliveries",
            ),
            (
                "deployment/",
                "genesis, agreement, authority note, and every private key",
            ),
            (
                "truth.csv",
                "what a right answer is; extract.csv: what was sealed",
            ),
            (TRANSCRIPT, "this text"),
        ] {
            self.tell.say(&format!("{name:<15} {words}"));
        }
        self.tell.gap();
        self.tell.paragraph(
            "SYNTHETIC: nobody in it exists. The four keepers ran on this one machine under one user and \
             were therefore not independent; that they are is what production must add.",
        );
    }
}

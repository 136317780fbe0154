//! What must be there before a request comes: nation, deployment, register, certificate, keepers, gate.
//!
//! Place in the flow: the first six steps.
//!
//! Left to others: the request's way.

use std::{fmt::Write as _, fs, path::Path};

use instrument::{certificate::bound::in_a_million, document::Document as _};
use model::{digest::hex, entropy::random_bytes};

use super::{
    Demo, DemoError, grouped, keepers, list, number, text,
    tools::{Line, Program, own_folder},
};
use crate::{
    calibrate,
    genesis::{KEEPERS, write_secret},
};

/// Named officers at least.
pub(super) const OFFICERS: u32 = 4;
/// How far the calibration's seeds lie from the demonstration's and from one another.
const CALIBRATION_SEED: u64 = 1_000_000_007;
/// Rows asked where the demonstration measures by itself.
const USUAL_ROWS: u32 = 4_000;

impl Demo<'_> {
    pub(super) fn population(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "A nation",
            "Families, twins, namesakes, movers; returns of seven years. The extract is what a records \
             agency would hand to the builder. A truth file says what a right answer to each row is; the \
             gate never sees it.",
        );
        let line = Line::new(Program::Lab, "population --format csv")
            .option("--people", self.options.people.to_string())
            .option("--rows", self.options.rows.to_string())
            .option("--seed", self.options.seed.to_string())
            .option("--as-of", self.as_of.to_string())
            .option("--officers", OFFICERS.to_string())
            .option("--boilerplate", self.boilerplate().to_string())
            .option("--out", &self.options.out);
        let report = self.show_json(&line, &[0])?;
        self.tell.say(&format!(
            "{} people on file in {} families, {} returns; {} relatives who are not on file.",
            grouped(number(&report, "people")),
            grouped(number(&report, "families")),
            grouped(number(&report, "extract_rows")),
            grouped(number(&report, "absent")),
        ));
        if self.options.request.is_none() {
            let kinds = report.get("kinds").and_then(serde_json::Value::as_object);
            let kinds: Vec<String> = kinds
                .into_iter()
                .flatten()
                .map(|(kind, count)| format!("{count} {kind}"))
                .collect();
            self.tell.say(&format!(
                "A request of {} rows by {} officers: {}.",
                number(&report, "rows"),
                number(&report, "officers"),
                kinds.join(", ")
            ));
        }
        Ok(())
    }

    /// Rows that give a reason copied from one another: two, where there is room for them.
    fn boilerplate(&self) -> u32 {
        if self.options.rows >= 12 { 2 } else { 0 }
    }

    pub(super) fn genesis(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "A deployment",
            "Keys and documents: the genesis pins whose keys count, the agreement says under which terms \
             the two agencies deal, the authority note says who is on duty for the next hours. In \
             production this is a ceremony; here one program plays it, with software keys.",
        );
        let line = Line::new(Program::Lab, "genesis")
            .option("--out", self.path("deployment"))
            .option("--officers", self.officers().len().to_string());
        let line = if self.options.bin_dir == own_folder()? {
            line
        } else {
            line.option("--gate", self.tools.program(Program::Gate))
        };
        let report = self.show_json(&line, &[0])?;
        self.tell.say(&format!(
            "SYNTHETIC genesis {}…, 2 of 3 authorities, 3 of 4 keepers.",
            text(&report, "genesis").get(..16).unwrap_or_default()
        ));
        let roster: Vec<String> = list(&report, "roster")
            .iter()
            .map(|person| {
                let word = |place: usize| {
                    let word = person.get(place).and_then(serde_json::Value::as_str);
                    word.unwrap_or_default()
                };
                format!("{} {}", word(0), word(1))
            })
            .collect();
        self.tell
            .say(&format!("On the roster: {}.", roster.join(", ")));
        Ok(())
    }

    pub(super) fn register(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "The register, sealed",
            "The offline builder turns the extract into a match plane (names, birth dates and keyed \
             tokens) and a sealed plane (each address as ciphertext). Shares of the keys go to the \
             keepers, each encrypted to one of them; the rest is wiped.",
        );
        let keys = self.keys();
        let line = Line::new(Program::Builder, "build --name SYNTHETIC")
            .option("--extract", self.path("extract.csv"))
            .option("--genesis", self.deployment("genesis.note"))
            .option("--key", keys.key("builder"))
            .option("--data-owner-key", keys.key("OWN-1"))
            .option("--out", self.path("register"));
        let report = self.show_json(&line, &[0])?;
        self.tell.say(&format!(
            "Register {}: {} addresses of {} people sealed, {} MiB, signed by builder and data owner.",
            text(&report, "register"),
            grouped(number(&report, "addresses")),
            grouped(number(&report, "people")),
            number(&report, "bytes") >> 20,
        ));
        Ok(())
    }

    /// Measures in the demonstration: where rows to ask are named, or what is kept does not fit.
    fn calibration_line(&self) -> Line {
        let rows = self.options.calibration_rows.unwrap_or(USUAL_ROWS);
        let seed = self.options.seed + CALIBRATION_SEED;
        Line::new(Program::Lab, "calibrate")
            .option("--people", self.options.people.to_string())
            .option("--rows", rows.to_string())
            .option("--tune-seeds", (seed + CALIBRATION_SEED).to_string())
            .option("--seeds", seed.to_string())
            .option("--as-of", self.as_of.to_string())
            .option("--frozen", self.path("thresholds.txt"))
            .option("--out", self.path("measurement.txt"))
    }

    /// The measurement kept with this program, where it is of this matcher and of no smaller register.
    fn kept(&self) -> Result<Option<String>, DemoError> {
        let kept = calibrate::KEPT
            .measurement()
            .map_err(|error| DemoError::Check(error.to_string()))?;
        let fits = kept.thresholds.matcher == calibrate::matcher()
            && kept.largest_register >= self.options.people
            && self.options.calibration_rows.is_none();
        Ok(fits.then(|| kept.text()))
    }

    pub(super) fn calibration(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "How often would it be wrong?",
            "The matcher may only be used under a signed certificate. Its thresholds were chosen on some \
             synthetic nations, frozen, and measured on others, from seeds nothing was tuned on, each \
             household asked at most once.",
        );
        let measurement = self.path("measurement.txt");
        if let Some(text) = self.kept()? {
            fs::write(&measurement, text).map_err(DemoError::file(&measurement))?;
            self.tell.say(&format!(
                "Measured beforehand, because it takes minutes, and kept with the program: {}. This made it: {}",
                measurement.display(),
                calibrate::KEPT.command
            ));
        } else {
            self.show(&self.calibration_line(), &[0])?;
            self.tell.say(
                "Measured now, on few rows: the bound is weak, and the certificate states no better one.",
            );
        }
        let line = Line::new(Program::Gate, "certify")
            .with(measurement)
            .option("--genesis", self.deployment("genesis.note"))
            .option("--key", self.keys().key("certifier"))
            .option("--out", self.path("certificate.note"));
        let report = self.show_json(&line, &[0])?;
        for (key, words) in [
            ("with_birth_date", "with a birth date"),
            ("without_birth_date", "without one"),
        ] {
            let Some(measured) = report.get(key) else {
                continue;
            };
            self.tell.say(&format!(
                "Rows {words}: {} answerable, {} of them answered; {} identified, {} wrong: wrong at most {} in a \
                 million (95%).",
                grouped(number(measured, "answerable")),
                grouped(number(measured, "answered")),
                grouped(number(measured, "identified")),
                number(measured, "wrong"),
                in_a_million(number(measured, "wrong_bound_per_billion")),
            ));
        }
        Ok(())
    }

    pub(super) fn start_keepers(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "Four keepers",
            "Each takes its shares and then answers nothing but warrants that it has checked from scratch. \
             Three of the four are needed to open one address. Run like this, on one machine by one user, \
             they are NOT independent; in production different operators run them, one outside the agency.",
        );
        let folder = self.path("keepers");
        fs::create_dir_all(&folder).map_err(DemoError::file(&folder))?;
        let mut addresses = Vec::new();
        for (position, (keeper, _)) in KEEPERS.into_iter().enumerate() {
            let home = folder.join(keeper);
            let lines = self.keeper_lines(keeper, &home);
            for line in &lines {
                if position == 0 {
                    self.tell.command(&line.typed());
                }
                self.tools.run(line, &[0])?;
            }
            if position == 0 {
                self.tell.command(&format!(
                    "countersign-keeper serve --home {} &",
                    home.display()
                ));
            }
            let log = keepers::log_file(&folder, keeper);
            addresses.push(format!(
                "{keeper} {}",
                self.keepers.start(&self.tools, keeper, &home, &log)?
            ));
        }
        self.tell.say(&format!(
            "The same for k2, k3 and k4. Listening: {}.",
            addresses.join(", ")
        ));
        Ok(())
    }

    fn keeper_lines(&self, keeper: &str, home: &Path) -> [Line; 2] {
        let keys = self.keys();
        [
            Line::new(Program::Keeper, "init")
                .option("--home", home)
                .option("--genesis", self.deployment("genesis.note"))
                .option("--keeper", keeper)
                .option("--cosigner-key", keys.cosigner(keeper))
                .option("--values-key", keys.key(keeper))
                .option("--identity", keys.identity(keeper)),
            Line::new(Program::Keeper, "install")
                .option("--home", home)
                .option("--manifest", self.path("register").join("manifest.note"))
                .option(
                    "--shares",
                    self.path("register")
                        .join(format!("deliver/keeper-{keeper}.age")),
                ),
        ]
    }

    pub(super) fn gate_home(&mut self) -> Result<(), DemoError> {
        self.tell.step(
            "The gate",
            "Its folder gets the documents, the register and its own keys: log, receipts, database. It holds \
             no share of any address.",
        );
        let home = self.path("gate");
        let keys = self.keys();
        for folder in [
            "authorities",
            "agreements",
            "certificates",
            "responses",
            "log",
        ] {
            let path = home.join(folder);
            fs::create_dir_all(&path).map_err(DemoError::file(&path))?;
        }
        let copies = [
            (self.deployment("genesis.note"), "genesis.note"),
            (self.deployment("authority.note"), "authorities/1.note"),
            (
                self.deployment("agreement.note"),
                "agreements/AGR-DEMO-1.note",
            ),
            (self.path("certificate.note"), "certificates/1.note"),
            (keys.key("gate"), "gate.key"),
            (keys.key("log"), "log.key"),
            (keys.identity("gate"), "gate.age"),
        ];
        for (from, to) in copies {
            fs::copy(&from, home.join(to)).map_err(DemoError::file(&from))?;
        }
        let key = random_bytes::<32>().map_err(|error| DemoError::Check(error.to_string()))?;
        write_secret(&home.join("store.key"), &hex(&key))
            .map_err(|error| DemoError::Check(error.to_string()))?;
        let path = home.join("countersign.toml");
        fs::write(&path, configuration()).map_err(DemoError::file(&path))?;
        self.tell
            .say(&format!("Its configuration: {}", path.display()));
        let line = self.at_home(self.gate("register show"));
        let shown = self.show(&line, &[0])?;
        self.tell.say(shown.text.trim_end());
        Ok(())
    }
}

/// The gate's configuration; paths from its home.
fn configuration() -> String {
    let mut text = String::from(
        "# SYNTHETIC deployment made by countersign-lab demo\n\
         genesis = \"genesis.note\"\n\
         authorities = \"authorities\"\n\
         agreements = \"agreements\"\n\
         certificates = \"certificates\"\n\
         manifest = \"../register/manifest.note\"\n\
         register = \"../register/snapshot\"\n\
         delivery = \"../register/deliver/gate.age\"\n\
         identity = \"gate.age\"\n\
         gate_key = \"gate.key\"\n\
         log_key = \"log.key\"\n\
         store_key = \"store.key\"\n\
         database = \"gate.db\"\n\
         log = \"log\"\n\
         responses = \"responses\"\n",
    );
    for (keeper, _) in KEEPERS {
        let _ = write!(
            text,
            "\n[[keeper]]\nid = \"{keeper}\"\naddress_file = \"../keepers/{keeper}/address\"\n"
        );
    }
    text
}

//! A small synthetic deployment on disk: genesis, keys, recipients, an extract.

use std::{fs, path::PathBuf, process::Command};

use instrument::{
    document::Document as _,
    genesis::{Genesis, GenesisKeeper, GenesisKind},
    signed::Signed,
};
use model::{digest::Digest, id::KeeperId, time::Instant};
use note::{CosignerSigningKey, SigningKey, Verifier};

/// People in the extract.
pub const PEOPLE: u32 = 24;

const STREETS: [&str; 6] = [
    "Wisteria Ln",
    "Quarrystone Ave",
    "Old Ferry Rd",
    "Juniper Hollow Dr",
    "Saltmarsh St",
    "Bellweather Ct",
];

const GIVEN: [&str; 5] = ["Ada", "Bernard", "Clarissa", "Dmitri", "Esperanza"];

const SURNAMES: [&str; 7] = [
    "Okonkwo",
    "Lindqvist",
    "Marchetti",
    "Villanueva",
    "Thackeray",
    "Nakamura",
    "Oyelaran",
];

pub struct Deployment {
    folder: tempfile::TempDir,
    pub builder: SigningKey,
    pub owner: SigningKey,
    /// Four keepers', then the gate's.
    pub identities: Vec<age::x25519::Identity>,
    genesis: Genesis,
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), &[seed; 32])
}

fn verifier(name: &str, seed: u8) -> Verifier {
    Verifier::Ed25519(key(name, seed).verifier())
}

fn genesis(kind: GenesisKind) -> Genesis {
    let keepers = (1..=4_u8).map(|number| GenesisKeeper {
        id: format!("k{number}").parse().unwrap(),
        operator: format!("operator-{number}").parse().unwrap(),
        cosigner: CosignerSigningKey::from_seed(
            format!("k{number}.example/cosign").parse().unwrap(),
            &[number; 32],
        )
        .verifier(),
        values: verifier(&format!("k{number}.example/value"), 10 + number),
    });
    Genesis {
        kind,
        created: Instant(1_700_000_000),
        log_origin: "gate.example/log".parse().unwrap(),
        authority_threshold: 2,
        authorities: vec![
            verifier("a1.example/authority", 21),
            verifier("a2.example/authority", 22),
        ],
        log: key("gate.example/log", 23).verifier(),
        gate: verifier("gate.example/gate", 24),
        builder: verifier("builder.example/official", 25),
        certifier: verifier("lab.example/official", 26),
        keepers_needed: 3,
        cosignatures_needed: 3,
        keepers: keepers.collect(),
        approval_gap_seconds: match kind {
            GenesisKind::Synthetic => 0,
            GenesisKind::Production => 30,
        },
    }
}

impl Deployment {
    pub fn new(kind: GenesisKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let deployment = Self {
            folder,
            builder: key("builder.example/official", 25),
            owner: key("owner.example/official", 27),
            identities: (0..5).map(|_| age::x25519::Identity::generate()).collect(),
            genesis: genesis(kind),
        };
        let authorities = [
            key("a1.example/authority", 21),
            key("a2.example/authority", 22),
        ];
        let signers: Vec<&SigningKey> = authorities.iter().collect();
        let signed = Signed::sign(deployment.genesis.clone(), &signers).unwrap();
        deployment.write("genesis.note", &signed.render());
        for (name, key) in [
            ("builder.key", &deployment.builder),
            ("owner.key", &deployment.owner),
        ] {
            deployment.write(name, key.to_secret_text().expose());
        }
        let mut recipients = String::from("# one line each\n");
        for (number, identity) in (0..).zip(&deployment.identities) {
            let who = match number {
                4 => "gate".to_owned(),
                _ => format!("keeper {}", deployment.keeper_id(number)),
            };
            recipients.push_str(&format!("{who} {}\n", identity.to_public()));
        }
        deployment.write("recipients.txt", &recipients);
        deployment.write("extract.csv", &deployment.extract());
        deployment
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn out(&self) -> PathBuf {
        self.path("epoch")
    }

    pub fn keeper_id(&self, number: usize) -> KeeperId {
        self.genesis.keepers[number].id.clone()
    }

    pub fn genesis_digest(&self) -> Digest {
        self.genesis.digest()
    }

    /// Runs the program; its exit code, and what it printed.
    pub fn build(&self, more: &[&str]) -> (i32, String) {
        self.build_signed_by(&["--data-owner-key", "owner.key"], more)
    }

    /// The same with other arguments about the data owner.
    pub fn build_signed_by(&self, owner: &[&str], more: &[&str]) -> (i32, String) {
        let out = self.out().display().to_string();
        let common = [
            "build",
            "--extract",
            "extract.csv",
            "--genesis",
            "genesis.note",
            "--key",
            "builder.key",
        ];
        let arguments = [&common[..], owner, &["--out", &out], more].concat();
        self.run(&arguments)
    }

    /// Runs the program in the deployment's folder.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_countersign-builder"))
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    }

    /// Line 1, city, state and ZIP of the address of a person's move.
    fn address(person: u32, moved: u32) -> [String; 4] {
        let street = STREETS[((person / 2 + moved) % 6) as usize];
        let number = 100 + person / 2 * 7 + moved;
        [
            format!("{number} {street}"),
            "Reno".to_owned(),
            "NV".to_owned(),
            "89501".to_owned(),
        ]
    }

    /// All distinct addresses of the extract.
    pub fn addresses(&self) -> Vec<[String; 4]> {
        let mut all: Vec<[String; 4]> = (0..PEOPLE)
            .flat_map(|person| (0..=person % 3).map(move |moved| Self::address(person, moved)))
            .collect();
        all.sort();
        all.dedup();
        all
    }

    pub fn tins(&self) -> Vec<String> {
        (0..PEOPLE)
            .map(|person| format!("666-45-{:04}", 1000 + person))
            .collect()
    }

    fn extract(&self) -> String {
        let mut text = String::from(
            "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,filed_on,\
             address_line_1,address_line_2,city,state,postal_code,hold,identity_theft\n",
        );
        for person in 0..PEOPLE {
            for period in 0..4 {
                let address = Self::address(person, period.min(person % 3));
                text.push_str(&format!(
                    "p{person:03},{},{},{},,19{:02}-03-04,{},{}-04-01,{},,{},{},{},,\n",
                    self.tins()[person as usize],
                    GIVEN[(person % 5) as usize],
                    SURNAMES[(person / 2 % 7) as usize],
                    40 + person,
                    2020 + period,
                    2021 + period,
                    address[0],
                    address[1],
                    address[2],
                    address[3],
                ));
            }
        }
        text
    }
}

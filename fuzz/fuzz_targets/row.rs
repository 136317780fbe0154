//! Any cells as a row of a request: read, and examined by every rule.
#![no_main]

use countersign_fuzz::read;
use libfuzzer_sys::fuzz_target;
use model::time::Date;
use statute::{Channel, Examination, SheetColumns, Terms, TinAcceptance, statute_book};

const HEADER: &[u8] = b"given_names,surnames,suffix,date_of_birth,tin,address_line_1,address_line_2,city,state,postal_code,address_as_of,more_addresses,asks_for,tax_periods,statute,case_number,case_opened_on,reason,officer_name,officer_id,final_order_date,final_order_case_number,order_ground,finality_basis,review_status,stay_or_relief,act_date\n";

fuzz_target!(|data: &[u8]| {
    let bytes = [HEADER, data].concat();
    let Some(collected) = read(&bytes, "request.csv") else {
        return;
    };
    let mut examination = Examination::new(Terms {
        as_of: Date::constant(2026, 11, 21),
        agreement: None,
        book: statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    });
    for (number, columns) in &collected.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    for row in &collected.rows {
        for finding in examination.row(row).findings {
            assert!(!finding.message.is_empty() && !finding.citation.is_empty());
        }
    }
    let _ = examination.finish();
});

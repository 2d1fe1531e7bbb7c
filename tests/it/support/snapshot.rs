//! Inline snapshots of whole outputs. `cargo insta test --accept --test it` writes them.

/// What differs from run to run and from release to release, and what is shown instead.
pub const FILTERS: &[(&str, &str)] = &[
    (env!("CARGO_BIN_EXE_qdns"), "[QDNS]"),
    (r#"[^\s"'=:,()]*/(qdns-lab-|\.tmp)\w+"#, "[DIR]"),
    (r"nbctl\.\d+\.ctl", "nbctl.[PID].ctl"),
    (r"unix:\[DIR\]/ovnnb_db\.sock", "[DB]"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[UUID]"),
    (r"\d+ checks? passed, \d+ not made", "[N] checks passed, [N] not made"),
    (r"hostmaster\.localhost\. \d+ ", "hostmaster.localhost. [SERIAL] "),
    (r"\bOVN \d\d\.\d\d(\.\d+)?", "OVN [VERSION]"),
];

/// Compares what is shown with an inline snapshot, as [`FILTERS`] leave it.
macro_rules! snapshot {
    ($shown:expr, @$expected:literal) => {{
        let shown = $shown.to_string();
        insta::with_settings!({ filters => $crate::support::FILTERS.to_vec() }, {
            insta::assert_snapshot!(shown, @$expected)
        })
    }};
}
pub(crate) use snapshot;

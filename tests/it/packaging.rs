//! The files that only the packages have.

/// The packages have the units that `--print-unit` prints, without a connection of their own.
#[test]
fn the_units_of_the_package_name_no_database() {
    for unit in [
        include_str!("../../src/commands/sync/qdns-sync.service"),
        include_str!("../../src/commands/api/qdns-api@.service"),
    ] {
        let packaged = unit.replace(" --db=DB", "");
        assert!(packaged.len() < unit.len() && !packaged.contains("=DB"), "{unit}");
        assert!(packaged.contains("\nExecStart=/usr/bin/qdns "), "{unit}");
    }
}

//! Connections as deployments have them: TLS, TCP, backups, daemons; each fault with its own sentence.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::support::lab::{self, Nb, Secured};
use crate::support::{Run, command, run};

/// Runs qdns over TLS with the named files of the server's directory.
fn over_tls(server: &Secured, key: &str, certificate: &str, authority: &str, args: &[&str]) -> Run {
    let mut qdns = command(&format!("ssl:{}", server.ssl()));
    qdns.env("QDNS_OVN_NBCTL", server.nbctl_path().unwrap()).args(["--timeout", "5"]);
    for (option, name) in [("--private-key", key), ("--certificate", certificate), ("--ca-cert", authority)] {
        if !name.is_empty() {
            qdns.arg(option).arg(server.dir().join(name));
        }
    }
    run(qdns.args(args))
}

const WRITE: &[&str] = &["record", "add", "net1", "web", "10.0.0.10"];

#[test]
fn tls_with_good_certificates_reads_and_writes() -> Result<()> {
    let server = Secured::start("server")?;
    let good = |args: &[&str]| over_tls(&server, "client.key", "client.pem", "good-ca.pem", args);
    assert!(good(WRITE).fails(1).contains("no logical switch"));
    let mut make = std::process::Command::new(server.nbctl_path()?);
    make.arg(format!("--db=tcp:{}", server.tcp())).args(["ls-add", "net1"]);
    assert!(make.status()?.success());
    good(WRITE).ok();
    assert!(good(&["record", "ls", "net1"]).ok().contains("web.internal"));
    Ok(())
}

#[test]
fn tcp_on_loopback_and_one_dead_address_of_two() -> Result<()> {
    let server = Secured::start("server")?;
    let remote = format!("tcp:{}", server.tcp());
    for remote in [remote.clone(), format!("tcp:127.0.0.1:1,{remote}")] {
        let mut list = command(&remote);
        run(list.args(["zone", "ls"]).env("QDNS_OVN_NBCTL", server.nbctl_path()?)).ok();
    }
    Ok(())
}

#[test]
fn every_fault_of_tls_has_its_own_sentence_and_no_secret() -> Result<()> {
    let server = Secured::start("server")?;
    let secret = std::fs::read_to_string(server.dir().join("client.key"))?;
    let secret = secret.lines().nth(1).unwrap();
    for (key, certificate, authority, sentence) in [
        ("client.key", "client.pem", "other-ca.pem", "not signed by the given CA"),
        ("expired.key", "expired.pem", "good-ca.pem", "does not accept this client's certificate"),
        ("stranger.key", "stranger.pem", "good-ca.pem", "does not accept this client's certificate"),
        ("absent.key", "client.pem", "good-ca.pem", "the private key cannot be read"),
        ("server.key", "client.pem", "good-ca.pem", "does not belong to the certificate"),
        ("client.pem", "client.pem", "good-ca.pem", "the private key cannot be read"),
        ("client.key", "absent.pem", "good-ca.pem", "the certificate cannot be read"),
        ("client.key", "client.pem", "absent.pem", "the CA's certificate cannot be read"),
        ("client.key", "client.pem", "", "needs a private key, a certificate and the CA's"),
        ("", "", "", "needs a private key, a certificate and the CA's"),
    ] {
        for args in [&["-v", "zone", "ls"][..], WRITE] {
            let began = Instant::now();
            let said = over_tls(&server, key, certificate, authority, args).fails(3);
            assert!(
                said.contains(sentence) && said.contains("hint:"),
                "{key} {certificate} {authority}: {said}"
            );
            assert!(!said.contains(secret) && !said.contains("BEGIN"), "a secret: {said}");
            assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
        }
    }
    let mut plain = command(&format!("ssl:{}", server.tcp()));
    plain.env("QDNS_OVN_NBCTL", server.nbctl_path()?).args(["zone", "ls"]);
    for (option, name) in [("-p", "client.key"), ("-c", "client.pem"), ("-C", "good-ca.pem")] {
        plain.arg(option).arg(server.dir().join(name));
    }
    let said = run(&mut plain).fails(3);
    assert!(said.contains("does not use TLS"), "{said}");
    Ok(())
}

#[test]
fn a_server_whose_certificate_has_expired() -> Result<()> {
    let server = Secured::start("expired")?;
    let said = over_tls(&server, "client.key", "client.pem", "good-ca.pem", WRITE).fails(3);
    assert!(said.contains("not valid today"), "{said}");
    Ok(())
}

#[test]
fn a_backup_server_is_read_and_says_that_it_only_reads() -> Result<()> {
    if lab::Release::detect()? != lab::Release::Distribution {
        // In a root of its own a server sees no other's socket.
        return Ok(());
    }
    let active = Nb::start()?;
    active.nbctl(&["ls-add", "net1"]);
    let backup = active.backup()?;
    let mut list = command(&backup.remote());
    run(list.args(["record", "ls", "net1"])).ok();
    let mut add = command(&backup.remote());
    let said = run(add.args(WRITE)).fails(3);
    assert!(said.contains("read-only") && said.contains("--db"), "{said}");
    Ok(())
}

#[test]
fn a_daemon_that_lost_its_database_is_named() -> Result<()> {
    let nb = Nb::start()?;
    nb.nbctl(&["ls-add", "net1"]);
    let daemon = nb.daemon()?;
    let through = |args: &[&str]| {
        let mut qdns = command("unix:/nonexistent");
        run(qdns.env("OVN_NB_DAEMON", daemon.socket()).args(["--timeout", "2"]).args(args))
    };
    through(WRITE).ok();
    nb.stop();
    let said = through(&["record", "add", "net1", "db", "10.0.0.11"]).fails(3);
    nb.cont();
    assert!(said.contains("OVN_NB_DAEMON"), "{said}");
    through(&["record", "add", "net1", "db", "10.0.0.11"]).ok();
    Ok(())
}

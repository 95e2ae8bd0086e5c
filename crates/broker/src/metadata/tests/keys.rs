//! API keys: which are valid, and what survives in the snapshot.

use chronik_common::admin::v1::Role;

use super::*;

fn key(id: &str) -> AccessKey {
    AccessKey {
        id: id.into(),
        name: "the dashboard".into(),
        role: Role::Read,
        hash: "0a".repeat(32),
        created_at_ms: 1_000,
        created_by: "bootstrap".into(),
    }
}

fn creation(key: AccessKey) -> Command {
    Command::CreateKey { key }
}

fn revocation(id: &str) -> Command {
    Command::RevokeKey { id: id.into() }
}

#[test]
fn a_repeated_proposal_does_nothing_and_another_key_of_that_id_is_refused() {
    let mut image = cluster(1);
    assert_eq!(image.apply(creation(key("k1"))), Ok(Outcome::KeyCreated));
    assert_eq!(image.apply(creation(key("k1"))), Ok(Outcome::KeyCreated));
    assert_eq!(refusal(&mut image, creation(AccessKey { role: Role::Admin, ..key("k1") })), "key_exists");
    assert_eq!(image.keys().values().collect::<Vec<_>>(), [&key("k1")]);
    for _ in 0..2 {
        assert_eq!(image.apply(revocation("k1")), Ok(Outcome::KeyRevoked));
        assert!(image.keys().is_empty());
    }
}

#[test]
fn what_could_never_open_anything_is_refused() {
    let mut image = cluster(1);
    for bad in [
        key(""),
        key("a.b"),
        key(&"k".repeat(201)),
        AccessKey { name: "n".repeat(201), ..key("k1") },
        AccessKey { hash: String::new(), ..key("k1") },
        AccessKey { hash: "0A".repeat(32), ..key("k1") },
    ] {
        assert_eq!(refusal(&mut image, creation(bad)), "invalid_request");
    }
}

#[test]
fn there_is_a_limit() {
    let mut image = cluster(1);
    for n in 0..MAX_KEYS {
        image.apply(creation(key(&format!("k{n}")))).unwrap();
    }
    assert_eq!(refusal(&mut image, creation(key("more"))), "limit_reached");
    assert_eq!(image.apply(creation(key("k0"))), Ok(Outcome::KeyCreated), "a repetition is no new key");
}

#[test]
fn keys_are_in_the_snapshot_and_their_commands_are_readable_json() {
    let mut image = cluster(1);
    image.apply(creation(key("k1"))).unwrap();
    let json = serde_json::to_string(&image).unwrap();
    assert_eq!(serde_json::from_str::<MetadataImage>(&json).unwrap(), image);
    let json = serde_json::to_string(&creation(key("k1"))).unwrap();
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), creation(key("k1")));
    let json = serde_json::to_string(&revocation("k1")).unwrap();
    assert_eq!(json, r#"{"type":"revoke_key","id":"k1"}"#);
}

use proptest::prelude::*;

use super::*;

const ME: i32 = 1;
const A: i32 = 2;
const B: i32 = 3;
const GROUP: GroupId = 7;

/// A gossip that tells of [`GROUP`] only.
fn says(term: u64, isr: &[u32]) -> Gossip {
    Gossip {
        leaderships: vec![wire::Leadership { group: GROUP, term, isr: isr.to_vec() }],
        hears: Vec::new(),
    }
}

fn nothing() -> Gossip {
    Gossip::default()
}

/// What a node knows after these gossips: (from, first of its session, gossip).
fn after(gossips: impl IntoIterator<Item = (i32, bool, Gossip)>) -> Claims {
    let mut claims = Claims::new(ME);
    for (peer, first, gossip) in gossips {
        claims.merge(peer, first, gossip);
    }
    claims
}

/// Leader and term of [`GROUP`].
fn leader(claims: &Claims) -> Option<(i32, u64)> {
    claims.leadership(GROUP).map(|l| (l.leader, l.term))
}

#[test]
fn a_peer_leads_what_it_claims() {
    let claims = after([(A, true, says(4, &[1, 2]))]);
    assert_eq!(claims.leadership(GROUP), Some(&Leadership { leader: A, term: 4, isr: vec![1, 2] }));
    assert_eq!(claims.leadership(GROUP + 1), None);
}

#[test]
fn a_later_gossip_of_a_session_tells_only_what_changed() {
    let claims = after([(A, true, says(4, &[1, 2])), (A, false, nothing())]);
    assert_eq!(leader(&claims), Some((A, 4)));
    let claims = after([(A, true, says(4, &[1, 2])), (A, false, says(4, &[2]))]);
    assert_eq!(claims.leadership(GROUP).unwrap().isr, [2]);
}

#[test]
fn the_first_gossip_of_a_session_replaces_all_that_the_peer_claimed_before() {
    let claims = after([(A, true, says(4, &[2])), (A, true, nothing())]);
    assert_eq!(leader(&claims), None);
    let claims = after([(A, true, says(4, &[2])), (B, true, nothing())]);
    assert_eq!(leader(&claims), Some((A, 4)), "what another peer claimed stays");
}

#[test]
fn the_higher_term_wins() {
    let claims = after([(A, true, says(4, &[2])), (B, true, says(5, &[3]))]);
    assert_eq!(leader(&claims), Some((B, 5)));
    let claims = after([(B, true, says(5, &[3])), (A, true, says(4, &[2]))]);
    assert_eq!(leader(&claims), Some((B, 5)));
}

#[test]
fn an_empty_isr_renounces_the_peers_own_claim_of_that_term_or_an_earlier_one() {
    let claimed = (A, true, says(4, &[2]));
    assert_eq!(leader(&after([claimed.clone(), (A, false, says(4, &[]))])), None);
    assert_eq!(leader(&after([claimed.clone(), (A, false, says(5, &[]))])), None);
    assert_eq!(leader(&after([claimed.clone(), (A, false, says(3, &[]))])), Some((A, 4)));
    assert_eq!(leader(&after([claimed, (B, true, says(4, &[]))])), Some((A, 4)));
}

#[test]
fn a_peer_of_a_higher_term_takes_this_nodes_place_and_one_of_a_lower_term_does_not() {
    let mut claims = Claims::new(ME);
    assert!(claims.claim(GROUP, 4, vec![ME]));
    claims.merge(A, true, says(3, &[2]));
    assert_eq!(leader(&claims), Some((ME, 4)));
    claims.merge(A, false, says(5, &[2]));
    assert_eq!(leader(&claims), Some((A, 5)));
    assert!(!claims.claim(GROUP, 4, vec![ME]), "this node has been succeeded and does not know it yet");
    assert_eq!(leader(&claims), Some((A, 5)));
}

#[test]
fn only_what_changed_is_news() {
    let mut claims = Claims::new(ME);
    assert!(claims.claim(GROUP, 4, vec![1, 2]));
    let before = claims.version();
    assert!(!claims.claim(GROUP, 4, vec![1, 2]));
    assert_eq!(claims.version(), before);
    assert_eq!(claims.news_since(before), nothing());
    assert!(claims.claim(GROUP, 4, vec![1]));
    assert_eq!(claims.news_since(before), says(4, &[1]));
}

#[test]
fn a_renounced_claim_is_news_but_leads_nothing() {
    let mut claims = Claims::new(ME);
    claims.claim(GROUP, 4, vec![1, 2]);
    let before = claims.version();
    assert!(!claims.renounce(GROUP, 3), "it leads in a later term");
    assert!(claims.renounce(GROUP, 4));
    assert_eq!(leader(&claims), None);
    assert_eq!(claims.news_since(before), says(4, &[]));
}

#[test]
fn only_its_own_claim_is_this_nodes_to_tell_renounce_or_forget() {
    let mut claims = after([(A, true, says(4, &[2]))]);
    assert_eq!(claims.news_since(0), nothing());
    assert!(!claims.renounce(GROUP, 4));
    claims.forget(GROUP);
    assert_eq!(leader(&claims), Some((A, 4)));
}

#[test]
fn nothing_is_told_of_a_group_that_has_left() {
    let mut claims = Claims::new(ME);
    claims.claim(GROUP, 4, vec![1, 2]);
    claims.forget(GROUP);
    assert_eq!(leader(&claims), None);
    assert_eq!(claims.news_since(0), nothing());
}

/// What honest peers tell of [`GROUP`] in any order, now and then in a new session: (from, first of its session,
/// gossip). Raft gives each term to one leader; here to the peer `term % 3`.
fn history() -> impl Strategy<Value = Vec<(i32, bool, Gossip)>> {
    let isr = prop_oneof![Just(vec![]), Just(vec![8]), Just(vec![8, 9])];
    let event = (1..30u64, prop::bool::weighted(0.1), isr)
        .prop_map(|(term, first, isr)| ((term % 3) as i32 + 10, first, says(term, &isr)));
    prop::collection::vec(event, 1..20)
}

/// What the peer has told in its current session, oldest first.
fn session_of(peer: i32, history: &[(i32, bool, Gossip)]) -> Vec<Leadership> {
    let mut session = Vec::new();
    for (_, first, gossip) in history.iter().filter(|(from, ..)| *from == peer) {
        if *first {
            session.clear();
        }
        session.extend(gossip.leaderships.iter().map(|told| Leadership {
            leader: peer,
            term: told.term,
            isr: told.isr.iter().map(|b| *b as i32).collect(),
        }));
    }
    session
}

proptest! {
    #[test]
    fn what_is_known_of_a_peer_was_told_in_its_current_session_and_not_renounced_since(history in history()) {
        let claims = after(history.clone());
        if let Some(known) = claims.leadership(GROUP) {
            let session = session_of(known.leader, &history);
            let told = session.iter().rposition(|said| said == known);
            prop_assert!(told.is_some(), "{known:?} is of an earlier session");
            let since = &session[told.unwrap()..];
            prop_assert!(!since.iter().any(|said| said.isr.is_empty() && said.term >= known.term));
        }
    }

    #[test]
    fn the_highest_term_is_known_while_its_leader_stands_by_it(history in history()) {
        let claims = after(history.clone());
        let highest = history.iter().flat_map(|(_, _, g)| &g.leaderships).map(|l| l.term).max().unwrap();
        let session = session_of((highest % 3) as i32 + 10, &history);
        let stands_by = session.iter().rfind(|said| said.term == highest).filter(|said| !said.isr.is_empty());
        match stands_by {
            Some(claim) => prop_assert_eq!(claims.leadership(GROUP), Some(claim)),
            None => prop_assert!(claims.leadership(GROUP).is_none_or(|known| known.term < highest)),
        }
    }

    /// Each step leads a group on, in a new term or with another ISR, or renounces it; then perhaps tells the peer.
    #[test]
    fn a_peer_that_is_told_only_the_news_knows_all_claims(
        steps in prop::collection::vec((0..3u64, any::<bool>(), prop::bool::weighted(0.3), any::<bool>()), 0..40),
    ) {
        let (mut ours, mut theirs) = (Claims::new(ME), Claims::new(A));
        theirs.merge(ME, true, ours.news_since(0));
        let mut told = ours.version();
        for (step, (group, alone, renounce, tell)) in (0..).zip(steps) {
            let term = step / 4;
            if renounce {
                ours.renounce(group, term);
            } else {
                ours.claim(group, term, if alone { vec![ME] } else { vec![ME, A] });
            }
            if tell {
                theirs.merge(ME, false, ours.news_since(told));
                told = ours.version();
            }
        }
        theirs.merge(ME, false, ours.news_since(told));
        for group in 0..3 {
            prop_assert_eq!(theirs.leadership(group), ours.leadership(group));
        }
    }
}

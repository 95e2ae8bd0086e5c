//! Rebalances as transcripts. A line without an arrow is something that happens to the group; the
//! lines with arrows below it are all that the group does about it. `#n` is the n-th request that
//! may wait. Metadata is not stored until the transcript says `stored` or `failed`.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;
use proptest::prelude::*;

use super::*;

fn text(s: &str) -> StrBytes {
    StrBytes::from_string(s.to_owned())
}

/// A group under test, and what it wrote to its log.
struct Script {
    group: Group,
    now_ms: u64,
    tickets: u64,
    appends: VecDeque<Append>,
    stored: Option<GroupMetadata>,
    transcript: String,
}

impl Script {
    fn new(initial_rebalance_delay_ms: u64, max_size: usize) -> Self {
        let limits =
            GroupLimits { initial_rebalance_delay_ms, max_size, new_member_join_timeout_ms: 300_000 };
        Self {
            group: Group::new(text("g"), limits),
            now_ms: 0,
            tickets: 0,
            appends: VecDeque::new(),
            stored: None,
            transcript: String::new(),
        }
    }

    fn now(&self) -> Now {
        Now { monotonic_ms: self.now_ms, unix_ms: 1_000_000 + self.now_ms as i64 }
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn say(&mut self, line: impl std::fmt::Display) {
        writeln!(self.transcript, "-> {line}").unwrap();
    }

    fn show(&mut self, effects: Effects) {
        for (ticket, reply) in effects.joins {
            match reply {
                Ok(j) => {
                    let protocol = j.protocol_name.unwrap_or_default();
                    let mut line = format!(
                        "#{} joined as {}, generation {}, {protocol}, leader {}",
                        ticket.0, j.member_id, j.generation, j.leader
                    );
                    if !j.members.is_empty() {
                        let seen = |m: &JoinedMember| format!("{}={:?}", m.member_id, m.metadata);
                        let seen: Vec<_> = j.members.iter().map(seen).collect();
                        write!(line, ", sees {}", seen.join(" ").replace("b\"", "").replace('"', ""))
                            .unwrap();
                    }
                    if j.skip_assignment {
                        line.push_str(", skips assignment");
                    }
                    self.say(line);
                }
                Err(r) => {
                    self.say(format!("#{} refused: {:?} {}", ticket.0, r.error, r.member_id).trim_end());
                }
            }
        }
        for (ticket, reply) in effects.syncs {
            match reply {
                Ok(s) => {
                    self.say(format!("#{} assigned {}", ticket.0, String::from_utf8_lossy(&s.assignment)));
                }
                Err(error) => self.say(format!("#{} refused: {error:?}", ticket.0)),
            }
        }
        for append in effects.appends {
            let member =
                |m: &MemberMetadata| format!(" {}={}", m.member_id, String::from_utf8_lossy(&m.assignment));
            let members: String = append.metadata.members.iter().map(member).collect();
            self.say(format!("stores generation {}:{members}", append.metadata.generation));
            self.appends.push_back(append);
        }
    }

    fn outcome(&mut self, result: Result<(), ResponseError>) {
        match result {
            Ok(()) => self.say("ok"),
            Err(error) => self.say(format!("{error:?}")),
        }
    }

    /// `join new ID|ID [static=I] [offers=p:meta,q] [session=MS] [rebalance=MS] [version=N]`
    fn join_of(&mut self, words: &[&str]) -> Join {
        let (member_id, new_member_id, options) = match words {
            ["new", id, options @ ..] => ("", *id, options),
            [id, options @ ..] => (*id, "unused", options),
            [] => panic!("who joins?"),
        };
        let mut join = Join {
            ticket: self.ticket(),
            member_id: text(member_id),
            new_member_id: text(new_member_id),
            instance_id: None,
            client_id: text("client"),
            client_host: text("/127.0.0.1"),
            rebalance_timeout_ms: 60_000,
            session_timeout_ms: 10_000,
            protocol_type: text("consumer"),
            protocols: vec![Protocol { name: text("range"), metadata: Bytes::new() }],
            requires_known_id: false,
            can_skip_assignment: false,
        };
        for option in options {
            let (name, value) = option.split_once('=').unwrap();
            match name {
                "static" => join.instance_id = Some(text(value)),
                "type" => join.protocol_type = text(value),
                "session" => join.session_timeout_ms = value.parse().unwrap(),
                "rebalance" => join.rebalance_timeout_ms = value.parse().unwrap(),
                "version" => {
                    let version: i16 = value.parse().unwrap();
                    join.requires_known_id = version >= 4;
                    join.can_skip_assignment = version >= 9;
                }
                "offers" => {
                    let protocol = |p: &str| {
                        let (name, metadata) = p.split_once(':').unwrap_or((p, ""));
                        Protocol { name: text(name), metadata: Bytes::copy_from_slice(metadata.as_bytes()) }
                    };
                    join.protocols = value.split(',').filter(|p| !p.is_empty()).map(protocol).collect();
                }
                other => panic!("unknown option {other}"),
            }
        }
        join
    }

    fn execute(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["join", ref rest @ ..] => {
                let join = self.join_of(rest);
                let effects = self.group.join(join, self.now());
                self.show(effects);
            }
            ["sync", id, generation, ref assignments @ ..] => {
                let pair = |a: &&str| {
                    let (member, part) = a.split_once('=').unwrap();
                    (text(member), Bytes::copy_from_slice(part.as_bytes()))
                };
                let sync = Sync {
                    ticket: self.ticket(),
                    generation: generation.parse().unwrap(),
                    member_id: text(id),
                    instance_id: None,
                    protocol_type: None,
                    protocol_name: None,
                    assignments: assignments.iter().map(pair).collect::<BTreeMap<_, _>>(),
                };
                let effects = self.group.sync(sync, self.now());
                self.show(effects);
            }
            ["heartbeat", id, generation] => {
                let result = self.group.heartbeat(&text(id), None, generation.parse().unwrap(), self.now());
                self.outcome(result);
            }
            ["heartbeat", id, generation, instance] => {
                let instance = text(instance.strip_prefix("static=").unwrap());
                let result =
                    self.group.heartbeat(&text(id), Some(&instance), generation.parse().unwrap(), self.now());
                self.outcome(result);
            }
            ["leave", id] => {
                let leaving = match id.strip_prefix("static=") {
                    Some(i) => Leave { member_id: StrBytes::new(), instance_id: Some(text(i)) },
                    None => Leave { member_id: text(id), instance_id: None },
                };
                let (results, effects) = self.group.leave(&[leaving], self.now()).unwrap();
                self.outcome(results[0]);
                self.show(effects);
            }
            ["commit", id, generation] => {
                let id = if id == "nobody" { StrBytes::new() } else { text(id) };
                let result = self.group.validate_commit(&id, None, generation.parse().unwrap());
                self.outcome(result);
            }
            ["stored" | "failed"] => {
                let append = self.appends.pop_front().unwrap();
                let ok = words[0] == "stored";
                if ok {
                    self.stored = Some(append.metadata);
                }
                let result = if ok { Ok(()) } else { Err(ResponseError::CoordinatorNotAvailable) };
                let effects = self.group.appended(append.then, result, self.now());
                self.show(effects);
            }
            ["wait", ms] => self.wait(ms.parse().unwrap()),
            // Another node takes over from what is in the log.
            ["failover"] => {
                let metadata =
                    GroupMetadata::decode(self.stored.as_ref().unwrap().encode().unwrap()).unwrap();
                self.appends.clear();
                let (group, effects) = Group::restore(text("g"), self.group.limits, metadata, self.now());
                self.group = group;
                self.show(effects);
            }
            ["state"] => {
                let members: Vec<_> = self.group.members().ids().iter().map(ToString::to_string).collect();
                let line = format!("{} {}", self.group.state().name(), members.join(" "));
                self.say(line.trim_end());
            }
            _ => panic!("not a step: {line}"),
        }
    }

    /// Time passes; the group is woken exactly when it asked to be.
    fn wait(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while let Some(at) = self.group.wake_at().filter(|at| *at <= end) {
            self.now_ms = self.now_ms.max(at);
            let effects = self.group.tick(self.now());
            self.show(effects);
        }
        self.now_ms = end;
    }

    fn run(mut self, expected: &str) {
        let lines: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        for line in lines.iter().filter(|l| !l.starts_with("->")) {
            writeln!(self.transcript, "{line}").unwrap();
            self.execute(line);
        }
        let actual: Vec<&str> = self.transcript.lines().collect();
        assert_eq!(actual, lines, "what happened:\n{}", self.transcript);
    }
}

/// A group that does not wait for more members.
fn eager() -> Script {
    Script::new(0, 100)
}

#[test]
fn two_members_form_a_group() {
    Script::new(3_000, 100).run(
        "join new a offers=range:A
         wait 2000
         join new b offers=range:B
         state
         -> PreparingRebalance a b
         wait 1000
         wait 3000
         -> #1 joined as a, generation 1, range, leader a, sees a=A b=B
         -> #2 joined as b, generation 1, range, leader a
         sync b 1
         sync a 1 a=p0 b=p1
         -> stores generation 1: a=p0 b=p1
         heartbeat a 1
         -> ok
         commit a 1
         -> RebalanceInProgress
         stored
         -> #4 assigned p0
         -> #3 assigned p1
         state
         -> Stable a b
         commit a 1
         -> ok",
    );
}

#[test]
fn the_first_rebalance_waits_no_longer_than_the_rebalance_timeout() {
    Script::new(3_000, 100).run(
        "join new a rebalance=5000
         wait 2900
         join new b rebalance=5000
         wait 1900
         join new c rebalance=5000
         wait 100
         state
         -> PreparingRebalance a b c
         wait 100
         -> #1 joined as a, generation 1, range, leader a, sees a= b= c=
         -> #2 joined as b, generation 1, range, leader a
         -> #3 joined as c, generation 1, range, leader a",
    );
}

/// A stable group of a (leader) and b in generation 2, as the beginning of other transcripts.
const STABLE: &str = "join new a
    wait 0
    -> #1 joined as a, generation 1, range, leader a, sees a=
    join new b
    join a
    -> #3 joined as a, generation 2, range, leader a, sees a= b=
    -> #2 joined as b, generation 2, range, leader a
    sync b 2
    sync a 2 a=p0 b=p1
    -> stores generation 2: a=p0 b=p1
    stored
    -> #5 assigned p0
    -> #4 assigned p1
    ";

fn after_stable(rest: &str) {
    eager().run(&format!("{STABLE}\n{rest}"));
}

#[test]
fn a_member_that_leaves_makes_the_others_join_again() {
    after_stable(
        "leave b
         -> ok
         heartbeat a 2
         -> RebalanceInProgress
         sync a 2
         -> #6 refused: RebalanceInProgress
         join a
         -> #7 joined as a, generation 3, range, leader a, sees a=
         heartbeat b 2
         -> UnknownMemberId",
    );
}

#[test]
fn a_leader_that_leaves_is_succeeded() {
    after_stable(
        "leave a
         -> ok
         join b
         -> #6 joined as b, generation 3, range, leader b, sees b=",
    );
}

#[test]
fn the_last_member_leaves_an_empty_group_whose_generation_goes_on() {
    after_stable(
        "leave a
         -> ok
         leave b
         -> ok
         -> stores generation 3:
         stored
         state
         -> Empty
         commit nobody -1
         -> ok
         join new c
         wait 0
         -> #6 joined as c, generation 4, range, leader c, sees c=",
    );
}

#[test]
fn a_silent_member_is_removed_when_its_session_ends() {
    after_stable(
        "wait 6000
         heartbeat a 2
         -> ok
         wait 4000
         heartbeat a 2
         -> RebalanceInProgress
         join a
         -> #6 joined as a, generation 3, range, leader a, sees a=",
    );
}

#[test]
fn a_member_that_does_not_rejoin_in_time_is_out() {
    eager().run(
        "join new a session=100000 rebalance=5000
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=
         join new b session=100000 rebalance=5000
         wait 4999
         wait 1
         -> #2 joined as b, generation 2, range, leader b, sees b=
         heartbeat a 1
         -> UnknownMemberId",
    );
}

#[test]
fn a_member_that_does_not_sync_in_time_is_out() {
    eager().run(
        "join new a session=100000 rebalance=5000
         join new b session=100000 rebalance=5000
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a= b=
         -> #2 joined as b, generation 1, range, leader a
         sync b 1
         wait 5000
         -> #3 refused: RebalanceInProgress
         state
         -> PreparingRebalance b
         join b
         -> #4 joined as b, generation 2, range, leader b, sees b=",
    );
}

#[test]
fn a_waiting_join_is_a_sign_of_life_except_for_a_newcomer() {
    eager().run(
        "join new a session=200000 rebalance=400000
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=
         join new b rebalance=400000
         wait 150000
         heartbeat a 1
         -> RebalanceInProgress
         wait 149999
         wait 1
         -> #2 refused: UnknownMemberId
         state
         -> PreparingRebalance a",
    );
}

#[test]
fn since_version_4_a_newcomer_must_come_back_with_its_id() {
    eager().run(
        "join new a version=4
         -> #1 refused: MemberIdRequired a
         state
         -> Empty
         join a version=4
         wait 0
         -> #2 joined as a, generation 1, range, leader a, sees a=
         join new b version=5
         -> #3 refused: MemberIdRequired b
         join a version=5 offers=range:changed
         state
         -> PreparingRebalance a
         wait 10000
         -> #4 joined as a, generation 2, range, leader a, sees a=changed
         join b version=5
         -> #5 refused: UnknownMemberId b",
    );
}

#[test]
fn a_static_member_that_restarts_keeps_its_assignment_without_a_rebalance() {
    eager().run(
        "join new a1 static=A
         join new b1 static=B
         wait 0
         -> #1 joined as a1, generation 1, range, leader a1, sees a1= b1=
         -> #2 joined as b1, generation 1, range, leader a1
         sync b1 1
         sync a1 1 a1=p0 b1=p1
         -> stores generation 1: a1=p0 b1=p1
         stored
         -> #4 assigned p0
         -> #3 assigned p1
         join new b2 static=B version=9
         -> stores generation 1: a1=p0 b2=p1
         stored
         -> #5 joined as b2, generation 1, range, leader a1
         sync b2 1
         -> #6 assigned p1
         heartbeat b1 1 static=B
         -> FencedInstanceId
         heartbeat a1 1
         -> ok
         join new a2 static=A version=9
         -> stores generation 1: a2=p0 b2=p1
         stored
         -> #7 joined as a2, generation 1, range, leader a2, sees a2= b2=, skips assignment
         join new a3 static=A version=5
         -> stores generation 1: a3=p0 b2=p1
         stored
         -> #8 joined as a3, generation 1, range, leader a2",
    );
}

#[test]
fn a_static_member_comes_back_under_its_old_id_if_the_new_one_cannot_be_stored() {
    eager().run(
        "join new a1 static=A
         wait 0
         -> #1 joined as a1, generation 1, range, leader a1, sees a1=
         sync a1 1 a1=p0
         -> stores generation 1: a1=p0
         stored
         -> #2 assigned p0
         join new a2 static=A version=9
         -> stores generation 1: a2=p0
         failed
         -> #3 refused: CoordinatorNotAvailable
         heartbeat a1 1 static=A
         -> ok",
    );
}

#[test]
fn a_static_member_that_restarts_while_it_waits_fences_itself() {
    eager().run(
        "join new a1 static=A
         join new a2 static=A
         -> #1 refused: FencedInstanceId a1
         wait 0
         -> #2 joined as a2, generation 1, range, leader a2, sees a2=
         leave static=A
         -> ok
         -> stores generation 2:",
    );
}

#[test]
fn absent_static_members_hold_their_place_until_their_session_ends() {
    eager().run(
        "join new a static=A session=30000 rebalance=5000
         join new b session=30000 rebalance=5000
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a= b=
         -> #2 joined as b, generation 1, range, leader a
         join b offers=range:new rebalance=5000 session=30000
         wait 5000
         -> #3 joined as b, generation 2, range, leader b, sees a= b=new
         state
         -> CompletingRebalance a b",
    );
}

#[test]
fn strangers_and_latecomers_are_told_what_is_wrong() {
    after_stable(
        "join stranger
         -> #6 refused: UnknownMemberId stranger
         sync stranger 2
         -> #7 refused: UnknownMemberId
         heartbeat stranger 2
         -> UnknownMemberId
         heartbeat a 1
         -> IllegalGeneration
         sync a 1
         -> #8 refused: IllegalGeneration
         commit a 1
         -> IllegalGeneration
         commit stranger 2
         -> UnknownMemberId
         commit nobody -1
         -> UnknownMemberId
         leave stranger
         -> UnknownMemberId
         join new c offers=other
         -> #9 refused: InconsistentGroupProtocol
         join new c type=connect
         -> #10 refused: InconsistentGroupProtocol
         state
         -> Stable a b",
    );
}

#[test]
fn an_empty_group_wants_a_protocol() {
    eager().run(
        "join new a offers=
         -> #1 refused: InconsistentGroupProtocol
         join new a type=
         -> #2 refused: InconsistentGroupProtocol
         state
         -> Empty",
    );
}

#[test]
fn a_follower_that_joins_again_unchanged_is_told_the_generation_and_the_leader_starts_a_rebalance() {
    after_stable(
        "join b
         -> #6 joined as b, generation 2, range, leader a
         join a
         heartbeat b 2
         -> RebalanceInProgress
         join b
         -> #7 joined as a, generation 3, range, leader a, sees a= b=
         -> #8 joined as b, generation 3, range, leader a
         join a
         -> #9 joined as a, generation 3, range, leader a, sees a= b=",
    );
}

#[test]
fn the_protocol_is_the_one_that_most_prefer_among_those_that_all_know() {
    eager().run(
        "join new a offers=sticky:1,range:2
         join new b offers=range:3,sticky:4,roundrobin:5
         join new c offers=roundrobin:6,range:7
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=2 b=3 c=7
         -> #2 joined as b, generation 1, range, leader a
         -> #3 joined as c, generation 1, range, leader a",
    );
}

#[test]
fn an_assignment_that_cannot_be_stored_is_not_handed_out() {
    eager().run(
        "join new a
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=
         sync a 1 a=p0
         -> stores generation 1: a=p0
         failed
         -> #2 refused: CoordinatorNotAvailable
         state
         -> PreparingRebalance a",
    );
}

#[test]
fn an_assignment_of_an_older_generation_is_not_handed_out() {
    eager().run(
        "join new a
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=
         sync a 1 a=p0
         -> stores generation 1: a=p0
         join new b
         -> #2 refused: RebalanceInProgress
         stored
         state
         -> PreparingRebalance a b
         join a
         -> #4 joined as a, generation 2, range, leader a, sees a= b=
         -> #3 joined as b, generation 2, range, leader a
         state
         -> CompletingRebalance a b",
    );
}

#[test]
fn a_full_group_takes_nobody_in() {
    Script::new(0, 1).run(
        "join new a
         join new b
         -> #2 refused: GroupMaxSizeReached
         wait 0
         -> #1 joined as a, generation 1, range, leader a, sees a=
         join new b
         -> #3 refused: GroupMaxSizeReached",
    );
}

#[test]
fn another_node_takes_over_with_the_members_and_their_assignments() {
    after_stable(
        "failover
         state
         -> Stable a b
         heartbeat a 2
         -> ok
         sync b 2
         -> #6 assigned p1
         join b
         -> #7 joined as b, generation 2, range, leader a
         wait 9999
         heartbeat b 2
         -> ok
         wait 1
         heartbeat b 2
         -> RebalanceInProgress",
    );
}

#[test]
fn a_group_with_members_cannot_be_deleted_and_a_deleted_one_takes_nobody_in() {
    let mut script = eager();
    script.execute("join new a");
    assert_eq!(script.group.begin_delete(), Err(ResponseError::NonEmptyGroup));
    script.execute("leave a");
    script.execute("wait 0");
    assert_eq!(script.group.begin_delete(), Ok(()));
    script.execute("join new b");
    assert!(script.transcript.contains("#2 refused: CoordinatorNotAvailable"), "{}", script.transcript);
    script.group.abort_delete();
    assert_eq!(script.group.state(), State::Empty);
}

#[test]
fn ids_that_nobody_uses_are_bounded_and_forgotten() {
    let mut script = eager();
    for n in 0..MAX_PENDING_JOINS {
        script.execute(&format!("join new m{n} version=5"));
    }
    script.transcript.clear();
    script.execute("join new late version=5");
    assert!(script.transcript.contains("refused: GroupMaxSizeReached"), "{}", script.transcript);
    assert!(!script.group.is_blank());
    script.execute("wait 10000");
    assert!(script.group.is_blank());
    assert_eq!(script.group.wake_at(), None);
}

/// Anything that clients, time and the log can do, in any order.
fn step() -> impl Strategy<Value = String> {
    let id = || prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")];
    let generation = || -1i32..6;
    prop_oneof![
        (id(), any::<bool>(), 0i16..10, 0u32..3).prop_map(|(id, fixed, version, offers)| {
            let offers = ["range:1", "range:2,sticky", "sticky,range:3"][offers as usize];
            let fixed = if fixed { format!("static={id}") } else { String::new() };
            format!("join new {id}{version} {fixed} offers={offers} version={version} rebalance=20000")
        }),
        (id(), 0i16..10, 0u32..3).prop_map(|(id, version, offers)| {
            let offers = ["range:1", "range:2,sticky", "other"][offers as usize];
            format!("join {id}{version} offers={offers} version={version} rebalance=20000")
        }),
        (id(), 0i16..10, generation()).prop_map(|(id, v, g)| format!("sync {id}{v} {g} {id}{v}=p")),
        (id(), 0i16..10, generation()).prop_map(|(id, v, g)| format!("heartbeat {id}{v} {g}")),
        (id(), 0i16..10, generation()).prop_map(|(id, v, g)| format!("commit {id}{v} {g}")),
        (id(), 0i16..10).prop_map(|(id, v)| format!("leave {id}{v}")),
        id().prop_map(|id| format!("leave static={id}")),
        prop_oneof![Just(0u64), Just(1), Just(3_000), Just(9_999), Just(25_000)]
            .prop_map(|ms| format!("wait {ms}")),
        Just("stored".to_owned()),
        Just("failed".to_owned()),
        Just("failover".to_owned()),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_group_stays_sound(steps in proptest::collection::vec(step(), 1..80)) {
        let mut script = Script::new(3_000, 5);
        let mut known_ids = std::collections::BTreeSet::new();
        let mut answered = std::collections::BTreeSet::new();
        for step in steps {
            let impossible = match step.as_str() {
                "stored" | "failed" => script.appends.is_empty(),
                "failover" => script.stored.is_none(),
                // An id is drawn once: the shell makes them unique.
                s if s.starts_with("join new") => !known_ids.insert(s.split(' ').nth(2).unwrap().to_owned()),
                _ => false,
            };
            if impossible {
                continue;
            }
            let before = script.group.generation();
            script.transcript.clear();
            script.execute(&step);
            if step == "failover" {
                // Whoever waited at the old node is told by its shell.
                answered.extend(1..=script.tickets);
            } else {
                prop_assert!(script.group.generation() >= before, "generations only grow: {step}");
            }
            for line in script.transcript.lines().filter_map(|l| l.strip_prefix("-> #")) {
                let ticket: u64 = line.split(' ').next().unwrap().parse().unwrap();
                prop_assert!(answered.insert(ticket), "#{ticket} is answered twice");
            }
            let members = script.group.members();
            let parked = members.iter().flat_map(|m| [m.awaiting_join, m.awaiting_sync]).flatten();
            let parked: std::collections::BTreeSet<u64> = parked.map(|t| t.0).collect();
            let open: std::collections::BTreeSet<u64> =
                (1..=script.tickets).filter(|t| !answered.contains(t)).collect();
            prop_assert_eq!(parked, open, "every request waits or is answered, after {}", step);
            prop_assert_eq!(members.is_empty(), members.leader().is_none());
            match script.group.state() {
                State::Empty | State::Dead => prop_assert!(members.is_empty()),
                State::CompletingRebalance | State::Stable => prop_assert!(!members.is_empty()),
                State::PreparingRebalance => prop_assert!(script.group.wake_at().is_some(), "it will end"),
            }
        }
    }
}

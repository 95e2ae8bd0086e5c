//! What a question says behind the `?`. What is not understood is refused: a misspelt filter must not show everything.

use axum::http::{StatusCode, Uri};
use chronik_common::admin::Problem;
use chronik_common::nearest;

use crate::admin::refusal::Refusal;
use crate::survey::Picture;
use crate::survey::select::{MAX_LIMIT, Selection, Sort, state_named};

/// The parameters of a question.
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The query of an address that knows these parameters.
    pub(super) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Refusal> {
        let parsed = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let axum::extract::Query(pairs) =
            parsed.map_err(|e| refused(format!("the query cannot be read: {e}"), known))?;
        if let Some((strange, _)) = pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let suggestion =
                nearest(strange, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            return Err(refused(format!("there is no parameter {strange}{suggestion}"), known));
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter; of several the last.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A number, if the parameter is there.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        self.get(name).map(|text| text.parse().map_err(|_| bad(name, text, "a whole number"))).transpose()
    }

    /// Whether the answer may be behind.
    pub(super) fn is_stale(&self) -> Result<bool, Refusal> {
        match self.get("consistency") {
            None => Ok(false),
            Some("stale") => Ok(true),
            Some(other) => Err(bad("consistency", other, "stale")),
        }
    }

    /// The size of a page.
    pub(super) fn limit(&self, usual: usize) -> Result<usize, Refusal> {
        let limit = self.number("limit")?.unwrap_or(usual);
        if (1..=MAX_LIMIT).contains(&limit) {
            return Ok(limit);
        }
        Err(bad("limit", &limit.to_string(), &format!("from 1 to {MAX_LIMIT}")))
    }

    /// Which partitions are asked for.
    pub(super) fn selection(&self) -> Result<Selection, Refusal> {
        let usual = Selection::default();
        let sort = self.get("sort").unwrap_or("name");
        let (reverse, sort) = sort.strip_prefix('-').map_or((false, sort), |sort| (true, sort));
        let states = self.get("state").unwrap_or_default().split(',').filter(|state| !state.is_empty());
        Ok(Selection {
            topic: self.get("topic").map(str::to_owned),
            node: self.number("node")?,
            leader: self.number("leader")?,
            states: states
                .map(|state| {
                    let known = "healthy, moving, under_replicated, under_min_isr or leaderless";
                    state_named(state).ok_or_else(|| bad("state", state, known))
                })
                .collect::<Result<_, _>>()?,
            sort: Sort::named(sort).ok_or_else(|| bad("sort", sort, "name, lag, bytes or rate"))?,
            reverse,
            limit: self.limit(usual.limit)?,
            after: self.cursor()?,
        })
    }

    /// A cursor is the partition behind which to go on: `NUMBER.TOPIC`.
    pub(super) fn cursor(&self) -> Result<Option<(String, i32)>, Refusal> {
        let Some(cursor) = self.get("cursor") else { return Ok(None) };
        let parsed = cursor.split_once('.').and_then(|(n, topic)| Some((topic.to_owned(), n.parse().ok()?)));
        parsed.map(Some).ok_or_else(|| bad("cursor", cursor, "the next_cursor of an earlier answer"))
    }
}

/// The cursor of the partition.
pub(super) fn cursor_of((topic, partition): (String, i32)) -> String {
    format!("{partition}.{topic}")
}

/// Refuses what may be behind, unless the caller has said that this will do.
pub(super) fn check_consistency(query: &Query, picture: &Picture) -> Result<(), Refusal> {
    if query.is_stale()? || picture.leader.is_some() {
        return Ok(());
    }
    Err(Problem::new(
        503,
        "no_leader",
        "No metadata leader",
        "no node leads the metadata, so what this node knows may be behind",
        "ask again once a majority of the nodes is up, or with ?consistency=stale for what this node knows",
    )
    .into())
}

fn bad(name: &str, value: &str, wanted: &str) -> Refusal {
    let value: String = value.chars().take(100).collect();
    Refusal::invalid_request(
        StatusCode::BAD_REQUEST,
        format!("{name} cannot be '{value}'"),
        format!("it is {wanted}"),
    )
}

fn refused(detail: String, known: &[&str]) -> Refusal {
    Refusal::invalid_request(
        StatusCode::BAD_REQUEST,
        detail,
        format!("the parameters are {}", known.join(", ")),
    )
}

"""Which layer of a node a sample belongs to."""

import pytest
from chronikbench import layers

SCRIPT = """chronik-runtime
\t    55d0 __memmove_avx_unaligned_erms
\t    55d1 chronik_broker::wal::frame::encode::h0011223344556677
\t    55d2 openraft::core::raft_core::RaftCore<C,N,LS>::run::{{closure}}::h89

chronik-runtime
\t7f00 [unknown]

chronik-raft-1
\t    55d2 <openraft::core::RaftCore<C> as core::future::Future>::poll::h89
\t    55d3 tokio::runtime::task::raw::poll<chronik_broker::wal::Writer>
"""


def test_each_sample_counts_for_the_innermost_layer_that_is_known():
    shares, samples = layers.shares(SCRIPT)
    assert samples == 3
    assert {name: round(share, 2) for name, share in shares.items() if share} == {"WAL": 0.33, "openraft": 0.33, "unknown": 0.33}


def test_nothing_sampled_is_no_share_of_anything():
    assert layers.shares("") == (dict.fromkeys(layers.NAMES, 0.0), 0)


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("a::b<c::D>::f", "a::b::f"),
        ("<a::B as c::D>::f", "a::B::f"),
        ("<a::B<c::D> as e::F>::g", "a::B::g"),
        ("a::f<fn() -> b::C>", "a::f"),
    ],
)
def test_what_generic_code_was_made_for_is_left_out(call, path):
    assert layers.path_of(call) == path


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("chronik_broker::raft::liveness::driver::run", "liveness"),
        ("chronik_broker::raft::transport::send", "network between nodes"),
        ("h2::proto::streams::send", "network between nodes"),
        ("chronik_broker::raft::storage::append", "Raft, our side"),
        ("chronik_broker::log::batch::parse", "partition and log"),
        ("chronik_broker::node::produce::run", "the rest of the node"),
        ("tokio::runtime::park", "runtime"),
        ("do_syscall_64", "unknown"),
    ],
)
def test_a_call_is_of_one_layer(call, name):
    assert layers.layer([call]) == name

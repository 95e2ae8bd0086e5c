"""Chronik beside Apache Kafka: same machine, same disk, same unmodified load generators, rounds A B A B.

`systems` runs the clusters, `load` the generators, `scenarios` say what is
measured, `runner` runs them in turn and `table` prints the ratios. Nothing here
may favour a system: what is sent, waited for and counted is the same for all.
"""

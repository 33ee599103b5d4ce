"""postgres_test: a GoogleTest binary with a private Postgres (postgres_server.h)."""

load("//tools/bazel:test.bzl", "gtest_test")

def postgres_test(name, srcs, deps = [], tags = [], **kwargs):
    """A gtest_test outside Bazel's sandbox: Postgres refuses to run as root, and in there root cannot become another.

    Args:
      name: ends in _pgtest.
      srcs: as for gtest_test.
      deps: the fixture is added.
      tags: as for gtest_test.
      **kwargs: for gtest_test.
    """
    gtest_test(
        name = name,
        srcs = srcs,
        deps = deps + ["//platform/postgres/testing:postgres_server"],
        tags = tags + ["no-sandbox"],
        **kwargs
    )

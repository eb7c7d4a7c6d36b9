"""Contenders asked here, without a process of their own."""

from benchmarks.harness.answers import canonical


def answer(case, name, folder):
    """Give a contender's answer in the form in which answers are compared."""
    contender = case[name]
    return canonical(case, contender.work(contender.prepare(folder)))

"""Answers drawn: each function takes an answer, draws one message, and computes nothing new."""

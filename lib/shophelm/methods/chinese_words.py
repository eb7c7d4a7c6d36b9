"""Chinese cut into words by jieba, without its noise, its cache or its guesses."""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable


@functools.lru_cache(maxsize=4)
def cutter(known: tuple[str, ...] = ()) -> Callable[[str], list[str]]:
    """Make a function that cuts a run of Chinese characters into words.

    Parameters
    ----------
    known
        Words to be kept whole, besides those of jieba's dictionary. Likely cuts through them are
        made less likely than the word itself (jieba's own `suggest_freq`).

    Returns
    -------
    Callable
        Text → words, in order; joined they are the text.

    Notes
    -----
    The most probable cut by jieba's dictionary (jieba 0.42.1, an acyclic graph of its words with
    unigram frequencies). Its hidden Markov model, which guesses at unknown words, stays off: a
    guess differs from sentence to sentence, and pairs of neighbouring words find the same words
    again. jieba keeps a cache in the machine's temp folder and reads it back unchecked, which
    others could write, so the dictionary is read afresh: about a second.
    """
    tokenizer = _tokenizer()
    for word in known:
        tokenizer.add_word(word, tokenizer.suggest_freq(word))
    return functools.partial(_cut, tokenizer)


def _cut(tokenizer: object, text: str) -> list[str]:
    return tokenizer.lcut(text, HMM=False)


def _tokenizer() -> object:
    with warnings.catch_warnings():
        # its patterns are written in what newer Pythons warn of
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = _dictionary(tokenizer)
    tokenizer.initialized = True
    return tokenizer


def _dictionary(tokenizer: object) -> tuple[dict[str, int], int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tokenizer.gen_pfdict(tokenizer.get_dict_file())

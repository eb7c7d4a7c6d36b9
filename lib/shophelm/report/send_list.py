"""The one file with customers in it: who gets what, written only where somebody asks for it."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from shophelm.errors import ReportError
from shophelm.report.folder import MARK
from shophelm.report.sheets import safe_text
from shophelm.shop.needs import Missing
from shophelm.words import Sentence, plural, sentence


def write_send_list(customers: pd.DataFrame | Missing, path: str) -> Sentence | Missing:
    """Write who gets what to a file that only its owner can read, if one is named.

    Parameters
    ----------
    customers
        As `user.segment_actions.send_list` gives it.
    path
        A .csv file in a folder that exists; "" for none.

    Raises
    ------
    ReportError
        If it would lie in a report's folder, which is made to be shown around, or cannot be
        written.
    """
    if isinstance(customers, Missing):
        return customers
    if not path:
        return sentence("No send list is written: name a file in the parameter send_list.")
    file = Path(path)
    if any((folder / MARK).exists() for folder in file.absolute().parents):
        raise ReportError(
            f"{path} lies in a report's folder, which others see; a send list names customers. "
            "Give send_list a file elsewhere."
        )
    text = customers.map(safe_text).to_csv(index=False, lineterminator="\n")
    try:
        # the mode counts only for a new file
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
    except OSError as error:
        raise ReportError(
            f"The send list cannot be written to {path} ({error.strerror}). Give send_list another "
            "file."
        ) from None
    return sentence(
        "Who gets what is written to {path}: {n}. It names customers: do not pass it on.",
        path=path,
        n=plural(len(customers), "customer"),
    )

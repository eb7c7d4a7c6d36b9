"""Write the pages that are generated from code: glossary, exports, the sample's dictionary."""

from pathlib import Path

from shophelm.shop.dictionary import glossary, sample_readme
from shophelm.shop.importers import FORMATS
from shophelm.shop.importers.page import exports_page
from shophelm.user import rfm, value_grid

ROOT = Path(__file__).parents[1]


def glossary_page() -> str:
    """The terms of the trade, then the groups that customers are dealt to."""
    rows = [(g.name, g.zh, g.meaning) for g in rfm.GROUPS]
    rows += [(c.name, c.zh, f"buy {c.doing.removeprefix('buy ')}") for c in value_grid.CELLS]
    rows += [(value_grid.IDLE, "一年未购", "paid before, and not within 364 days")]
    table = [f"| {name} | {zh} | {meaning} |" for name, zh, meaning in rows]
    head = ["", "## Groups of customers", "", "| group | 平台用语 | who |", "|---|---|---|"]
    return glossary() + "\n".join([*head, *table]) + "\n"


PAGES = {
    ROOT / "docs" / "glossary.md": glossary_page,
    ROOT / "docs" / "exports.md": lambda: exports_page(FORMATS.values()),
    ROOT / "data" / "sample" / "README.md": sample_readme,
}

if __name__ == "__main__":
    for path, write in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write(), encoding="utf-8")
        print(path.relative_to(ROOT))

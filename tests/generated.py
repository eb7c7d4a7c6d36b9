"""Write the pages that are generated from code: the glossary and the sample's dictionary."""

from pathlib import Path

from shophelm.shop.dictionary import glossary, sample_readme

ROOT = Path(__file__).parents[1]
PAGES = {
    ROOT / "docs" / "glossary.md": glossary,
    ROOT / "data" / "sample" / "README.md": sample_readme,
}

if __name__ == "__main__":
    for path, write in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write(), encoding="utf-8")
        print(path.relative_to(ROOT))
